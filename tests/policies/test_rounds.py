"""The scans: what is waited for, when the next one is due, and how failures are counted."""

import pytest
from facts import at
from msgspec.structs import replace

from kis_actors.policies.rounds import Rounds, Scope
from kis_actors.settings import Monitor

NOW = at("10:00:00")
MONITOR = Monitor()


def asked(rounds: Rounds, number: int, batches: int = 1, scope: Scope = "all", when: str = "10:00:00") -> Rounds:
    for batch in range(1, batches + 1):
        rounds = rounds.asked(number, batch, batches, scope, at(when))
    return rounds


def completed(results: str) -> Rounds:
    """F for a failed scan of all codes, g for a good one, x for a failed one of followed codes."""
    rounds = Rounds()
    for result in results:
        scope: Scope = "followed" if result == "x" else "all"
        rounds = rounds.completed(batches=1, failed=int(result in "Fx"), scope=scope)
    return rounds


def test_each_batch_is_waited_for():
    assert asked(Rounds(), 1, 3).waiting == (1, 2, 3)


def test_an_answer_ends_the_wait_for_its_batch():
    rounds = asked(Rounds(), 1, 3).answered(1, 2, quoted=30)
    assert (rounds.waiting, rounds.quoted) == ((1, 3), 30)


def test_counts_add_up_over_the_batches():
    rounds = asked(Rounds(), 1, 2).answered(1, 1, quoted=30, outdated=4).answered(1, 2, failed=1)
    assert (rounds.quoted, rounds.outdated, rounds.failed) == (30, 4, 1)


def test_an_answer_to_another_scan_changes_nothing():
    rounds = asked(Rounds(), 2)
    assert rounds.answered(1, 1, quoted=30) == rounds


def test_a_new_scan_counts_from_zero():
    rounds = asked(asked(Rounds(), 1).answered(1, 1, quoted=30, outdated=30, failed=1), 2)
    assert (rounds.quoted, rounds.outdated, rounds.failed) == (0, 0, 0)


def test_most_of_the_batches_make_a_failure():
    assert Rounds().completed(batches=9, failed=4, scope="all").bad == 0
    assert Rounds().completed(batches=9, failed=5, scope="all").bad == 1


def test_half_of_the_batches_are_no_failure():
    assert Rounds().completed(batches=2, failed=1, scope="all").bad == 0


@pytest.mark.parametrize(("results", "bad", "good"), [("FF", 2, 0), ("Fg", 0, 1), ("FFxF", 3, 0), ("gxg", 0, 2)])
def test_only_scans_of_all_codes_count(results, bad, good):
    assert (completed(results).bad, completed(results).good) == (bad, good)


@pytest.mark.parametrize(("results", "slower_s"), [("F", 0), ("FF", 0), ("FFF", 120), ("FFFF", 0), ("g", 0)])
def test_three_failures_double_the_interval(results, slower_s):
    assert completed(results).slower_s(MONITOR) == slower_s


@pytest.mark.parametrize(("interval_s", "slower_s"), [(120.0, 240.0), (480.0, 600.0), (600.0, 0.0)])
def test_the_interval_doubles_up_to_its_most(interval_s, slower_s):
    assert replace(completed("FFF"), interval_s=interval_s).slower_s(MONITOR) == slower_s


def test_a_most_below_the_usual_interval_changes_nothing():
    assert completed("FFF").slower_s(Monitor(scan_interval_sec=900.0, safe_interval_max_sec=600.0)) == 900.0


@pytest.mark.parametrize(("results", "is_over"), [("g", False), ("gg", True), ("gFg", False)])
def test_two_good_scans_end_safe_mode(results, is_over):
    assert replace(completed(results), interval_s=120.0).recovers() == is_over


def test_without_safe_mode_there_is_nothing_to_end():
    assert not completed("ggg").recovers()


def test_the_first_scan_is_due_at_once():
    assert Rounds().is_due(NOW, 60) and Rounds().is_followed_due(NOW, 15)


@pytest.mark.parametrize(("when", "is_due"), [("10:00:59", False), ("10:01:00", True)])
def test_the_next_scan_is_due_after_the_interval(when, is_due):
    assert asked(Rounds(), 1).answered(1, 1).is_due(at(when), 60) == is_due


def test_no_scan_is_due_while_one_is_under_way():
    rounds = asked(Rounds(), 1)
    assert not rounds.is_due(at("11:00:00"), 60) and not rounds.is_followed_due(at("11:00:00"), 15)


def test_safe_mode_stretches_the_interval():
    rounds = replace(asked(Rounds(), 1).answered(1, 1), interval_s=120.0)
    assert not rounds.is_due(at("10:01:59"), 60) and rounds.is_due(at("10:02:00"), 60)


def test_in_safe_mode_followed_codes_are_not_due():
    assert not replace(Rounds(), interval_s=120.0).is_followed_due(NOW, 15)


@pytest.mark.parametrize("scope", ["all", "followed"])
def test_any_scan_puts_followed_codes_off(scope):
    rounds = asked(Rounds(), 1, scope=scope).answered(1, 1)
    assert not rounds.is_followed_due(at("10:00:14"), 15) and rounds.is_followed_due(at("10:00:15"), 15)


def test_followed_codes_do_not_put_a_full_scan_off():
    rounds = asked(asked(Rounds(), 1).answered(1, 1), 2, scope="followed", when="10:00:55").answered(2, 1)
    assert rounds.is_due(at("10:01:00"), 60)


def test_a_restart_makes_a_scan_due_at_once():
    rounds = asked(Rounds(), 1).restarted()
    assert rounds.is_due(NOW, 60) and rounds.number == 2


def test_a_restart_after_a_whole_scan_skips_no_number():
    assert asked(Rounds(), 1).answered(1, 1).restarted().number == 1

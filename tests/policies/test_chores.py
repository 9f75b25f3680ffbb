"""What is done once a day: asked for, answered, and what a restart forgets."""

from datetime import timedelta

import pytest
from facts import at

from kis_actors.policies.chores import Chores

NOW = at("07:30:00")
ALL = ("holidays", "universe", "venues")


@pytest.mark.parametrize("chore", ALL)
def test_in_the_morning_everything_is_due(chore):
    assert Chores().is_due(chore) and not Chores().is_open(chore)


@pytest.mark.parametrize("chore", ALL)
def test_what_is_asked_for_is_open_and_not_due(chore):
    chores = Chores().asked(chore)
    assert chores.is_open(chore) and not chores.is_due(chore)


@pytest.mark.parametrize("chore", ALL)
def test_what_is_answered_is_neither(chore):
    chores = Chores().asked(chore).answered(chore)
    assert not chores.is_open(chore) and not chores.is_due(chore)


@pytest.mark.parametrize("chore", ALL)
def test_an_answer_nobody_asked_for_does_nothing(chore):
    assert Chores().answered(chore) == Chores()


@pytest.mark.parametrize(("chore", "is_due"), [("holidays", False), ("universe", True), ("venues", True)])
def test_a_restart_asks_again_but_for_the_calendar(chore, is_due):
    assert Chores().asked(chore).restarted().is_due(chore) == is_due


@pytest.mark.parametrize("chore", ALL)
def test_a_restart_repeats_nothing_that_is_done(chore):
    assert not Chores().asked(chore).answered(chore).restarted().is_due(chore)


def two_batches() -> Chores:
    return Chores().venues_asked(1, NOW).venues_asked(2, NOW)


def test_every_batch_of_codes_is_waited_for():
    assert two_batches().venues_waiting == (1, 2)


def test_venues_are_done_with_the_last_batch():
    one = two_batches().venues_answered(2, ("000002",))
    assert one.is_open("venues")
    both = one.venues_answered(1, ("000001",))
    assert (both.is_open("venues"), both.venues_waiting, both.on_nxt) == (False, (), ("000002", "000001"))


def test_a_failed_batch_names_no_codes():
    assert two_batches().venues_answered(1, None).venues_answered(2, ("000002",)).on_nxt == ("000002",)


def failed(tries: int) -> Chores:
    """Asked at half past seven, so often, and in vain."""
    chores = Chores()
    for _ in range(tries):
        chores = chores.venues_asked(1, NOW).venues_answered(1, None)
    return chores


@pytest.mark.parametrize(("tries", "at_s", "is_due"), [(1, 299, False), (1, 300, True), (3, 9999, False)])
def test_venues_asked_in_vain_are_due_again(tries, at_s, is_due):
    assert failed(tries).are_venues_due(NOW + timedelta(seconds=at_s)) == is_due


def test_venues_that_are_known_are_not_due():
    assert not two_batches().venues_answered(1, ()).venues_answered(2, ()).are_venues_due(at("15:00:00"))
    assert not two_batches().are_venues_due(at("15:00:00"))


def test_asking_anew_waits_for_all_batches_again():
    chores = two_batches().venues_answered(1, ("000001",)).venues_asked(1, NOW)
    assert chores.venues_waiting == (1,)

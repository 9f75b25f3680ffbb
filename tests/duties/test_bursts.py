"""Bursts: a few alerts are told one by one, the rest as one ranked digest; each of them once."""

import pytest
from facts import at, started, three_ways, tick
from telling import BOTH, TELEGRAM, Person, run, sent, signal_of, unconnected, unknown

from kis_actors.actors.notify import CORE as NOTIFY
from kis_actors.messages import AlertDecided, AlertHeld, AlertSuppressed, DigestDecided


def burst(count: int = 8, **notify) -> Person:
    """So many codes at 10:00:00; five may be told one by one within 30 s."""
    return Person(**notify).signals(*range(1, count + 1))


def told_of(person: Person, channel: str = "telegram") -> list[str]:
    """The id of each alert a channel was told of, alone or in a digest, as often as it was."""
    return sorted(one for asked in person.asked(channel) for one in asked.covers or (asked.alert_id,))


def decided_of(person: Person) -> list[str]:
    return sorted(alert.alert_id for alert in person.all_of(AlertDecided))


def codes(digest: DigestDecided) -> list[int]:
    return [int(alert.signal.code) for alert in digest.alerts]


# --- one by one, or together


def test_as_many_as_may_are_told_one_by_one():
    person = burst(5).until("10:05:00")
    assert (person.times(), person.all_of(AlertHeld, DigestDecided)) == (["10:00:00"] * 5, [])


def test_one_more_waits_for_the_digest():
    assert burst(6).until("10:05:00").times() == [*["10:00:00"] * 5, "10:00:30"]


def test_the_digest_comes_no_second_sooner():
    assert burst(6).until("10:00:29").digests() == []


def test_there_is_one_digest_for_all_that_were_held():
    (digest,) = burst(20).until("10:05:00").all_of(DigestDecided)
    assert sorted(codes(digest)) == list(range(6, 21))


def test_what_comes_while_others_are_held_joins_them():
    person = burst(6).until("10:00:20").signals(7).until("10:05:00")
    assert [sorted(codes(digest)) for digest in person.all_of(DigestDecided)] == [[6, 7]]


def test_nobody_is_told_of_later_alerts_before_those_that_wait():
    person = burst(5).until("10:00:25").signals(6).until("10:00:35").signals(7).until("10:05:00")
    assert [codes(digest) for digest in person.all_of(DigestDecided)] == [[6, 7]]


def test_late_comers_do_not_put_the_digest_off():
    person = burst(6)
    for second in range(1, 30):
        person.until(f"10:00:{second:02}").signals(100 + second)
    assert person.until("10:00:30").times()[5:] == ["10:00:30"]


@pytest.mark.parametrize("count", [1, 5, 6, 7, 40, 250])
def test_everybody_is_told_of_every_alert_once(count):
    person = Person(**BOTH).signals(*range(1, count + 1)).until("10:05:00")
    assert told_of(person) == told_of(person, "discord") == decided_of(person)


def test_a_burst_that_goes_on_is_told_in_digests_that_miss_nothing():
    person = Person()
    for second in range(0, 120, 4):
        person.until(f"10:{second // 60:02}:{second % 60:02}").signals(200 + second)
    assert told_of(person.until("10:10:00")) == decided_of(person)


def test_a_steady_trickle_is_no_burst():
    person = Person()
    for minute in range(10):
        person.until(f"10:{minute:02}:00").signals(minute + 1)
    assert person.all_of(AlertHeld) == []


def test_after_a_burst_alerts_are_told_one_by_one_again():
    person = burst(8).until("10:01:30").signals(50)
    assert person.times()[-1] == "10:01:30"


def test_alerts_at_the_end_of_the_span_are_no_burst():
    person = burst(5).until("10:00:30").signals(6)
    assert person.times()[-1] == "10:00:30" and person.all_of(AlertHeld) == []


def test_how_many_and_how_long_are_settings():
    person = burst(3, burst_alerts=2, burst_sec=10.0).until("10:05:00")
    assert person.times() == ["10:00:00", "10:00:00", "10:00:10"]


# --- the digest


def test_the_farthest_beyond_its_line_comes_first():
    person = burst(5).signals(6, value=-0.081).signals(7, value=-0.12).signals(8, value=-0.09).until("10:05:00")
    assert [codes(digest) for digest in person.all_of(DigestDecided)] == [[7, 8, 6]]


def test_equals_are_ranked_by_code():
    person = burst(5).signals(9, 7, 8).until("10:05:00")
    assert [codes(digest) for digest in person.all_of(DigestDecided)] == [[7, 8, 9]]


def test_the_digest_names_them_in_their_order():
    (digest,) = burst(5).signals(6, value=-0.081).signals(7, value=-0.12).until("10:05:00").digests()
    assert digest.text.startswith("[2 signals at once]") and digest.text.index("name 7") < digest.text.index("name 6")


def test_a_digest_too_long_to_read_says_how_many_more():
    (digest,) = burst(5 + 33).until("10:05:00").digests()
    assert digest.text.startswith("[33 signals at once]") and digest.text.endswith("+13")


def test_a_digest_without_a_connection_is_asked_for_again():
    person = burst(8).until("10:00:29")
    person.answers["telegram"] = unconnected
    person.until("10:00:31").answers["telegram"] = sent
    assert person.until("10:05:00").times()[5:] == ["10:00:30", "10:00:35"]


def test_a_digest_nobody_knows_of_is_repeated_once():
    person = burst(8).until("10:00:29")
    person.answers["telegram"] = unknown
    assert [asked.is_repeat for asked in person.until("10:05:00").asked()[5:]] == [False, True]


def test_a_digest_within_quiet_hours_is_silent():
    quiet = {"enabled": True, "quiet": "22:00-07:00"}
    person = Person("21:59:50", telegram=quiet).signals(*range(1, 9)).until("22:10:00")
    assert [digest.is_silent for digest in person.digests()] == [True]


def test_a_digest_is_worth_as_long_as_any_message():
    (digest,) = burst(8, burst_sec=300.0, worth_sec=60.0).until("10:10:00").digests()
    assert digest.until == at("10:06:00")


def test_more_than_are_held_are_told_of_nevertheless():
    person = burst(5).signals(6, value=-0.30).signals(*range(7, 307)).until("10:05:00")
    assert 6 in codes(person.all_of(DigestDecided)[0])


# --- cooldown


def test_a_code_that_is_held_is_not_held_twice():
    person = burst(8).until("10:00:10").signals(8).until("10:05:00")
    assert [codes(digest) for digest in person.all_of(DigestDecided)] == [[6, 7, 8]]


def test_a_code_in_a_digest_keeps_quiet_afterwards():
    person = burst(8).until("10:09:59").signals(8)
    assert [one.code for one in person.all_of(AlertSuppressed)] == ["000008"]


def test_the_cooldown_runs_from_the_signal_not_from_the_digest():
    person = burst(8).until("10:10:00").signals(8).until("10:11:00")
    assert (person.times()[-1], person.all_of(AlertSuppressed)) == ("10:10:00", [])


def test_what_is_suppressed_makes_no_burst():
    person = burst(1).signals(*[1] * 20).signals(2)
    assert person.all_of(AlertHeld) == [] and len(person.all_of(AlertSuppressed)) == 20


# --- a restart


def test_what_is_held_outlives_a_restart():
    person = burst(8).until("10:00:10")
    person.hear(run())
    assert told_of(person.until("10:05:00")) == decided_of(person)


def test_what_is_held_is_told_after_a_long_stop():
    person = burst(8).skip_to("10:08:00")
    assert [codes(digest) for digest in person.all_of(DigestDecided)] == [[6, 7, 8]]


def test_recovered_bursts_are_as_they_were():
    heard = [signal_of(number) for number in range(1, 9)]
    ticks = (tick("10:00:29"), tick("10:00:30"), signal_of(9), tick("10:01:30"), signal_of(10))
    lived, carried, rebuilt = three_ways(NOTIFY, started(notify=TELEGRAM), tick("10:00:00"), *heard, *ticks)
    assert lived == carried == rebuilt

"""What a restart makes of messages that had no outcome, and when a busy channel is asked again."""

from datetime import timedelta

from facts import at
from msgspec.structs import replace
from telling import TELEGRAM, Person, failed, run, sent, unanswered

from kis_actors.messages import ClockTicked, NotifyRequested


def killed(person: Person) -> Person:
    """kill -9 and a new start: what has no outcome is in doubt, the oldest first."""
    person.hear(replace(run(**TELEGRAM), in_doubt=tuple(person.state.open.values())))
    return person


def three_in_line() -> Person:
    """A channel is sent one message after the other: the first is under way, the others wait for their turn."""
    return Person(answers={"telegram": unanswered}, **TELEGRAM).signals(1, 2, 3)


def test_what_never_had_its_turn_is_not_marked():
    asked = killed(three_in_line()).until("10:00:10").asked()
    assert [one.is_repeat for one in asked[3:]] == [True, False, False]


def test_what_never_had_its_turn_is_told_after_two_kills():
    person = killed(killed(three_in_line()))
    before = len(person.asked())
    person.answers["telegram"] = sent
    later = {one.alert_id for one in person.until("10:05:00").asked()[before:]}
    told = {one.alert_id for one in person.all_of(NotifyRequested)}
    assert len(told) == 3 and len(told - later) <= 1  # only the one under way may have arrived twice by now


def test_a_busy_channel_is_not_asked_a_moment_too_soon():
    person = Person(answers={"telegram": unanswered}, **TELEGRAM).signals(1)
    (asked,) = person.asked()
    person.now += timedelta(seconds=0.9)
    person.hear(replace(failed(asked, 37.0), at=person.now))
    person.now = at("10:00:37")
    person.hear(ClockTicked(now=person.now))
    assert len(person.asked()) == 1  # it is free at 10:00:37.9

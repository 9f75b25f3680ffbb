"""How loud each channel is for each class of message; at night what would be loud is silent, and nothing is lost."""

from datetime import UTC, datetime

import pytest
from facts import DAY, OPENED, settings, started, three_ways, tick
from telling import BOTH, TELEGRAM, Person, busy_for, run, sent, signal_of, unconnected

from kis_actors.actors.notify import CORE as NOTIFY
from kis_actors.messages import AlertDecided, OperatorTold, SessionClosed, SummaryTold, UniverseRefused
from kis_actors.notify_settings import Notify
from kis_actors.policies.loudness import channels_of, is_quiet, routes_of, volume_of

NEWS = {"signal": signal_of(1), "operator": UniverseRefused(reason="test"), "summary": SessionClosed(day=DAY)}
DECIDED = {"signal": AlertDecided, "operator": OperatorTold, "summary": SummaryTold}
each_kind = pytest.mark.parametrize("kind", list(NEWS))
each_channel = pytest.mark.parametrize("channel", list(routes_of(Notify())))
NIGHT = "22:00-07:00"


def with_channel(channel: str, start: str = "10:00:00", **route) -> Person:
    """This channel is as told, and discord (or else telegram) is on."""
    other = "telegram" if channel == "discord" else "discord"
    off = {"log": {"enabled": False}, "telegram": {"enabled": False}}
    return Person(start, **{**off, other: {"enabled": True}, channel: {"enabled": True, **route}})


def heard(channel: str, kind: str, start: str = "10:00:00", **route) -> list[bool]:
    """Of what was asked of the channel: whether it was silent."""
    person = with_channel(channel, start, **route)
    person.hear(NEWS[kind])
    return [asked.is_silent for asked in person.asked(channel)]


# --- on, silent, off


@each_channel
@each_kind
@pytest.mark.parametrize(("volume", "silent"), [("on", [False]), ("silent", [True]), ("off", [])])
def test_each_channel_is_as_loud_for_each_class_as_set(channel, kind, volume, silent):
    assert heard(channel, kind, **{kind: volume}) == silent


@each_channel
@each_kind
def test_one_class_that_is_off_leaves_the_others_on(channel, kind):
    person = with_channel(channel, **{kind: "off"})
    for news in NEWS.values():
        person.hear(news)
    assert {asked.kind for asked in person.asked(channel)} == set(NEWS) - {kind}


@each_kind
def test_one_channel_that_is_off_leaves_the_other_loud(kind):
    person = with_channel("telegram", **{kind: "off"})
    person.hear(NEWS[kind])
    assert [asked.is_silent for asked in person.asked("discord")] == [False]


@each_kind
def test_what_is_off_everywhere_is_in_the_log_of_events(kind):
    person = Person(telegram={"enabled": True, kind: "off"})
    person.hear(NEWS[kind])
    assert (person.asked(), len(person.all_of(DECIDED[kind]))) == ([], 1)


@pytest.mark.parametrize(("volume", "silent"), [("on", [False]), ("silent", [True]), ("off", [])])
def test_a_digest_is_as_loud_as_signals(volume, silent):
    person = Person(telegram={"enabled": True, "signal": volume}).signals(*range(1, 9)).until("10:01:00")
    assert [digest.is_silent for digest in person.digests()] == silent


def test_what_is_asked_again_is_as_loud_as_before():
    person = Person(answers={"telegram": busy_for(9.0)}, telegram={"enabled": True, "signal": "silent"})
    assert [asked.is_silent for asked in person.signals(1).until("10:00:10").asked()] == [True, True]


@pytest.mark.parametrize("volume", ["on", "silent", "off"])
def test_an_answer_is_always_on(volume):
    route = {"enabled": True, "signal": volume, "operator": volume, "summary": volume, "quiet": "00:00-23:59"}
    assert volume_of(settings(notify={"telegram": route}).notify, "telegram", "reply", DAY_AND_NIGHT) == "on"


DAY_AND_NIGHT = datetime(2026, 11, 20, 3, tzinfo=UTC)
"""12:00 KST."""


def test_a_channel_that_is_not_enabled_is_not_asked():
    assert channels_of(settings(notify={"discord": {"enabled": False, "signal": "on"}})) == ("log",)


def test_a_restart_may_change_how_loud():
    person = Person().signals(1)
    person.hear(run(telegram={"enabled": True, "signal": "silent"}))
    assert [asked.is_silent for asked in person.signals(2).asked()] == [False, True]


# --- quiet hours


@pytest.mark.parametrize(
    ("time_of_day", "silent"),
    [
        ("21:59:59", False), ("22:00:00", True), ("23:59:59", True), ("00:00:00", True), ("06:59:59", True),
        ("07:00:00", False), ("12:00:00", False),
    ],
)  # fmt: skip
@each_kind
def test_a_night_goes_over_midnight(time_of_day, silent, kind):
    assert heard("telegram", kind, time_of_day, quiet=NIGHT) == [silent]


@pytest.mark.parametrize(
    ("time_of_day", "silent"), [("11:59:59", False), ("12:00:00", True), ("12:59:59", True), ("13:00:00", False)]
)
def test_quiet_hours_may_be_within_a_day(time_of_day, silent):
    assert heard("telegram", "signal", time_of_day, quiet="12:00-13:00") == [silent]


@each_kind
@pytest.mark.parametrize(("volume", "silent"), [("silent", [True]), ("off", [])])
def test_at_night_nothing_is_louder_than_by_day(kind, volume, silent):
    assert heard("telegram", kind, "23:00:00", quiet=NIGHT, **{kind: volume}) == silent


def test_the_night_of_one_channel_is_not_that_of_another():
    person = with_channel("telegram", "23:00:00", quiet=NIGHT).signals(1)
    assert [asked.is_silent for channel in ("telegram", "discord") for asked in person.asked(channel)] == [True, False]


def test_quiet_hours_are_of_seoul():
    instants = [datetime(2026, 11, 20, hour, tzinfo=UTC) for hour in (12, 13, 21, 22)]
    assert [is_quiet(NIGHT, instant) for instant in instants] == [False, True, True, False]


def test_a_span_of_no_length_is_never_quiet():
    times = ("21:59:59", "22:00:00")
    assert [heard("telegram", "signal", time, quiet="22:00-22:00") for time in times] == [[False]] * 2


def test_without_quiet_hours_the_night_is_loud():
    assert heard("telegram", "signal", "03:00:00") == [False]


def test_what_is_silent_arrives_and_is_kept_as_any_other():
    person = Person("23:00:00", {"telegram": unconnected}, telegram={"enabled": True, "quiet": NIGHT}).signals(1)
    person.answers["telegram"] = sent
    assert person.until("23:01:00").times() == ["23:00:00", "23:00:05"]


# --- a restart


def test_a_recovered_night_is_as_it_was():
    quiet = {**BOTH, "telegram": {"enabled": True, "quiet": NIGHT, "operator": "off", "summary": "silent"}}
    told = (OPENED, *NEWS.values(), tick("22:30:00"), signal_of(2), started(notify=TELEGRAM), signal_of(3))
    lived, carried, rebuilt = three_ways(NOTIFY, started(notify=quiet), tick("10:00:00"), *told)
    assert lived == carried == rebuilt

"""Ticks, and what is said when the wall clock is set: an hour, over midnight, or hardly at all."""

from datetime import timedelta

import pytest
from facts import DAY, NEXT_DAY, at
from hand_clock import HandClock

from kis_actors.adapters.ticker import Ticker
from kis_actors.messages import ClockStepped, ClockTicked, Event
from kis_actors.units import NS_PER_S


class SetClock(HandClock):
    """Its hands can be set; what has gone by stays true. speed: of both."""

    def __init__(self, shows=at("10:00:00"), speed: float = 1.0) -> None:
        super().__init__(shows)
        self.speed = speed
        self._set_ns = 0

    def now_ns(self) -> int:
        return super().now_ns() + self._set_ns

    def set_by(self, seconds: float) -> None:
        self._set_ns += round(seconds * NS_PER_S)


class Heard:
    """A journal that only listens."""

    def __init__(self) -> None:
        self.events: list[Event] = []

    def observe(self, stream: str, event: Event, cause: int = 0) -> None:
        assert stream == "clock"
        self.events.append(event)


def told(clock: SetClock, passes_s: float, set_by_s: float) -> list[Event]:
    """What is said at the second tick."""
    heard = Heard()
    ticker = Ticker(heard, clock)
    ticker.tick()
    clock.pass_s(passes_s)
    clock.set_by(set_by_s)
    heard.events.clear()
    ticker.tick()
    return heard.events


def test_a_tick_is_what_the_clock_shows():
    assert told(SetClock(), 1, 0) == [ClockTicked(now=at("10:00:01"))]


@pytest.mark.parametrize("hours", [1, -1])
def test_an_hour_is_a_step(hours):
    shown = at("10:00:01") + timedelta(hours=hours)
    assert told(SetClock(), 1, 3600 * hours) == [ClockStepped(from_=at("10:00:01"), to=shown), ClockTicked(now=shown)]


def test_a_step_goes_back_over_midnight():
    (step, _) = told(SetClock(at("00:00:30", NEXT_DAY)), 1, -60)
    assert step == ClockStepped(from_=at("00:00:31", NEXT_DAY), to=at("23:59:31", DAY))


@pytest.mark.parametrize(("off_s", "count"), [(2.0, 0), (-2.0, 0), (2.001, 1), (-2.001, 1)])
def test_two_seconds_are_no_step_yet(off_s, count):
    assert len(told(SetClock(), 1, off_s)) == 1 + count


def test_a_long_wait_is_no_step():
    assert told(SetClock(), 3600, 0) == [ClockTicked(now=at("11:00:00"))]


def test_a_step_is_said_once():
    clock, heard = SetClock(), Heard()
    ticker = Ticker(heard, clock)
    clock.set_by(3600)
    for _ in range(3):
        ticker.tick()
        clock.pass_s(1)
    assert [type(event) for event in heard.events].count(ClockStepped) == 1


def test_a_fast_clock_may_be_off_by_more():
    """At sixty times the speed, the thread that reads it need only be held up for 33 ms."""
    assert len(told(SetClock(speed=60.0), 60, 100)) == 1
    assert len(told(SetClock(speed=60.0), 60, 121)) == 2

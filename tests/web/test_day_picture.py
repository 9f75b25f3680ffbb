"""What a day's records draw: spans, calls, runs and what happened to each code."""

from datetime import timedelta
from pathlib import Path

from days import ABOVE, BELOW, CODES, UNIVERSE, Day, logged, played, run_of_the_day, written
from facts import at, frame, trade

from kis_actors.adapters.clock import Clock
from kis_actors.messages import ClockTicked, FrameReceived, LinkLost, ScanRequested, SubscribeConfirmed
from kis_actors.web.alert_list import alerts_in
from kis_actors.web.day_picture import DRAWN_FROM, drawn
from kis_actors.web.live import Live
from kis_actors.web.now import now_of


def test_a_lost_link_ends_what_was_streamed_on_it() -> None:
    records = played(seed=1).records
    lost = next(one for one in records if isinstance(one.event, LinkLost))
    picture = drawn(records)
    for code in CODES:
        first, second, *_ = picture.spans[code]
        assert first.until == lost.at and first.reason == lost.event.reason and second.since >= lost.at
    assert [one.until is not None for one in picture.links] == [True] * len(picture.links)


def test_a_start_ends_what_the_run_before_left_open() -> None:
    day = Day(seed=1)
    day.observe("app", run_of_the_day())
    day.observe("app", UNIVERSE)
    for clock in ("08:45:00", "08:45:01", "09:00:00", "09:00:01"):
        day.tick(clock)
    assert all(spans[-1].until is None for spans in drawn(day.records).spans.values())
    day.observe("app", run_of_the_day())
    picture = drawn(day.records)
    assert all(spans[-1].until == day.now for spans in picture.spans.values())
    assert [one.reason for one in picture.runs] == ["died", ""]


def test_a_second_confirmation_begins_no_second_span() -> None:
    confirmed = SubscribeConfirmed(code=CODES[0], link=1)
    units = logged(("ws", 0, confirmed), ("ws", 0, confirmed))
    assert len(drawn(record for unit in units for record in unit).spans[CODES[0]]) == 1


def test_calls_are_those_of_the_last_minute(tmp_path: Path) -> None:
    day = Day(seed=1)
    day.observe("app", run_of_the_day())
    day.observe("app", UNIVERSE)
    for clock in ("08:45:00", "08:45:01", "09:00:00", "09:00:01", "09:01:00", "09:02:00", "09:02:30"):
        day.tick(clock)
    asked = [one.at for one in day.records if isinstance(one.event, ScanRequested)]
    recent = [one for one in asked if one > day.now - timedelta(minutes=1)]
    written(tmp_path, day.units)
    live = Live(tmp_path, Clock())
    live.catch_up()
    assert 0 < len(recent) < len(asked)
    assert live.look(now_of)["scan"]["calls_last_minute"] == len(recent)


def test_what_came_after_an_alert_has_its_lowest_and_highest(tmp_path: Path) -> None:
    day = Day(seed=1, has_answers=True)
    day.observe("app", run_of_the_day())
    day.observe("app", UNIVERSE)
    for clock in ("08:45:00", "08:45:01", "09:00:00", "09:00:01"):
        day.tick(clock)
    prices = (("10:00:00", BELOW), ("10:10:00", ABOVE), ("10:20:00", 9_000), ("10:30:00", BELOW))
    for volume, (clock, price_won) in enumerate(prices, start=1):
        day.tick(clock)
        stamp = clock.replace(":", "")
        day.observe("socket", frame(trade(price_won, STCK_CNTG_HOUR=stamp, ACML_VOL=str(10_000_000 * volume))))
        day.settle()
    written(tmp_path, day.units)
    live = Live(tmp_path, Clock())
    live.catch_up()
    first = live.look(alerts_in)[-1]
    assert first["price"] == BELOW and first["since"]["now"] == 0
    assert first["since"]["low"] == 9_000 / BELOW - 1 and first["since"]["high"] == ABOVE / BELOW - 1


def test_what_is_drawn_needs_no_frame_and_no_tick() -> None:
    assert not {"FrameReceived", "ClockTicked", "ScanReturned"} & set(DRAWN_FROM)
    records = played(seed=1).records
    light = drawn(one for one in records if not isinstance(one.event, FrameReceived | ClockTicked))
    assert light.spans == drawn(records).spans and light.events == drawn(records).events


def test_what_happened_to_a_code_is_kept_in_order() -> None:
    for events in drawn(played(seed=1).records).events.values():
        assert [one.seq for one in events] == sorted(one.seq for one in events)
        assert {"SignalRaised", "AlertDecided", "SubscribeConfirmed"} <= {one.type for one in events}
        assert at("08:45:00") <= events[0].at

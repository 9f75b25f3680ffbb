"""Which prices are judged when more than the regular session is watched, and on which basis."""

import pytest
from facts import (
    HYNIX,
    SAMSUNG,
    frame,
    level_closes,
    on_feed,
    opened,
    quotes_returned,
    started,
    tick,
    trade,
)
from story import Story, given

from kis_actors.actors.signal import CORE as SIGNAL
from kis_actors.market.universe import Stock
from kis_actors.messages import Event, SignalRaised, UniverseLoaded

BELOW = 9_100
UNIFIED_DAY = opened("08:00:00", "20:00:00", regular=("09:00:00", "15:30:00"))
LATE_DAY = opened("10:00:00", "20:00:00", regular=("10:00:00", "16:30:00"))


def watching(
    *facts: Event, now: str = "10:00:00", day: Event = UNIFIED_DAY, flags: tuple[str, ...] = (), **signal: object
) -> Story:
    """Both venues are watched; 005930 has a level average."""
    run = started(market={"hours": "unified"}, monitor={"signal": signal})
    codes = UniverseLoaded(stocks=(Stock(SAMSUNG, "삼성전자", "KOSPI", flags),), source="test")
    return given(SIGNAL, run, codes, tick(now), day, level_closes(SAMSUNG), *facts)


def printed(time_of_day: str, market_class: str, width: int = 47) -> Event:
    """A trade of the unified feed, far below the line."""
    columns = {"STCK_CNTG_HOUR": time_of_day.replace(":", ""), "MARKET_CLS_CODE": market_class}
    return on_feed("H0UNCNT0", frame(trade(BELOW, **columns), width=width))


def is_signal(story: Story) -> bool:
    return bool(story.then_of(SignalRaised))


JUDGED = [
    ("09:00:00", "2"), ("15:19:59", "2"), ("15:30:00", "2"), ("15:30:10", "2"), ("15:30:10", "5"), ("15:31:00", "5"),
]  # fmt: skip
NOT_JUDGED = [
    ("08:30:00", "1"), ("08:59:59", "2"), ("09:00:30", "1"), ("15:29:59", "5"), ("15:31:01", "2"), ("15:45:00", "5"),
    ("16:00:00", "3"), ("15:30:10", "3"), ("19:59:59", "2"),
]  # fmt: skip


@pytest.mark.parametrize(("time_of_day", "market_class"), JUDGED)
def test_prints_of_the_regular_session_are_judged(time_of_day, market_class):
    assert is_signal(watching().when(printed(time_of_day, market_class)))


@pytest.mark.parametrize(("time_of_day", "market_class"), NOT_JUDGED)
def test_prints_of_other_sessions_are_not(time_of_day, market_class):
    watching().when(printed(time_of_day, market_class)).then()


@pytest.mark.parametrize(("time_of_day", "market_class"), [*JUDGED, *NOT_JUDGED])
def test_told_to_every_session_is_judged(time_of_day, market_class):
    assert is_signal(watching(regular_only=False).when(printed(time_of_day, market_class)))


@pytest.mark.parametrize("hour_class", ["A", "B", "C", "D"])
def test_expected_prices_are_judged_in_no_session(hour_class):
    expected = on_feed("H0UNCNT0", frame(trade(BELOW, HOUR_CLS_CODE=hour_class)))
    assert not is_signal(watching(regular_only=False).when(expected))


@pytest.mark.parametrize(("time_of_day", "is_judged"), [("08:59:59", False), ("09:00:00", True), ("15:31:01", False)])
def test_prints_without_a_class_are_told_by_their_time(time_of_day, is_judged):
    assert is_signal(watching().when(printed(time_of_day, "", width=46))) == is_judged


def test_prints_before_the_regular_session_spend_nothing():
    assert is_signal(watching(printed("08:30:00", "1")).when(printed("09:00:01", "2")))


@pytest.mark.parametrize(("time_of_day", "is_judged"), [("09:59:59", False), ("16:00:00", True), ("16:31:01", False)])
def test_on_a_late_day_the_regular_session_is_later(time_of_day, is_judged):
    assert is_signal(watching(day=LATE_DAY).when(printed(time_of_day, "2"))) == is_judged


# --- scans


def scan(**columns: str) -> Event:
    return quotes_returned({SAMSUNG: BELOW}, **{"acml_vol": "5", "hour_cls_code": "0", **columns})


@pytest.mark.parametrize(
    ("now", "is_judged"), [("08:30:00", False), ("09:00:00", True), ("15:31:00", True), ("16:00:00", False)]
)
def test_scans_are_judged_in_the_regular_session(now, is_judged):
    assert is_signal(watching(now=now).when(scan())) == is_judged


@pytest.mark.parametrize("now", ["08:30:00", "16:00:00"])
def test_told_to_every_scan_is_judged(now):
    assert is_signal(watching(now=now, regular_only=False).when(scan()))


# --- the basis of the average


@pytest.mark.parametrize("flags", [("ex",), ("par_change",), ("alarm", "ex")])
def test_on_an_ex_date_a_base_price_must_be_told(flags):
    watching(flags=flags).when(scan()).then()
    assert is_signal(watching(flags=flags).when(scan(inter2_sdpr="10000")))


@pytest.mark.parametrize("flags", [(), ("alarm",), ("administrative", "halted")])
def test_on_other_days_no_base_price_is_needed(flags):
    assert is_signal(watching(flags=flags).when(scan()))


def test_a_base_that_is_not_the_average_s_is_not_judged():
    watching().when(scan(inter2_sdpr="5000")).then()


def test_a_code_left_the_universe_is_not_judged_by_scans():
    codes = UniverseLoaded(stocks=(Stock(HYNIX, "SK하이닉스", "KOSPI"),), source="test")
    watching(codes).when(scan()).then()

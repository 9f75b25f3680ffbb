"""Volatility interruptions and halts: nothing is judged meanwhile, and for a while after it an alert says so."""

import pytest
from facts import (
    HYNIX,
    OPENED,
    SAMSUNG,
    frame,
    level_closes,
    quotes_returned,
    started,
    status,
    three_ways,
    tick,
    trade,
    universe,
)
from msgspec.structs import replace
from story import Story, given

from kis_actors.actors.signal import CORE as SIGNAL
from kis_actors.market.universe import Stock
from kis_actors.messages import (
    DegradedModeEntered,
    DegradedModeLeft,
    Event,
    Rows,
    ScanReturned,
    SessionClosed,
    SignalRaised,
    StreamStale,
    SubscribeConfirmed,
    TradingInterrupted,
    TradingResumed,
    UniverseLoaded,
    UnsubscribeConfirmed,
)

BELOW, ABOVE = 9_100, 10_000
LIVE = SubscribeConfirmed(code=SAMSUNG, link=1)
VI, HALT = TradingInterrupted(code=SAMSUNG, kind="vi"), TradingInterrupted(code=SAMSUNG, kind="halt")
RESUMED = TradingResumed(code=SAMSUNG)
NEWS = (TradingInterrupted, TradingResumed)

REGULAR = frame(trade(ABOVE))
FALLEN = frame(trade(BELOW))
VI_TRADE, HALT_TRADE = frame(trade(BELOW, HOUR_CLS_CODE="C")), frame(trade(BELOW, TRHT_YN="Y"))
VI_STATUS, HALT_STATUS, CALM_STATUS = status(VI_CLS_CODE="Y"), status(TRHT_YN="Y"), status()


def scan(price_won: int = BELOW, volume_shares: int = 2000, **columns: str) -> Event:
    return quotes_returned({SAMSUNG: price_won}, acml_vol=str(volume_shares), hour_cls_code="0", **columns)


def paper_scan(price_won: int = BELOW, **columns: str) -> ScanReturned:
    """A row of inquire-price, which tells of halts and interruptions, and of no time class."""
    usual = {"prdy_vrss": "-900", "prdy_vrss_sign": "5", "acml_vol": "2000", "vi_cls_code": "N", "temp_stop_yn": "N"}
    row = {"stck_shrn_iscd": SAMSUNG, "stck_prpr": str(price_won)} | usual | columns
    return ScanReturned(scan=1, batch=1, rows=Rows(tuple(row), (tuple(row.values()),)))


VI_SCAN = replace(scan(), rows=quotes_returned({SAMSUNG: BELOW}, acml_vol="2000", hour_cls_code="C").rows)
CALM_SCAN = scan(ABOVE)


def live(*facts: Event, flags: tuple[str, ...] = ()) -> Story:
    """10:00:00, and 005930 is on the stream."""
    codes = UniverseLoaded(stocks=(Stock(SAMSUNG, "삼성전자", "KOSPI", flags),), source="test")
    return given(SIGNAL, started(), codes, tick("10:00:00"), OPENED, level_closes(SAMSUNG), LIVE, *facts)


def signals(story: Story) -> list[tuple[int, tuple[str, ...]]]:
    """Price and remarks of each."""
    return [(signal.price_won, signal.remarks) for signal in story.then_of(SignalRaised)]


# --- who tells of it


@pytest.mark.parametrize(
    ("told", "interruption"),
    [
        (VI_TRADE, VI), (VI_STATUS, VI), (VI_SCAN, VI), (HALT_TRADE, HALT), (HALT_STATUS, HALT),
        (status(ISCD_STAT_CLS_CODE="58"), HALT), (paper_scan(vi_cls_code="Y"), VI),
        (paper_scan(temp_stop_yn="Y"), HALT), (paper_scan(iscd_stat_cls_code="58"), HALT),
    ],
)  # fmt: skip
def test_an_interruption_is_said_and_nothing_judged(told, interruption):
    live().when(told).then(interruption)


@pytest.mark.parametrize("told", [REGULAR, CALM_STATUS, CALM_SCAN, paper_scan(ABOVE)])
def test_plain_trading_is_not_said(told):
    live().when(told).then()


@pytest.mark.parametrize("told", [VI_TRADE, VI_STATUS, HALT_STATUS, VI_SCAN])
def test_an_interruption_is_said_once(told):
    assert live(told).when(told).then_of(*NEWS) == ()


def test_a_halt_within_an_interruption_is_said():
    assert live(VI_TRADE).when(HALT_TRADE).then_of(*NEWS) == (HALT,)


def test_a_code_nobody_follows_is_left_alone():
    live().when(status(HYNIX, VI_CLS_CODE="Y")).then()


def test_outside_sessions_nothing_is_interrupted():
    live(SessionClosed(day=OPENED.day)).when(VI_TRADE).then()


@pytest.mark.parametrize("hour_class", ["A", "B", "D"])
def test_other_auctions_are_no_interruption(hour_class):
    live().when(frame(trade(BELOW, HOUR_CLS_CODE=hour_class))).then()


# --- nothing is judged meanwhile


@pytest.mark.parametrize("told", [VI_TRADE, VI_STATUS, HALT_TRADE, HALT_STATUS])
def test_scans_raise_nothing_meanwhile(told):
    assert signals(live(told).when(scan())) == []


def test_paper_scans_raise_nothing_meanwhile():
    assert signals(live(VI_STATUS).when(paper_scan())) == []


def test_expected_prices_raise_nothing_meanwhile():
    assert signals(live(VI_TRADE).when(VI_TRADE)) == []


def test_another_code_is_judged_meanwhile():
    facts = (UniverseLoaded(stocks=(Stock(HYNIX, "SK하이닉스", "KOSPI"),), source="test"), level_closes(HYNIX))
    assert signals(live(VI_STATUS, *facts).when(quotes_returned({HYNIX: BELOW}, acml_vol="9"))) == [(BELOW, ())]


# --- who ends it


@pytest.mark.parametrize("told", [VI_TRADE, VI_STATUS, HALT_TRADE, HALT_STATUS, VI_SCAN])
def test_a_regular_trade_ends_it(told):
    assert live(told).when(REGULAR).then_of(*NEWS) == (RESUMED,)


@pytest.mark.parametrize("told", [VI_TRADE, VI_STATUS, HALT_TRADE, HALT_STATUS, VI_SCAN])
def test_a_status_frame_ends_it(told):
    assert live(told).when(CALM_STATUS).then_of(*NEWS) == (RESUMED,)


def test_a_scan_ends_what_a_scan_began():
    assert live(VI_SCAN).when(CALM_SCAN).then_of(*NEWS) == (RESUMED,)


@pytest.mark.parametrize("told", [VI_TRADE, VI_STATUS, HALT_TRADE, HALT_STATUS])
def test_a_scan_ends_nothing_else(told):
    assert live(told).when(CALM_SCAN).then_of(*NEWS) == ()


def test_the_trade_that_ends_it_is_judged():
    story = live(VI_TRADE).when(FALLEN)
    assert (signals(story), story.then_of(*NEWS)) == ([(BELOW, ("interrupted",))], (RESUMED,))


def test_an_end_is_said_once():
    assert live(VI_TRADE, REGULAR).when(REGULAR).then_of(*NEWS) == ()


def test_it_may_begin_again():
    assert live(VI_TRADE, REGULAR).when(VI_TRADE).then_of(*NEWS) == (VI,)


def test_an_end_within_one_frame_is_said_last():
    both = frame(trade(BELOW, HOUR_CLS_CODE="C"), trade(BELOW))
    assert live().when(both).then_of(*NEWS) == (VI, RESUMED)


def test_a_beginning_within_one_frame_is_said_last():
    both = frame(trade(ABOVE), trade(BELOW, HOUR_CLS_CODE="C"))
    assert live(VI_TRADE).when(both).then_of(*NEWS) == (RESUMED, VI)


def test_a_new_session_interrupts_nobody():
    story = live(HALT_STATUS, SessionClosed(day=OPENED.day), OPENED)
    assert signals(story.when(scan())) == [(BELOW, ())]


# --- nobody ends it


def test_an_interruption_nobody_ended_lasts_ten_minutes():
    assert signals(live(VI_STATUS, tick("10:09:59")).when(scan())) == []
    assert signals(live(VI_STATUS, tick("10:10:00")).when(scan())) == [(BELOW, ())]


def test_a_halt_lasts_until_somebody_ends_it():
    assert signals(live(HALT_STATUS, tick("15:00:00")).when(scan())) == []


@pytest.mark.parametrize("told", [VI_TRADE, VI_STATUS])
def test_after_one_nobody_ended_another_is_said(told):
    assert live(told, tick("10:20:00")).when(told).then_of(*NEWS) == (VI,)


def test_after_one_nobody_ended_another_is_not_judged():
    story = live(VI_STATUS, tick("10:20:00"), VI_STATUS)
    assert signals(story.when(scan())) == []


def test_a_released_code_is_judged_again_after_its_halt():
    """Nobody but a scan is left to tell that it trades again: the volume grows."""
    story = live(HALT_TRADE, UnsubscribeConfirmed(code=SAMSUNG, link=1), tick("11:00:00"), scan(ABOVE, 5000))
    assert signals(story.when(scan(BELOW, 6000)))


# --- what alerts say


@pytest.mark.parametrize("told", [VI_TRADE, VI_STATUS, HALT_STATUS])
@pytest.mark.parametrize(("time_of_day", "remarks"), [("10:11:59", ("interrupted",)), ("10:12:00", ())])
def test_for_ten_minutes_alerts_remember_it(told, time_of_day, remarks):
    story = live(told, tick("10:02:00"), REGULAR, tick(time_of_day))
    assert signals(story.when(FALLEN)) == [(BELOW, remarks)]


def test_scanned_alerts_remember_it_too():
    story = live(VI_STATUS, tick("10:02:00"), REGULAR, tick("10:03:00"))
    assert signals(story.when(scan())) == [(BELOW, ("interrupted",))]


DEGRADED = DegradedModeEntered(reason="no stream since 10:00:00", interval_s=15.0)


def test_without_the_stream_alerts_say_so():
    assert signals(live(DEGRADED).when(scan())) == [(BELOW, ("degraded",))]
    assert signals(live(DEGRADED, DegradedModeLeft()).when(scan())) == [(BELOW, ())]


def test_flags_of_the_universe_are_said():
    assert signals(live(flags=("administrative", "alarm")).when(FALLEN)) == [(BELOW, ("administrative", "alarm"))]


def test_all_remarks_have_their_order():
    story = live(VI_STATUS, REGULAR, DEGRADED, flags=("ex",))
    assert signals(story.when(FALLEN)) == [(BELOW, ("interrupted", "degraded", "ex"))]


# --- all of it


def test_an_interrupted_morning_is_carried_and_rebuilt_alike():
    lived, carried, rebuilt = three_ways(
        SIGNAL, started(), universe(SAMSUNG, HYNIX), tick("09:59:59"), OPENED, level_closes(SAMSUNG), LIVE, REGULAR,
        scan(ABOVE, 2000), VI_TRADE, scan(), REGULAR, HALT_STATUS, CALM_STATUS, VI_SCAN, tick("10:00:30"), CALM_SCAN,
        FALLEN, frame(trade(ABOVE), width=48), frame(trade(STCK_PRPR="x"), width=49), DEGRADED, scan(BELOW, 3000),
        scan(BELOW, 4000), scan(BELOW, 5000), started(), REGULAR, DegradedModeLeft(), SessionClosed(day=OPENED.day),
    )  # fmt: skip
    kinds = {type(event) for events in lived[1] for event in events}
    assert {SignalRaised, TradingInterrupted, TradingResumed, StreamStale} <= kinds
    assert lived == carried == rebuilt

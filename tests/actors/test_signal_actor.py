"""SignalActor's core: trades as KIS sends them, and the crossings they make."""

import pytest
from facts import (
    CLOSED,
    DAY,
    HYNIX,
    NEXT_DAY,
    OPENED,
    SAMSUNG,
    acknowledged,
    at,
    frame,
    level_closes,
    started,
    trade,
    universe,
)
from story import Story, given

from kis_actors.actors.signal import CORE as SIGNAL
from kis_actors.actors.signal import State
from kis_actors.messages import BaselineLoaded, BaselineMissing, Event, FrameReceived, FrameRejected, SignalRaised

ABOVE, BELOW, REARMING = 9_300, 9_100, 9_222
"""With 24 closes of 10,000 won the line of -8 % is crossed at 9,169 won, and armed again from 9,222 won."""
AT_LINE = 9_169
NOT_YET_ARMED = 9_221


def watching(*facts: Event, **sections: dict[str, object]) -> Story:
    """A session in which 005930 and 000660 have level averages of 10,000 won."""
    run = started(**sections)
    return given(SIGNAL, run, universe(SAMSUNG, HYNIX), OPENED, level_closes(SAMSUNG), level_closes(HYNIX), *facts)


def prices(story: Story) -> list[tuple[str, int]]:
    """Code and price of each signal decided."""
    return [(signal.code, signal.price_won) for signal in story.then_of(SignalRaised)]


# --- crossings


def test_a_price_above_the_line_is_no_signal():
    watching().when(frame(trade(ABOVE))).then()


def test_a_price_crossing_below_is_a_signal():
    assert prices(watching(frame(trade(ABOVE))).when(frame(trade(BELOW)))) == [(SAMSUNG, BELOW)]


def test_a_price_first_seen_below_is_a_signal():
    assert prices(watching().when(frame(trade(BELOW)))) == [(SAMSUNG, BELOW)]


def test_the_last_won_below_the_line_is_a_signal():
    assert prices(watching().when(frame(trade(AT_LINE)))) == [(SAMSUNG, AT_LINE)]


def test_the_first_won_above_the_line_is_no_signal():
    watching().when(frame(trade(AT_LINE + 1))).then()


def test_a_price_that_stays_below_is_one_signal():
    watching(frame(trade(BELOW))).when(frame(trade(BELOW - 100))).then()


def test_a_price_between_the_lines_does_not_rearm():
    watching(frame(trade(BELOW)), frame(trade(NOT_YET_ARMED))).when(frame(trade(BELOW))).then()


def test_a_price_above_the_second_line_rearms():
    story = watching(frame(trade(BELOW)), frame(trade(REARMING)))
    assert prices(story.when(frame(trade(BELOW)))) == [(SAMSUNG, BELOW)]


def test_each_code_is_armed_by_itself():
    story = watching(frame(trade(BELOW)))
    assert prices(story.when(frame(trade(BELOW, HYNIX)))) == [(HYNIX, BELOW)]


def test_the_threshold_is_a_setting():
    story = watching(monitor={"signal": {"disparity_threshold": -0.05}})
    assert prices(story.when(frame(trade(9_400)))) == [(SAMSUNG, 9_400)]


def test_without_today_the_average_is_of_completed_closes():
    story = watching(monitor={"signal": {"ma_includes_today": False}})
    assert prices(story.when(frame(trade(9_199)))) == [(SAMSUNG, 9_199)]


def test_a_price_exactly_on_the_line_is_a_signal():
    story = watching(monitor={"signal": {"ma_includes_today": False}})
    assert prices(story.when(frame(trade(9_200)))) == [(SAMSUNG, 9_200)]


def test_a_signal_says_what_was_seen():
    disparity = 9_100 / ((24 * 10_000 + 9_100) / 25) - 1
    watching().when(frame(trade(9_100, PRDY_CTRT="-8.25", ACML_TR_PBMN="5000000000"))).then(
        SignalRaised(
            code=SAMSUNG, name="name of 005930", market="KOSPI", rule="disparity_threshold", threshold=-0.08,
            value=disparity, average_won=9_964.0, price_won=9_100, change_ratio=-0.0825,
            cum_turnover_won=5_000_000_000, observed_at=at("10:00:00"), line=((36_000, 9_100),),
        )
    )  # fmt: skip


def test_a_halted_code_raises_nothing():
    assert watching().when(frame(trade(BELOW, TRHT_YN="Y"))).then_of(SignalRaised) == ()


# --- frames of several trades


def test_a_crossing_in_the_middle_trade_counts():
    story = watching()
    assert prices(story.when(frame(trade(ABOVE), trade(BELOW), trade(ABOVE)))) == [(SAMSUNG, BELOW)]


def test_two_crossings_in_a_frame_keep_their_order():
    story = watching()
    crossings = frame(trade(BELOW, HYNIX), trade(BELOW), trade(REARMING, HYNIX), trade(AT_LINE, HYNIX))
    assert prices(story.when(crossings)) == [(HYNIX, BELOW), (SAMSUNG, BELOW), (HYNIX, AT_LINE)]


def test_a_crossing_is_not_told_with_the_next_frame():
    watching(frame(trade(BELOW))).when(frame(trade(ABOVE))).then()


@pytest.mark.parametrize("width", [46, 47, 48])
def test_records_of_this_width_are_read(width):
    story = watching()
    assert prices(story.when(frame(trade(ABOVE), trade(BELOW), width=width))) == [(SAMSUNG, BELOW)]


# --- frames that cannot be read


def test_a_frame_cut_short_is_rejected_by_name():
    whole = frame(trade(BELOW)).text
    cut = FrameReceived(link=1, text=whole[: whole.index("^20261120")])
    reason = "H0STCNT0: expected 46 or more columns, found 33"
    watching().when(cut).then(FrameRejected(link=1, reason=reason, kind="width"))


def test_a_frame_of_fewer_records_than_said_is_rejected():
    short = FrameReceived(link=1, text=frame(trade(BELOW), width=46).text.replace("|001|", "|002|"))
    (rejected,) = watching().when(short).decided
    assert rejected == FrameRejected(link=1, reason="H0STCNT0: expected 46 or more columns, found 23", kind="width")


def test_a_bad_record_takes_its_whole_frame_along():
    decided = watching().when(frame(trade(BELOW), trade(STCK_PRPR="-100"))).decided
    assert decided == (
        FrameRejected(link=1, reason="H0STCNT0: record 2: price '-100' is not a whole number", kind="field"),
    )  # fmt: skip


def test_a_rejected_frame_arms_nothing():
    story = watching(frame(trade(BELOW)), frame(trade(REARMING), trade(STCK_PRPR="")))
    story.when(frame(trade(BELOW))).then()


def test_a_rejection_is_not_repeated_with_the_next_frame():
    watching(frame(trade(STCK_PRPR=""))).when(frame(trade(ABOVE))).then()


def test_a_control_frame_decides_nothing_here():
    watching(frame(trade(BELOW))).when(acknowledged("OPSP0000")).then()


# --- what a trade may not be


@pytest.mark.parametrize("market_class", ["1", "3", "5"])
def test_trades_of_other_sessions_are_ignored(market_class):
    watching().when(frame(trade(BELOW, MARKET_CLS_CODE=market_class))).then()


@pytest.mark.parametrize("market_class", ["1", "3", "5"])
def test_trades_of_other_sessions_leave_no_price(market_class):
    story = watching().when(frame(trade(BELOW, MARKET_CLS_CODE=market_class)))
    assert story.state.last_prices == {}


@pytest.mark.parametrize("market_class", ["1", "2", "3", "5"])
def test_all_sessions_count_when_always_open(market_class):
    story = watching(market={"hours": "always"})
    assert prices(story.when(frame(trade(BELOW, MARKET_CLS_CODE=market_class)))) == [(SAMSUNG, BELOW)]


@pytest.mark.parametrize("hours", ["krx", "always"])
@pytest.mark.parametrize("hour_class", ["A", "B", "C", "D"])
def test_expected_prices_are_never_trades(hours, hour_class):
    watching(market={"hours": hours}).when(frame(trade(BELOW, HOUR_CLS_CODE=hour_class))).then()


def test_a_code_without_an_average_makes_no_signal():
    missing = BaselineMissing(code=SAMSUNG, day=DAY, reason="3 closes, 24 needed")
    watching(missing).when(frame(trade(BELOW))).then()


def test_a_code_never_heard_of_makes_no_signal():
    watching().when(frame(trade(BELOW, "999999"))).then()


def test_an_average_of_yesterday_is_not_used():
    fresh = BaselineLoaded(code=HYNIX, day=NEXT_DAY, closes_won=(10_000,) * 25)
    watching(fresh).when(frame(trade(BELOW))).then()


# --- sessions


def test_trades_before_the_open_make_no_signal():
    given(SIGNAL, started(), level_closes(SAMSUNG)).when(frame(trade(BELOW))).then()


def test_trades_after_the_close_make_no_signal():
    watching(CLOSED).when(frame(trade(BELOW))).then()


def test_trades_after_the_close_still_leave_a_price():
    story = watching(CLOSED).when(frame(trade(BELOW)))
    assert story.state.last_prices[SAMSUNG].price_won == BELOW


def test_a_new_session_arms_every_code():
    story = watching(frame(trade(BELOW)), CLOSED, OPENED)
    assert prices(story.when(frame(trade(BELOW)))) == [(SAMSUNG, BELOW)]


def test_a_restart_does_not_tell_a_crossing_twice():
    watching(frame(trade(BELOW)), started()).when(frame(trade(BELOW))).then()


# --- on_tick, which scripts rely on


def test_on_tick_says_which_rule_was_crossed():
    state = watching().state
    assert [fired.name for fired in state.on_tick(SAMSUNG, BELOW, at("10:00:00"))] == ["disparity_threshold"]


def test_on_tick_notes_the_price_and_its_instant():
    state = State()
    state.on_tick(SAMSUNG, BELOW, at("10:00:00"))
    assert (state.last_prices[SAMSUNG].price_won, state.last_prices[SAMSUNG].traded_at) == (BELOW, at("10:00:00"))

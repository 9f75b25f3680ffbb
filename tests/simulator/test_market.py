"""The synthetic exchange: histories, trades, and what a scenario does to them."""

import hashlib
import os
import subprocess
import sys
from itertools import pairwise

import pytest

from kis_actors.simulator.calendar import latest_session, sessions_before
from kis_actors.simulator.frames import trade_frames
from kis_actors.simulator.market import Market
from kis_actors.simulator.scenario import read_scenario
from kis_actors.simulator.session_clock import CLOSE_S, CLOSING_AUCTION_S, OPEN_S, second_of_day
from kis_actors.simulator.tally import AUCTION, BUY, SELL
from kis_actors.simulator.ticks import lower_limit_won, tick_won, upper_limit_won
from kis_actors.simulator.universe import read_universe

from .conftest import CODES, DAY, ROOT, market, stocks

EVENING_S = 16 * 3600


def day_text(market: Market, code: str) -> str:
    trades = market.tape(code).between(0, EVENING_S)
    return "\n".join(trade_frames("H0STCNT0", market.stock_days[code], market.day, trades))


def digest_of_a_day(seed: int) -> str:
    fresh = market(seed=seed)
    return hashlib.sha256("".join(day_text(fresh, code) for code in CODES[1:3]).encode()).hexdigest()


@pytest.mark.parametrize("code", CODES)
def test_every_trade_is_counted_exactly(quiet_market, code):
    trades = quiet_market.tape(code).between(0, EVENING_S)
    assert sum(trade.volume_shares for trade in trades) == trades[-1].tally.volume_shares
    assert sum(trade.volume_shares * trade.price_won for trade in trades) == trades[-1].tally.turnover_won
    for side, counted, shares in ((BUY, "buys", "bought_shares"), (SELL, "sells", "sold_shares")):
        own = [trade for trade in trades if trade.side == side]
        assert getattr(trades[-1].tally, counted) == len(own)
        assert getattr(trades[-1].tally, shares) == sum(trade.volume_shares for trade in own)


@pytest.mark.parametrize("code", CODES)
def test_highs_and_lows_are_those_of_the_trades(quiet_market, code):
    trades = quiet_market.tape(code).between(0, EVENING_S)
    prices, tally = [trade.price_won for trade in trades], trades[-1].tally
    assert (tally.open_won, tally.open_s) == (prices[0], trades[0].second)
    assert (tally.high_won, tally.low_won) == (max(prices), min(prices))
    assert tally.high_s == trades[prices.index(max(prices))].second
    assert tally.low_s == trades[prices.index(min(prices))].second


@pytest.mark.parametrize("code", CODES)
def test_prices_keep_to_ticks_and_limits(quiet_market, code):
    stock_day = quiet_market.stock_days[code]
    for trade in quiet_market.tape(code).between(0, EVENING_S):
        assert trade.price_won % tick_won(trade.price_won) == 0
        assert stock_day.lower_won <= trade.price_won <= stock_day.upper_won
        assert trade.book.bid_won <= trade.price_won <= trade.book.ask_won


@pytest.mark.parametrize("code", CODES)
def test_trades_come_in_order_within_the_session(quiet_market, code):
    seconds = [trade.second for trade in quiet_market.tape(code).between(0, EVENING_S)]
    assert seconds == sorted(seconds)
    assert OPEN_S < seconds[0] < OPEN_S + 60
    assert not [second for second in seconds if CLOSING_AUCTION_S <= second < CLOSE_S]
    assert seconds[-1] == CLOSE_S and seconds[-2] < CLOSING_AUCTION_S


def test_opening_and_closing_prints_belong_to_no_side(quiet_market):
    trades = quiet_market.tape(CODES[0]).between(0, EVENING_S)
    assert [trade.second for trade in trades if trade.side == AUCTION] == [trades[0].second, CLOSE_S]


@pytest.mark.parametrize("code", CODES)
def test_histories_end_at_the_reference_price(quiet_market, code):
    stock_day = quiet_market.stock_days[code]
    assert stock_day.base_won == stock_day.stock.reference_price_won
    assert [bar.day for bar in stock_day.bars] == list(sessions_before(DAY, 130))


@pytest.mark.parametrize("code", CODES)
def test_histories_keep_to_ticks_and_limits(quiet_market, code):
    for before, bar in pairwise(quiet_market.stock_days[code].bars):
        lower_won, upper_won = lower_limit_won(before.close_won), upper_limit_won(before.close_won)
        assert lower_won <= bar.low_won <= min(bar.open_won, bar.close_won)
        assert max(bar.open_won, bar.close_won) <= bar.high_won <= upper_won
        assert bar.low_won * bar.volume_shares <= bar.turnover_won <= bar.high_won * bar.volume_shares
        assert not [p for p in (bar.open_won, bar.high_won, bar.low_won, bar.close_won) if p % tick_won(p)]


def test_asking_again_or_backwards_gives_the_same_trades(quiet_market):
    forwards = day_text(quiet_market, CODES[1])
    tape = market().tape(CODES[1])
    late = tape.between(14 * 3600, EVENING_S)
    early = tape.between(0, 14 * 3600)
    again = trade_frames("H0STCNT0", tape.stock_day, DAY, early + late)
    assert "\n".join(again) == forwards


def test_between_is_what_at_has_seen(quiet_market):
    tape = quiet_market.tape(CODES[1])
    for second in range(OPEN_S - 30, OPEN_S + 600, 7):
        seen = tape.between(0, second)
        assert tape.at(second) == (seen[-1] if seen else None)


def test_another_seed_is_another_day():
    assert digest_of_a_day(1) != digest_of_a_day(2)


def test_hash_seeds_do_not_change_the_day():
    program = "from tests.simulator.test_market import digest_of_a_day; print(digest_of_a_day(1))"
    for hash_seed in ("0", "12345"):
        environment = os.environ | {"PYTHONHASHSEED": hash_seed}
        told = subprocess.run(
            [sys.executable, "-c", program], cwd=ROOT, env=environment, capture_output=True, text=True, check=True
        )
        assert told.stdout.strip() == digest_of_a_day(1)


def test_a_slide_reaches_its_disparity():
    slid = market("happenings: [{at: '10:00', code: 005930, what: slide, to_disparity: -0.085, minutes: 12}]")
    tape = slid.tape("005930")
    assert tape.stock_day.disparity(tape.price_at(second_of_day("10:12"))) == pytest.approx(-0.085)
    assert any(tape.stock_day.disparity(trade.price_won) <= -0.08 for trade in tape.between(OPEN_S, 37_000))


def test_a_start_disparity_is_met_within_a_tick():
    started = market("start: {disparity: {005930: -0.07, 025980: -0.03}}")
    for code, disparity in (("005930", -0.07), ("025980", -0.03)):
        stock_day = started.stock_days[code]
        assert stock_day.disparity(stock_day.base_won) == pytest.approx(disparity, abs=0.001)


def test_a_crash_costs_its_fall_on_many_trades(quiet_market):
    crashed = market("happenings: [{at: '10:12', code: 028300, what: crash, fall: 0.085}]").tape("028300")
    quiet = quiet_market.tape("028300")
    before_s, after_s = second_of_day("10:12"), second_of_day("10:15")
    moved, usual = (tape.price_at(after_s) / tape.price_at(before_s) for tape in (crashed, quiet))
    assert moved / usual == pytest.approx(1 - 0.085)
    assert len(crashed.between(before_s, after_s)) > 4 * len(quiet.between(before_s, after_s))


def test_a_surge_multiplies_the_trades(quiet_market):
    surge = "happenings: [{at: '11:00', code: 005930, what: turnover_surge, times: 8, fall: 0.03, minutes: 10}]"
    span_s = (second_of_day("11:00"), second_of_day("11:09:59"))
    surged = market(surge).tape("005930").between(*span_s)
    assert len(surged) > 6 * len(quiet_market.tape("005930").between(*span_s))


def test_a_halt_stops_trades_and_price():
    halted = market("happenings: [{at: '10:40', code: 053800, what: halt, until: '11:10'}]")
    tape, from_s, until_s = halted.tape("053800"), second_of_day("10:40"), second_of_day("11:10")
    assert tape.between(from_s - 1, until_s - 1) == []
    assert tape.at(until_s).side == AUCTION
    assert halted.quote("053800", from_s + 60).is_halted and not halted.quote("053800", until_s).is_halted


def test_a_halt_for_the_day_has_no_closing_print():
    tape = market("happenings: [{at: '10:40', code: 053800, what: halt}]").tape("053800")
    assert tape.at(EVENING_S).second < second_of_day("10:40")


def test_an_interruption_is_a_call_auction():
    interrupted = market("happenings: [{at: '10:15', code: 028300, what: vi}]")
    tape, from_s = interrupted.tape("028300"), second_of_day("10:15")
    assert tape.between(from_s - 1, from_s + 149) == []
    auction_print = tape.between(from_s, from_s + 150)[0]
    assert (auction_print.side, auction_print.vi_base_won) == (AUCTION, auction_print.price_won)
    quote = interrupted.quote("028300", from_s + 60)
    assert (quote.hour_class, quote.is_interrupted) == ("C", True)
    assert quote.expected.price_won > 0 and quote.expected.volume_shares > 0


def test_a_market_drop_takes_every_stock_along(quiet_market):
    dropped = market("happenings: [{at: '13:00', what: market_drop, fall: 0.02, minutes: 10, recover_minutes: 20}]")
    for code in CODES:
        usual, rough = quiet_market.tape(code), dropped.tape(code)
        fall = 0.02 * rough.stock_day.character.sensitivity
        shares = [rough.price_at(s) / usual.price_at(s) for s in map(second_of_day, ("13:00", "13:10", "13:30"))]
        assert shares == pytest.approx([1, 1 - fall, 1 - fall / 2], abs=2e-3)


def test_the_default_day_starts_near_the_threshold():
    scenario = read_scenario(ROOT / "config" / "scenario.yaml")
    whole = Market(stocks=read_universe(ROOT / "config" / "universe.csv"), seed=1, day=DAY, scenario=scenario)
    opened = [(whole.stock_days[code], whole.tape(code).at(OPEN_S + 30)) for code in whole.stock_days]
    disparities = [stock_day.disparity(trade.price_won) for stock_day, trade in opened]
    assert 15 <= sum(-0.09 <= disparity <= -0.05 for disparity in disparities) <= 25
    assert min(disparities) > -0.08


@pytest.mark.parametrize("seed", range(1, 9))
def test_the_default_day_crosses_first_at_about_0903(seed):
    scenario = read_scenario(ROOT / "config" / "scenario.yaml")
    kakao = [stock for stock in stocks() if stock.code == "035720"]
    tape = Market(stocks=tuple(kakao), seed=seed, day=DAY, scenario=scenario).tape("035720")
    crossed_s = next(t.second for t in tape.between(0, EVENING_S) if tape.stock_day.disparity(t.price_won) <= -0.08)
    assert second_of_day("09:02") <= crossed_s <= second_of_day("09:05")


def test_closed_days_are_passed_over():
    assert latest_session(DAY.replace(day=22)) == DAY
    assert latest_session(DAY.replace(month=12, day=25)).isoformat() == "2026-12-24"

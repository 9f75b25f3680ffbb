"""Trades as densely as a scenario wants them, for who needs a load."""

import pytest

from kis_actors.simulator.feeds import FEEDS
from kis_actors.simulator.scenario import Scenario, ScenarioUnusable, parse_scenario
from kis_actors.simulator.session_clock import OPEN_S
from kis_actors.simulator.tally import AUCTION

from .conftest import CODES, market

BUSY, EACH_ALONE = "stream: {trades_per_min: 300}", "stream: {trades_per_min: 300, trades_per_frame: 1}"
CODE, FEED, MINUTES = CODES[0], "H0STCNT0", 60


def trades(text):
    return market(text).tape(CODE).between(0, OPEN_S + MINUTES * 60)


def records_in_frames(text, until_s=OPEN_S + 120):
    frames = FEEDS[FEED](market(text), FEED, CODE, OPEN_S, until_s)
    return [int(frame.split("|")[2]) for _, frame in frames]


def test_every_minute_and_every_stock_has_about_as_many():
    assert len(trades(BUSY)) == pytest.approx(300 * MINUTES, rel=0.15)
    late = [trade for trade in trades(BUSY) if trade.second >= OPEN_S + 30 * 60]
    assert len(late) == pytest.approx(300 * 30, rel=0.2)


def test_more_trades_are_smaller_trades():
    usual, busy = (sum(one.volume_shares for one in trades(text) if one.side != AUCTION) for text in ("", BUSY))
    assert busy < usual * 1.1 < len(trades(BUSY)) / len(trades("")) * usual / 2


def test_frames_carry_no_more_than_they_may():
    assert set(records_in_frames(EACH_ALONE)) == {1}
    assert max(records_in_frames(BUSY)) == 20
    assert sum(records_in_frames(EACH_ALONE)) == sum(records_in_frames(BUSY))


def test_by_default_it_is_an_ordinary_day():
    assert parse_scenario("stream: {}", "s.yaml") == Scenario()
    assert records_in_frames("stream: {trades_per_min: 0}") == records_in_frames("")


@pytest.mark.parametrize("what", ["trades_per_min: 6001", "trades_per_frame: 21", "trades_per_frame: 0"])
def test_what_nobody_could_send_is_refused(what):
    with pytest.raises(ScenarioUnusable, match=rf"s.yaml:1: stream.{what.partition(':')[0]}: "):
        parse_scenario(f"stream: {{{what}}}", "s.yaml")

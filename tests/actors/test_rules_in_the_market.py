"""Every rule over a scripted market: SignalActor's core hears frames, scans and the clock, and each rule fires exactly
when it should and never otherwise."""


import pytest
from facts import DAY, SAMSUNG
from rule_market import DROPPED, FALL, HELD, LIVE, SURGE, Market, minutes

from kis_actors.messages import BaselineLoaded, StreamRestored

# --- the disparity line and the approach to it


def test_a_crossing_is_told_at_its_second():
    market = Market(averages=True).trades(("09:30:00", 9_300), ("09:30:05", 9_100), ("09:30:06", 9_050))
    assert market.fired() == ["09:30:05 disparity_threshold"]


def test_a_line_above_is_crossed_upwards():
    market = Market({"over": {"rule": "disparity_threshold", "threshold": 0.10}}, averages=True)
    assert market.trades(("09:30:00", 11_000), ("09:31:00", 11_100)).fired() == ["09:31:00 over"]


def test_a_code_that_is_only_scanned_crosses_too():
    market = Market(averages=True).scans(("09:30:00", 9_300), ("09:31:00", 9_100), ("09:32:00", 9_000))
    assert market.fired() == ["09:31:00 disparity_threshold"]


def test_the_approach_comes_before_the_crossing():
    market = Market({"approach": {"rule": "near_threshold"}}, averages=True)
    market.trades(*minutes("09:30:00", 9_400, 9_200, 9_180, 9_100, 9_200))
    assert market.fired() == ["09:31:00 approach", "09:33:00 disparity_threshold"]


def test_a_fall_past_the_band_is_a_crossing_alone():
    market = Market({"approach": {"rule": "near_threshold"}}, averages=True)
    assert market.trades(*minutes("09:30:00", 9_400, 9_100)).fired() == ["09:31:00 disparity_threshold"]


def test_a_crossing_of_trade_and_scan_is_one():
    market = Market(averages=True)
    market.trade("09:30:00", 9_100)
    market.scan("09:30:30", 9_100, code=SAMSUNG)
    assert market.fired() == ["09:30:00 disparity_threshold"]

# --- rapid fall

def test_a_fall_on_trades_is_told_with_the_trade_that_makes_it():
    market = Market(FALL).trades(*minutes("09:00:00", 10_000, 9_990, 9_950, 9_900, 9_850, 9_750, 9_690, 9_600))
    assert market.fired() == ["09:06:00 fall"]


def test_a_fall_on_scans_alone_is_told_with_the_scan():
    market = Market(FALL, signal={"use_intraday": False})
    market.scans(*minutes("09:00:00", 10_000, 9_990, 9_950, 9_900, 9_850, 9_750, 9_690, 9_600))
    assert market.fired() == ["09:06:00 fall"]


def test_without_intraday_trades_are_no_prices():
    market = Market(FALL, averages=True, signal={"use_intraday": False})
    assert market.trades(*minutes("09:00:00", *[10_000] * 6, 9_000)).fired() == []


def test_a_fall_within_the_first_minutes_waits_for_the_window():
    assert Market(FALL).trades(*minutes("09:00:00", 10_000, 9_000, 9_000)).fired() == []


@pytest.mark.parametrize(
    "gap",
    [LIVE, StreamRestored(code=SAMSUNG, link=1), DROPPED],
    ids=["subscribed anew", "restored", "dropped"],
)
def test_no_fall_is_seen_over_a_gap(gap):
    market = Market(FALL).trades(*minutes("09:00:00", 10_000, 10_000, 10_000))
    market.until("09:03:30")
    market.hear(gap)
    assert market.trades(*minutes("09:04:00", 9_500, 9_500, 9_500, 9_500, 9_500, 9_400)).fired() == []


def test_after_a_gap_the_next_whole_window_counts():
    market = Market(FALL).trades(*minutes("09:00:00", 10_000, 10_000))
    market.until("09:03:30")
    market.hear(LIVE)
    assert market.trades(*minutes("09:04:00", *[9_500] * 6, 9_200)).fired() == ["09:10:00 fall"]


def test_no_fall_is_seen_over_scans_that_did_not_come():
    market = Market(FALL, signal={"use_intraday": False})
    market.scans(*minutes("09:00:00", 10_000, 10_000), *minutes("09:06:00", 9_500, 9_500, 9_500, 9_500, 9_500))
    assert market.fired() == []


def test_the_market_of_a_code_has_its_own_fall():
    per = {"fall": {"rule": "rapid_fall", "per": {"KOSDAQ": {"fall_ratio": 0.05}}}}
    market = Market(per).scans(*minutes("09:00:00", *[10_000] * 6, 9_690, 9_600, 9_500))
    assert market.fired() == ["09:08:00 fall"]


def test_a_rule_of_one_market_leaves_the_other_alone():
    market = Market({"fall": {"rule": "rapid_fall", "markets": ("KOSPI",)}})
    assert market.scans(*minutes("09:00:00", *[10_000] * 6, 9_000)).fired() == []

# --- for

def test_what_holds_long_enough_is_told_by_the_clock():
    market = Market(HELD).trades(("09:30:00", 9_600), ("09:31:00", 9_499))
    assert (market.fired("09:31:29"), market.fired("09:40:00")) == ([], ["09:31:30 low"])


def test_what_holds_long_enough_is_told_by_a_trade():
    assert Market(HELD).trades(("09:31:00", 9_499), ("09:31:30", 9_498)).fired() == ["09:31:30 low"]


def test_what_did_not_hold_is_not_told():
    market = Market(HELD).trades(("09:31:00", 9_499), ("09:31:29", 9_500))
    assert market.fired("09:40:00") == []


def test_what_was_missed_did_not_hold():
    market = Market(HELD).trades(("09:31:00", 9_499))
    market.until("09:31:10")
    market.hear(LIVE)
    assert market.fired("09:40:00") == []


def test_what_was_missed_does_not_count_towards_holding():
    market = Market(HELD).trades(("09:31:00", 9_499))
    market.until("09:31:10")
    market.hear(LIVE)
    market.trade("09:31:30", 9_499)
    assert market.fired("09:40:00") == ["09:32:00 low"]


def test_a_lower_low_of_the_day_must_hold_too():
    market = Market({"low": {"rule": "breakout", "of": "day_low", "for_sec": 30.0}})
    market.trades(("09:10:00", 9_900), ("09:40:00", 9_800), ("09:40:10", 9_850))
    assert market.fired("09:50:00") == ["09:40:30 low"]

# --- breakouts


def breakout(of: str) -> Market:
    return Market({"out": {"rule": "breakout", "of": of}})


def test_the_low_of_the_day_before_breaks_once():
    market = breakout("previous_low").trades(*minutes("09:05:00", 9_600, 9_500, 9_499, 9_400))
    assert market.fired() == ["09:07:00 out"]


def test_the_high_of_the_day_before_breaks_on_a_scan():
    assert breakout("previous_high").scans(*minutes("09:05:00", 10_500, 10_501)).fired() == ["09:06:00 out"]


def test_without_the_day_before_nothing_breaks():
    market = breakout("previous_low")
    market.hear(BaselineLoaded(code=SAMSUNG, day=DAY, closes_won=()))
    assert market.trades(("09:05:00", 5_000)).fired() == []


def test_a_low_of_the_day_counts_after_half_an_hour():
    market = breakout("day_low").trades(
        ("09:00:00", 10_000), ("09:10:00", 9_900), ("09:29:59", 9_850), ("09:30:00", 9_850), ("09:30:01", 9_849)
    )
    assert market.fired() == ["09:30:01 out"]


def test_the_low_is_the_day_s_and_not_only_what_was_seen():
    market = breakout("day_low")
    market.trade("09:40:00", 9_900, STCK_HGPR="10000", STCK_LWPR="9700")
    assert market.trades(("09:41:00", 9_800), ("09:42:00", 9_699)).fired() == ["09:42:00 out"]


def test_the_low_that_scans_tell_is_a_level_for_trades():
    market = breakout("day_low").trades(("09:40:00", 9_900))
    market.scan("09:41:00", 9_900, code=SAMSUNG, inter2_hgpr="10000", inter2_lwpr="9700")
    assert market.trades(("09:42:00", 9_800), ("09:43:00", 9_699)).fired() == ["09:43:00 out"]

# --- turnover

def busy_minute(shares: int, price_won: int = 9_900, **columns: str) -> list[str]:
    """22 minutes of 100 shares each, then one of so many at this price."""
    market = Market(SURGE)
    for time_of_day, price in minutes("09:10:00", *[10_000] * 22):
        market.trade(time_of_day, price, shares=100, **columns)
    market.trade("09:32:00", price_won, shares=shares, **columns)
    return market.fired()


def test_a_surge_with_a_fall_is_told():
    assert busy_minute(500) == ["09:32:00 surge"]


@pytest.mark.parametrize(("shares", "price_won"), [(499, 9_900), (5000, 9_901), (100, 9_000)])
def test_a_surge_or_a_fall_alone_is_not_told(shares, price_won):
    assert busy_minute(shares, price_won) == []


def test_a_day_of_less_volume_than_the_one_before_does_not_surge():
    assert busy_minute(500, PRDY_SMNS_HOUR_ACML_VOL="3701") == []


def test_a_day_of_as_much_volume_as_the_one_before_does():
    assert busy_minute(500, PRDY_SMNS_HOUR_ACML_VOL="3700") == ["09:32:00 surge"]


def test_no_surge_is_seen_over_a_gap():
    market = Market(SURGE)
    for number, (time_of_day, price) in enumerate(minutes("09:10:00", *[10_000] * 22, 9_900)):
        market.trade(time_of_day, price, shares=5000 if number == 22 else 100)
        if number == 10:
            market.hear(StreamRestored(code=SAMSUNG, link=1))
    assert market.fired() == []

"""Rules through whole days: interruptions, the gates, and what nobody watches any more."""


import pytest
from facts import DAY, OPENED, SAMSUNG, at, frame, started, status, trade
from msgspec.structs import replace
from rule_market import FALL, HELD, LIVE, SURGE, Market, minutes

from kis_actors.messages import LinkLost, SessionClosed, StreamStale, UnsubscribeConfirmed

# --- interruptions

STOP = {"stop": {"rule": "vi_or_halt"}}


def test_a_vi_is_told_when_a_trade_shows_it():
    market = Market(STOP).trades(("09:30:00", 10_000))
    market.trade("09:31:00", 9_000, HOUR_CLS_CODE="C")
    market.trade("09:31:01", 9_000, HOUR_CLS_CODE="C")
    assert market.fired("09:40:00") == ["09:31:00 stop"]


def test_a_vi_is_told_when_a_status_shows_it():
    market = Market(STOP).trades(("09:30:00", 10_000))
    market.hear(status(VI_CLS_CODE="Y"))
    assert market.fired() == ["09:30:00 stop"]


def test_a_vi_is_told_when_a_scan_shows_it():
    market = Market(STOP).scans(("09:30:00", 10_000))
    market.scan("09:31:00", 9_000, hour_cls_code="C")
    market.scan("09:32:00", 9_000, hour_cls_code="C")
    assert market.fired() == ["09:31:00 stop"]


def test_a_halt_is_told_with_the_last_price_before():
    market = Market(STOP).trades(("09:30:00", 10_000))
    market.trade("09:31:00", 9_000, TRHT_YN="Y")
    assert [(time_of_day, signal.price_won) for time_of_day, signal in market.said] == [("09:31:00", 10_000)]


@pytest.mark.parametrize("told", [status(VI_CLS_CODE="Y"), frame(trade(9_000, HOUR_CLS_CODE="C"))])
def test_a_vi_before_the_first_price_is_told_without_one(told):
    market = Market(STOP, averages=True)
    market.hear(told)
    ((_, signal),) = market.said
    assert (signal.rule, signal.price_won, signal.change_ratio, signal.average_won) == ("stop", 0, 0.0, 10_000)


def test_a_vi_of_a_code_nobody_knows_anything_of_is_told_too():
    market = Market(STOP)
    market.scan("09:31:00", 9_000, hour_cls_code="C")
    assert [(time, signal.price_won, signal.average_won) for time, signal in market.said] == [("09:31:00", 0, 0.0)]


def test_the_price_of_the_day_before_is_not_told():
    market = Market(STOP).trades(("15:20:00", 10_000))
    market.hear(SessionClosed(day=DAY))
    market.hear(OPENED)
    market.hear(status(VI_CLS_CODE="Y"))
    assert [signal.price_won for _, signal in market.said] == [0]


def test_without_a_price_nothing_that_measures_one_counts():
    low = {"low": {"rule": "disparity_threshold", "threshold": -0.2}}
    both = {"both": {"rule": "all_of", "of": ["stop", "low"]}, "either": {"rule": "any_of", "of": ["stop", "low"]}}
    market = Market({**STOP, **low, **both}, averages=True)
    market.hear(status(VI_CLS_CODE="Y"))
    assert market.fired() == ["09:00:00 stop", "09:00:00 either"]


def test_a_composition_with_interruptions_is_judged_at_the_last_price():
    both = {"both": {"rule": "all_of", "of": ["disparity_threshold", "stop"]}}
    above, below = ((Market({**STOP, **both}, averages=True).trades(("09:30:00", price))) for price in (9_300, 9_100))
    for market in (above, below):
        market.trade("09:31:00", 5_000, HOUR_CLS_CODE="C")
    assert above.fired() == ["09:31:00 stop"]
    assert below.fired() == ["09:30:00 disparity_threshold", "09:31:00 stop", "09:31:00 both"]


def test_two_interruptions_are_two_signals():
    market = Market(STOP).trades(("09:30:00", 10_000))
    market.trade("09:31:00", 9_000, HOUR_CLS_CODE="C")
    market.trade("09:33:30", 9_000)
    market.trade("09:40:00", 9_000, HOUR_CLS_CODE="C")
    assert market.fired() == ["09:31:00 stop", "09:40:00 stop"]


def test_a_vi_of_a_halts_only_rule_is_not_told():
    market = Market({"stop": {"rule": "vi_or_halt", "vi": False}}).trades(("09:30:00", 10_000))
    market.trade("09:31:00", 9_000, HOUR_CLS_CODE="C")
    assert market.fired() == []


def test_expected_prices_of_a_vi_cross_nothing():
    market = Market({**STOP, **FALL, **HELD}, averages=True).trades(*minutes("09:30:00", *[10_000] * 6))
    for second in range(0, 60, 10):
        market.trade(f"09:36:{second:02}", 5_000, HOUR_CLS_CODE="C")
    assert market.fired("09:40:00") == ["09:36:00 stop"]


def test_an_interruption_is_no_price_of_its_own():
    market = Market(SURGE)
    for number, (time_of_day, price) in enumerate(minutes("09:10:00", *[10_000] * 22, 9_900)):
        market.trade(time_of_day, price, shares=500 if number == 22 else 100)
        if number == 1:
            market.hear(status(VI_CLS_CODE="Y"))
    assert market.fired() == ["09:32:00 surge"]

# --- gates


def test_a_late_frame_is_not_judged():
    market = Market(averages=True, signal={"max_age_sec": 60.0})
    market.until("09:31:01")
    market.hear(frame(trade(9_000, STCK_CNTG_HOUR="093000")))
    assert market.fired() == []


def test_a_frame_just_in_time_is_judged():
    market = Market(averages=True, signal={"max_age_sec": 60.0})
    market.until("09:31:00")
    market.hear(frame(trade(9_000, STCK_CNTG_HOUR="093000")))
    assert market.fired() == ["09:31:00 disparity_threshold"]


def test_a_code_counts_once_enough_of_it_was_traded():
    market = Market({"low": {"rule": "breakout", "of": "previous_low", "min_turnover_won": 10_300_000}})
    assert market.trades(*minutes("09:30:00", 9_400, 9_400, 9_400, 9_400)).fired() == ["09:32:00 low"]


@pytest.mark.parametrize(
    ("session", "regular_only", "told"),
    [("all", False, ["15:45:00 low"]), ("regular", False, []), ("all", True, [])],
)
def test_the_after_market_is_judged_when_it_is_watched_and_asked_for(session, regular_only, told):
    rules = {"low": {"rule": "breakout", "of": "previous_low", "session": session}}
    market = Market(rules, signal={"regular_only": regular_only})
    market.trade("15:45:00", 9_400, MARKET_CLS_CODE="3")
    assert market.fired() == told


def test_a_composition_counts_with_its_last_member():
    rules = {
        "low": {"rule": "breakout", "of": "previous_low", "alert": False},
        "fall": {"rule": "rapid_fall", "alert": False},
        "both": {"rule": "all_of", "of": ("low", "fall")},
    }  # fmt: skip
    market = Market(rules).trades(*minutes("09:30:00", *[9_700] * 6, 9_499, 9_400, 9_300))
    assert market.fired() == ["09:37:00 both"]


def test_a_signal_says_which_rule_and_how_long_it_keeps_quiet():
    market = Market({"fall": {"rule": "rapid_fall", "cooldown_sec": 60.0}}, averages=True)
    market.trades(*minutes("09:30:00", *[10_000] * 6, 9_600))
    ((_, signal),) = market.said
    assert (signal.rule, signal.kind, signal.threshold, signal.average_won, signal.cooldown_s) == (
        "fall", "rapid_fall", -0.03, 10_000, 60.0,
    )  # fmt: skip


def test_without_a_cooldown_of_its_own_a_signal_has_none():
    market = Market(FALL).trades(*minutes("09:30:00", *[10_000] * 6, 9_600))
    assert [signal.cooldown_s for _, signal in market.said] == [None]

# --- a whole day


def test_a_calm_day_raises_nothing():
    rules = {**STOP, **FALL, **HELD, **SURGE, "day": {"rule": "breakout", "of": "previous_high"},
             "approach": {"rule": "near_threshold"}}  # fmt: skip
    market = Market(rules, averages=True)
    prices = [10_000 + 5 * ((minute * 7) % 11 - 5) for minute in range(390)]
    for (time_of_day, price), number in zip(minutes("09:00:00", *prices), range(390), strict=True):
        market.trade(time_of_day, price)
        market.scan(time_of_day, price, shares=10 + number % 3)
    assert market.fired() == []


def test_a_new_day_forgets_the_old_one():
    market = Market(FALL).trades(*minutes("09:00:00", *[10_000] * 6))
    market.hear(replace(OPENED, opens=at("09:06:00")))
    assert market.trades(*minutes("09:06:00", 9_000, 9_000)).fired() == []

# --- what nobody watches any more

def test_no_fall_is_seen_over_a_silence_that_scans_prove():
    market = Market(FALL).trades(*minutes("09:00:00", *[10_000] * 6))
    for time_of_day, price_won in minutes("09:06:00", 10_000, 10_000, 10_000, 10_000):
        market.scan(time_of_day, price_won, code=SAMSUNG, shares=1000)
    assert market.state.watch.live[SAMSUNG].is_stale
    assert market.trades(*minutes("09:12:00", 9_500, 9_500)).fired() == []


@pytest.mark.parametrize(
    "lost",
    [
        LinkLost(link=1, reason="closed"), StreamStale(code=SAMSUNG, link=1, volume_shares=1),
        UnsubscribeConfirmed(code=SAMSUNG, link=1), started(monitor={"rules": HELD}),
    ],
    ids=["link lost", "stream stale", "given back", "started again"],
)  # fmt: skip
def test_what_nobody_sees_does_not_go_on_holding(lost):
    market = Market(HELD).trades(("09:31:00", 9_499))
    market.until("09:31:10")
    market.hear(lost)
    assert market.fired("09:40:00") == []

def test_an_interruption_that_is_over_does_not_go_on_holding():
    market = Market({"stop": {"rule": "vi_or_halt", "for_sec": 60.0}}).trades(("09:30:00", 10_000))
    market.hear(status(VI_CLS_CODE="Y"))
    market.until("09:30:30")
    market.hear(status())
    assert market.fired("09:40:00") == []

def test_a_vi_of_a_code_traded_enough_is_told():
    market = Market({"stop": {"rule": "vi_or_halt", "min_turnover_won": 1_000_000}}).trades(("09:30:00", 10_000))
    market.hear(status(VI_CLS_CODE="Y"))
    assert market.fired() == ["09:30:00 stop"]


def test_a_vi_of_the_after_market_is_none_of_the_regular_session():
    market = Market(STOP).trades(("15:00:00", 10_000))
    market.hear(replace(OPENED, closes=at("20:00:00"), regular_closes=at("15:30:00")))
    market.hear(LIVE)
    market.until("16:30:00")
    market.hear(status(VI_CLS_CODE="Y"))
    assert market.fired() == []

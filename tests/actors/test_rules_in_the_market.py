"""Every rule over a scripted market: SignalActor's core hears frames, scans and the clock, and each rule fires exactly
when it should and never otherwise."""

from datetime import timedelta

import pytest
from facts import DAY, HYNIX, OPENED, SAMSUNG, at, frame, quotes_returned, started, status, trade
from msgspec.structs import replace

from kis_actors.actors.signal import CORE as SIGNAL
from kis_actors.market.universe import Stock
from kis_actors.messages import (
    BaselineLoaded,
    ClockTicked,
    Event,
    FramesDropped,
    LinkLost,
    Record,
    SessionClosed,
    SignalRaised,
    StreamRestored,
    StreamStale,
    SubscribeConfirmed,
    UniverseLoaded,
    UnsubscribeConfirmed,
)
from kis_actors.turn import take_turn
from kis_actors.units import ns_of_instant

LIVE = SubscribeConfirmed(code=SAMSUNG, link=1)
DROPPED = FramesDropped(link=1, count=9, first=at("09:02:00"), last=at("09:03:00"))


class Market:
    """A day from 09:00:00, in which 005930 of KOSPI is on the stream and 000660 of KOSDAQ is only scanned.

    The first scan is behind us: nobody can tell yet whether it shows the day before.
    """

    def __init__(self, rules: dict | None = None, *, averages: bool = False, **monitor: object) -> None:
        run = started(monitor={"rules": rules or {}, **monitor})
        stocks = (Stock(SAMSUNG, "삼성전자", "KOSPI"), Stock(HYNIX, "SK하이닉스", "KOSDAQ"))
        closes_won = (10_000,) * 25 if averages else ()
        self.state, self.now, self.seq = SIGNAL.state(), at("08:59:59"), 0
        self.volumes = dict.fromkeys((SAMSUNG, HYNIX), 1000)
        self.said: list[tuple[str, SignalRaised]] = []
        levels = [
            BaselineLoaded(code=code, day=DAY, closes_won=closes_won, high_won=10_500, low_won=9_500)
            for code in (SAMSUNG, HYNIX)
        ]
        for fact in (run, UniverseLoaded(stocks=stocks, source="test"), OPENED, *levels):
            self.hear(fact)
        self.until("09:00:00")
        self.hear(LIVE)
        self.hear(quotes_returned(dict.fromkeys((SAMSUNG, HYNIX), 10_000), acml_vol="1000"))

    def hear(self, event: Event) -> None:
        self.seq += 1
        record = Record(seq=self.seq, stream="test", cause=0, at_ns=ns_of_instant(self.now), event=event)
        self.state, decided = take_turn(SIGNAL, self.state, record)
        self.said += [(f"{self.now:%H:%M:%S}", one) for one in decided if isinstance(one, SignalRaised)]

    def until(self, time_of_day: str) -> None:
        """The clock ticks every second."""
        while self.now < at(time_of_day):
            self.now += timedelta(seconds=1)
            self.hear(ClockTicked(now=self.now))

    def trade(self, time_of_day: str, price_won: int, *, shares: int = 10, **columns: str) -> None:
        """A trade of 005930."""
        self.until(time_of_day)
        self.volumes[SAMSUNG] += shares
        sums = {"ACML_VOL": str(self.volumes[SAMSUNG]), "ACML_TR_PBMN": str(self.volumes[SAMSUNG] * 10_000)}
        stamp = time_of_day.replace(":", "")
        self.hear(frame(trade(price_won, STCK_CNTG_HOUR=stamp, **{**sums, **columns})))

    def scan(self, time_of_day: str, price_won: int, *, code: str = HYNIX, shares: int = 10, **columns: str) -> None:
        self.until(time_of_day)
        self.volumes[code] += shares
        volume = self.volumes[code]
        told = {"acml_vol": str(volume), "hour_cls_code": "0", "inter2_hgpr": "0", "inter2_lwpr": "0", **columns}
        self.hear(quotes_returned({code: price_won}, turnover_won=volume * 10_000, **told))

    def fired(self, until: str = "") -> list[str]:
        """Time and rule of every signal so far, or by then."""
        self.until(until or f"{self.now:%H:%M:%S}")
        return [f"{time_of_day} {signal.rule}" for time_of_day, signal in self.said]

    def trades(self, *prices: tuple[str, int]) -> "Market":
        for time_of_day, price_won in prices:
            self.trade(time_of_day, price_won)
        return self

    def scans(self, *prices: tuple[str, int]) -> "Market":
        for time_of_day, price_won in prices:
            self.scan(time_of_day, price_won)
        return self


def minutes(first: str, *prices: int) -> tuple[tuple[str, int], ...]:
    """A price a minute from `first`."""
    return tuple((f"{at(first) + timedelta(minutes=n):%H:%M:%S}", price) for n, price in enumerate(prices))


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

FALL = {"fall": {"rule": "rapid_fall"}}


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

HELD = {"low": {"rule": "breakout", "of": "previous_low", "for_sec": 30.0}}


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

SURGE = {"surge": {"rule": "turnover_surge_fall"}}


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

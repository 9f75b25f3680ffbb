"""What has to hold for a while: the clock repeats each rule's own last look, and nothing else."""

from datetime import datetime, timedelta

from facts import DAY, OPENED, SAMSUNG, at, opened, settings

from kis_actors.duties.judgement import Judgement, consider, evolve, held_on, note_extremes, use
from kis_actors.market.universe import Stock
from kis_actors.messages import BaselineLoaded, Event, LinkLost, SettingsChanged, SubscribeConfirmed, UniverseLoaded
from kis_actors.signals.outlook import Seen

LOW = {"rule": "breakout", "of": "previous_low", "for_sec": 30.0}
FALL = {"rule": "rapid_fall", "fall_ratio": 0.01, "window_sec": 60.0}
LOST = LinkLost(link=1, reason="closed")


class Day:
    """005930 from 10:00:00 on; the low of the day before is 9,500 won, and there is no average."""

    def __init__(self, rules: dict[str, dict[str, object]], session: Event = OPENED) -> None:
        self.day, self.now, self.said = Judgement(), at("09:59:59"), list[str]()
        use(self.day, settings(monitor={"rules": rules}))
        baseline = BaselineLoaded(code=SAMSUNG, day=DAY, closes_won=(), high_won=10_500, low_won=9_500)
        for event in (UniverseLoaded(stocks=(Stock(SAMSUNG, "삼성전자", "KOSPI"),), source="test"), baseline, session):
            self.hear(event)

    def hear(self, event: Event) -> None:
        evolve(self.day, event, self.now)

    def until(self, time_of_day: str) -> "Day":
        """The clock goes on, second by second."""
        while self.now < at(time_of_day):
            self.now += timedelta(seconds=1)
            self.note(fired.name for _, fired in tuple(held_on(self.day, self.now)))
        return self

    def price(self, time_of_day: str, price_won: int, source: str = "trade", *, age_s: float = 0.0) -> "Day":
        self.until(time_of_day)
        seen_at: datetime = self.now - timedelta(seconds=age_s)
        seen = Seen(SAMSUNG, price_won, 0.0, 1, 1, seen_at, source, age_s=age_s)
        self.note(fired.name for fired in consider(self.day, seen))
        return self

    def note(self, names) -> None:
        self.said += [f"{self.now:%H:%M:%S} {name}" for name in names]


def test_the_clock_is_no_look_of_rules_that_need_not_hold():
    """At 10:01:05 the price of a minute ago is a higher one, but nobody traded."""
    day = Day({"low": {**LOW, "for_sec": 300.0}, "fall": FALL}).price("10:00:00", 9_520).price("10:00:05", 9_600)
    assert day.price("10:01:00", 9_490).until("10:02:00").said == []


def test_a_scan_that_sees_nothing_is_no_look():
    """Its own window is not whole yet; that of the trades is."""
    day = Day({"fall": {**FALL, "for_sec": 10.0}}).price("10:00:00", 10_000).price("10:01:00", 9_900)
    assert day.price("10:01:05", 9_900, "scan").until("10:02:00").said == ["10:01:10 fall"]


def test_a_trade_that_comes_too_late_is_no_look():
    day = Day({"low": {**LOW, "max_age_sec": 60.0}}).price("10:00:00", 9_499)
    assert day.price("10:00:10", 9_600, age_s=61.0).until("10:02:00").said == ["10:00:30 low"]


def test_what_held_by_other_settings_begins_anew():
    day = Day({"low": LOW}).price("10:00:00", 9_499).until("10:00:20")
    day.hear(SettingsChanged(settings=settings(monitor={"rules": {"low": LOW}}), difference=()))
    assert day.price("10:00:25", 9_499).until("10:02:00").said == ["10:00:55 low"]


def test_a_window_that_grows_makes_no_stream_of_a_scanned_code():
    day = Day({"low": LOW}).price("10:00:00", 9_600, "scan")
    note_extremes(day.day, SAMSUNG, 9_700, 9_600)
    day.hear(SettingsChanged(settings=settings(monitor={"rules": {"low": LOW, "fall": FALL}}), difference=()))
    day.price("10:00:05", 9_499, "scan").hear(LOST)
    assert day.until("10:02:00").said == ["10:00:35 low"]


def test_a_lost_link_changes_nothing_for_a_code_that_is_only_scanned():
    day = Day({"low": LOW}).price("10:00:00", 9_499, "scan").until("10:00:10")
    note_extremes(day.day, SAMSUNG, 9_700, 9_499)
    day.hear(LOST)
    assert day.until("10:02:00").said == ["10:00:30 low"]


def test_a_lost_link_ends_what_held_on_the_stream():
    day = Day({"low": LOW})
    day.hear(SubscribeConfirmed(code=SAMSUNG, link=1))
    day.price("10:00:00", 9_499).hear(LOST)
    assert day.until("10:02:00").said == []


def test_a_rule_of_the_regular_session_holds_until_its_end_and_no_longer():
    unified = opened("08:00:00", "20:00:00", regular=("09:00:00", "15:30:00"))
    rules = {"low": {**LOW, "for_sec": 90.0}, "all_day": {**LOW, "for_sec": 90.0, "session": "all"}}
    day = Day(rules, unified)
    day.now = at("15:29:49")
    assert day.price("15:29:50", 9_499).until("15:40:00").said == ["15:31:20 all_day"]


# --- what is worked out once for a code is worked out anew when it changes


def test_levels_that_come_after_the_first_price_count():
    day = Day({"low": {**LOW, "for_sec": 0.0}}).price("10:00:00", 9_499)
    day.hear(BaselineLoaded(code=SAMSUNG, day=DAY, closes_won=(), high_won=10_500, low_won=9_400))
    day.price("10:00:01", 9_450).price("10:00:02", 9_399)
    assert day.said == ["10:00:00 low", "10:00:02 low"]


def test_a_market_that_comes_after_the_first_price_counts():
    rules = {"low": {**LOW, "for_sec": 0.0, "markets": ["KOSDAQ"]}}
    day = Day(rules).price("10:00:00", 9_499)
    day.hear(UniverseLoaded(stocks=(Stock(SAMSUNG, "삼성전자", "KOSDAQ"),), source="test"))
    assert day.price("10:00:01", 9_499).said == ["10:00:01 low"]


def test_rules_that_change_after_the_first_price_count():
    day = Day({"low": {**LOW, "by_ratio": 0.1, "for_sec": 0.0}}).price("10:00:00", 9_499)
    changed = settings(monitor={"rules": {"low": {**LOW, "for_sec": 0.0}}})
    day.hear(SettingsChanged(settings=changed, difference=()))
    assert day.price("10:00:01", 9_499).said == ["10:00:01 low"]


def test_an_average_of_today_alone_before_the_first_price():
    """There is nothing to divide by."""
    day = Day({})
    use(day.day, settings(monitor={"signal": {"ma_days": 1}, "rules": {"halted": {"rule": "vi_or_halt"}}}))
    seen = Seen(SAMSUNG, 0, 0.0, 0, 0, at("10:00:00"), "trade", interruption="halt")
    assert [fired.name for fired in consider(day.day, seen)] == ["halted"]

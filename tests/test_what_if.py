"""A recorded day under other settings: the alerts there would have been, and why those of the day would not."""

from collections.abc import Callable
from typing import Any

import pytest
from days import UNIVERSE, Day, logged, played, rows_in, run_of_the_day, written
from facts import (
    HYNIX,
    NEXT_DAY,
    OPENED,
    SAMSUNG,
    at,
    frame,
    level_closes,
    quotes_returned,
    raised,
    started,
    tick,
    trade,
)
from msgspec.structs import replace

from kis_actors.alert_changes import alert_changes
from kis_actors.cores import CORES
from kis_actors.messages import AlertDecided, ClockTicked, Event, SettingsChanged
from kis_actors.reasons import price_of, silenced_in, why_gone, why_moved, why_new
from kis_actors.recovery import carried, history_of, rebuild, record_of, records_in
from kis_actors.rules import near_threshold, rapid_fall, vi_or_halt
from kis_actors.settings import Settings
from kis_actors.what_if import Outcome, alerts_of_each, what_if

Change = Callable[[Settings], Settings]


LOWEST = {"low": {"rule": "breakout", "of": "day_low"}}
LOW = {"rules": {"low": {"rule": "near_threshold", "band": 0.05}}}


def with_signal(**values: Any) -> Change:
    def change(settings: Settings) -> Settings:
        monitor = settings.monitor
        return replace(settings, monitor=replace(monitor, signal=replace(monitor.signal, **values)))

    return change


def with_monitor(**values: Any) -> Change:
    return lambda settings: replace(settings, monitor=replace(settings.monitor, **values))


def with_threshold(threshold: float) -> Change:
    return with_signal(disparity_threshold=threshold)


def ran(path: Any, change: Change = lambda same: same, until: Any = None, asked: Any = ()) -> Outcome:
    return what_if(CORES, path, change, until, lambda seq: None, asked)


def alerts_if(path: Any, threshold: float, until: Any = None) -> list[tuple[str, int]]:
    """Code and price of each alert there would have been."""
    return [(alert.signal.code, alert.signal.price_won) for alert in ran(path, with_threshold(threshold), until).alerts]


def fallen(tmp_path: Any, *later: Event, **sections: Any) -> Any:
    """005930 falls to 9,500 won and 000660 to 9,100, against averages of 10,000; then what comes later, a tick each."""
    events = [
        run_of_the_day() if not sections else started(**sections),
        UNIVERSE, OPENED, level_closes(SAMSUNG), level_closes(HYNIX), tick("10:00:00"),
        frame(trade(9_500), trade(9_100, HYNIX)), *later,
    ]  # fmt: skip
    said = [("edge", 0, event) for event in events]
    recorded = written(tmp_path / "inputs", logged(*said))
    return with_decisions(tmp_path, recorded)


def with_decisions(tmp_path: Any, inputs: Any) -> Any:
    """The day of these inputs, its decisions in the log as a daemon would have left them."""
    day = Day(seed=0, has_answers=False)
    for record in records_in(inputs):
        event = record.event
        day.now = event.now if isinstance(event, ClockTicked) else day.now
        day.observe("edge", event)
        day.settle()
    return written(tmp_path, day.units)


def at_time(time_of_day: str, price_won: int, code: str = HYNIX, volume: int = 2000) -> tuple[Event, Event]:
    """A trade, stamped when the clock shows the same."""
    stamp = time_of_day.replace(":", "")
    return tick(time_of_day), frame(trade(price_won, code, STCK_CNTG_HOUR=stamp, ACML_VOL=str(volume)))


def recorded_in(path: Any) -> list[AlertDecided]:
    return [record.event for record in records_in(path, types=["AlertDecided"])]  # type: ignore[misc]


def gone(path: Any, change: Change) -> list[str]:
    """Why each alert of the day that is gone is."""
    recorded = recorded_in(path)
    outcome = ran(path, change, asked=[price_of(alert.signal) for alert in recorded])
    return [why_gone(alert, outcome) for alert in alert_changes(recorded, outcome.alerts).vanished]


# --- which alerts


@pytest.fixture
def path(tmp_path):
    """A day with two alerts, a lost link and a restart."""
    return written(tmp_path, played(seed=1).units)


def test_the_same_threshold_gives_the_same_alerts(tmp_path):
    assert alerts_if(fallen(tmp_path), -0.08) == [(HYNIX, 9_100)]


def test_a_nearer_threshold_gives_more_alerts(tmp_path):
    assert alerts_if(fallen(tmp_path), -0.03) == [(SAMSUNG, 9_500), (HYNIX, 9_100)]


def test_a_farther_threshold_gives_fewer_alerts(tmp_path):
    assert alerts_if(fallen(tmp_path), -0.20) == []


def test_settings_swapped_on_the_day_are_changed_too(tmp_path):
    swapped = SettingsChanged(settings=started().settings, difference=())
    path = fallen(tmp_path, swapped, *at_time("10:01:00", 8_900, SAMSUNG))
    assert alerts_if(path, -0.20) == []


def test_a_whole_day_gives_its_alerts_again(path):
    recorded = [record_of(row).event for row in rows_in(path) if row.type == "AlertDecided"]
    changes = alert_changes(recorded, ran(path).alerts)
    assert (changes.same, changes.appeared, changes.vanished, changes.moved) == (len(recorded), (), (), ())


def test_looking_at_every_price_changes_no_alert(path):
    (plain,) = alerts_of_each(CORES, path, [lambda same: same], None, lambda seq: None)
    assert ran(path).alerts == plain


def test_several_changes_give_what_each_gives_alone(tmp_path):
    path = fallen(tmp_path)
    each = alerts_of_each(CORES, path, list(map(with_threshold, (-0.03, -0.08, -0.2))), None, lambda seq: None)
    assert [len(alerts) for alerts in each] == [2, 1, 0]


def test_what_if_may_stop_at_an_instant(path):
    assert alerts_if(path, -0.08, until=at("09:00:00")) == []


def test_what_if_leaves_the_log_alone(path):
    before = rows_in(path)
    alerts_if(path, -0.01)
    assert rows_in(path) == before


def test_a_day_that_was_carried_over_goes_on_from_there(tmp_path):
    """The averages and the session are those of the states it opens with."""
    story = fallen(tmp_path)
    states = carried(rebuild(CORES, records_in(story), history_of(story, CORES)).states)
    said = [("app", 0, state) for state in states]
    later = [("edge", 0, event) for event in (run_of_the_day(), *at_time("10:20:00", 9_000, SAMSUNG))]
    path = written(tmp_path / "carried", logged(*said, *later), NEXT_DAY)
    assert [(alert.signal.code, alert.signal.price_won) for alert in ran(path).alerts] == [(SAMSUNG, 9_000)]


# --- why


def test_an_alert_appears_because_its_price_crossed_the_line(tmp_path):
    (new, _) = ran(fallen(tmp_path), with_threshold(-0.03)).alerts
    assert why_new(new, ()) == "crossed -3.00% at 10:00:00 (value -4.81%)"


def test_an_alert_appears_that_was_suppressed_on_the_day(tmp_path):
    later = (*at_time("10:01:00", 9_900), *at_time("10:02:00", 9_000, volume=3000))
    path = fallen(tmp_path, *later)
    silenced = silenced_in(records_in(path))
    (_, new) = ran(path, with_monitor(alert_cooldown_sec=0.0)).alerts
    on_the_day = "; on the day suppressed by the cooldown: last alert at 10:00:00, quiet for 600 s"
    assert why_new(new, silenced).endswith(on_the_day)


def test_an_alert_vanishes_because_its_value_is_short_of_the_line(tmp_path):
    path = fallen(tmp_path, *at_time("10:30:00", 9_050, volume=3000))
    assert gone(path, with_threshold(-0.2)) == [
        "value then -8.67%, threshold now -20.00%; nearest of the day -9.15% at 10:30:00"
    ]


def test_a_value_that_was_itself_the_nearest_is_said_once(tmp_path):
    assert gone(fallen(tmp_path), with_threshold(-0.2)) == ["value then -8.67%, threshold now -20.00%"]


def test_an_alert_vanishes_in_the_cooldown_of_one_before(tmp_path):
    later = (*at_time("10:15:00", 9_900), *at_time("10:16:00", 9_000, volume=3000))
    assert gone(fallen(tmp_path, *later), with_monitor(alert_cooldown_sec=3600.0)) == [
        "suppressed by the cooldown: last alert at 10:00:00, quiet for 3600 s"
    ]


def test_an_alert_vanishes_because_the_rule_counted_before_and_never_rearmed(tmp_path):
    later = (*at_time("10:15:00", 9_400), *at_time("10:16:00", 9_000, volume=3000))
    assert gone(fallen(tmp_path, *later), with_signal(rearm_ratio=0.2)) == [
        "counted already at 10:00:00, and the price had not come back by 20.00% since"
    ]


def test_an_alert_vanishes_with_its_rule(tmp_path):
    path = fallen(tmp_path, monitor={"rules": {"crash": {"rule": "disparity_threshold", "threshold": -0.05}}})
    assert gone(path, with_monitor(rules={})) == ["there is no rule crash under these settings"]


def test_an_alert_vanishes_whose_rule_looks_elsewhere(tmp_path):
    path = fallen(tmp_path, monitor=LOW)
    rules = {"low": near_threshold.Params(band=0.05, codes=(HYNIX,))}
    assert gone(path, with_monitor(rules=rules)) == [f"the rule low does not look at {SAMSUNG} under these settings"]


def test_an_approach_vanishes_where_the_line_itself_was_passed(tmp_path):
    path = fallen(tmp_path, monitor=LOW)
    assert gone(path, with_threshold(-0.04)) == [
        "beyond the line itself by then: value then -4.81%, threshold now -4.00%"
    ]


def test_an_alert_vanishes_that_did_not_hold_for_long_enough(tmp_path):
    path = fallen(tmp_path, *at_time("10:00:05", 9_900), monitor=LOW)
    rules = {"low": near_threshold.Params(band=0.05, for_sec=60.0)}
    assert gone(path, with_monitor(rules=rules)) == ["had to hold for 60 s, and did not"]


def test_an_alert_vanishes_whose_rule_may_judge_no_price(tmp_path):
    assert gone(fallen(tmp_path), with_signal(ma_days=100)) == [
        "the rule could judge no price of it under these settings"
    ]


def test_an_alert_vanishes_whose_rule_tells_nobody(tmp_path):
    path = fallen(tmp_path, monitor=LOW)
    rules = {"low": near_threshold.Params(band=0.05, alert=False)}
    assert gone(path, with_monitor(rules=rules)) == ["the rule low tells nobody under these settings"]


def test_a_line_of_another_name_is_crossed_too():
    signal = replace(raised(rule="deep"), kind="disparity_threshold", observed_at=at("10:00:00"))
    alert = AlertDecided(alert_id="1", signal=signal, decided_at=at("10:00:00"))
    assert why_new(alert, ()) == "crossed -8.00% at 10:00:00 (value -8.12%)"


def test_a_rule_without_a_measure_just_held():
    signal = replace(raised(rule="stopped"), kind=vi_or_halt.NAME, observed_at=at("10:00:00"))
    alert = AlertDecided(alert_id="1", signal=signal, decided_at=at("10:00:00"))
    assert why_new(alert, ()) == "held at 10:00:00"


def test_a_rule_of_another_measure_shows_it():
    signal = replace(raised(rule="fall"), kind=rapid_fall.NAME, observed_at=at("10:00:00"))
    signal = replace(signal, value=-0.04, threshold=-0.03)
    alert = AlertDecided(alert_id="1", signal=signal, decided_at=at("10:00:00"))
    assert why_new(alert, ()) == "held at 10:00:00 (value -4.00%, threshold -3.00%)"


@pytest.mark.parametrize(
    ("threshold", "reason"),
    [
        (-0.085, "crossed -8.50% at 10:12:30 (value -9.15%), 12 min 30 s later"),
        (-0.05, "crossed -5.00% at 09:59:00 (value -5.77%), 1 min earlier"),
    ],
)
def test_a_moved_alert_says_by_how_much(tmp_path, threshold, reason):
    events = (*at_time("09:59:00", 9_400, volume=10), *at_time("10:00:00", 9_130, volume=2000),
              *at_time("10:12:30", 9_050, volume=3000))  # fmt: skip
    said = [("edge", 0, event) for event in (run_of_the_day(), OPENED, level_closes(HYNIX), *events)]
    path = with_decisions(tmp_path, written(tmp_path / "inputs", logged(*said)))
    outcome = ran(path, with_threshold(threshold))
    (moved,) = alert_changes(recorded_in(path), outcome.alerts).moved
    assert why_moved(moved, outcome) == reason


def test_a_price_is_measured_before_it_is_an_extreme_itself(tmp_path):
    """Once it is on the tape, the lowest price of the day is no longer below the lowest of the day."""
    path = fallen(tmp_path, *at_time("10:01:00", 9_000), monitor={"rules": LOWEST})
    (price,) = [price_of(alert.signal) for alert in recorded_in(path) if alert.signal.rule == "low"]
    assert ran(path, asked=[price]).notes.then[price]["low"].reading.threshold == 9_100


def test_scans_are_measured_too(tmp_path):
    rows = quotes_returned({HYNIX: 9_000}, inter2_sdpr="10000", acml_vol="5000", hour_cls_code="0")
    nearest = ran(fallen(tmp_path, tick("10:05:00"), rows)).notes.nearest[HYNIX]["disparity_threshold"]
    assert nearest.at == at("10:05:00")

"""Time travel, small series and two settings: rebuilt from the log, the same as the log gives in one go."""

from itertools import pairwise
from pathlib import Path

import msgspec
import pytest
from days import CODES, played, rows_of, written
from facts import DAY, at
from log_days import log_of, unnoted
from test_page_live import growing

from eventlog.day import SEALED, files_of, path_of
from eventlog.seal import drop_hot, keep_only, seal
from kis_actors.adapters.clock import Clock
from kis_actors.cores import CORES
from kis_actors.messages import AlertDecided, FrameReceived
from kis_actors.recovery import history_of, rebuild, records_in
from kis_actors.sealing import DECIDED
from kis_actors.web import past as past_module
from kis_actors.web.asked import Refused, WhatIf, what_if_of
from kis_actors.web.compared import check_settings, compared
from kis_actors.web.live import Live
from kis_actors.web.near import near_of
from kis_actors.web.now import now_of
from kis_actors.web.past import PastDay, lag_of
from kis_actors.web.series import STEP_S, Line, Series

MOMENTS = ("08:00:00", "08:45:00", "09:10:01", "09:15:00", "12:00:30", "12:01:00", "15:31:00", "20:00:00")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return written(tmp_path, played(seed=1).units)


def moment(day: PastDay, time_of_day: str):
    when = at(time_of_day)
    return day.at(when, day.end_of(when), lambda share: None)


def in_one_go(path: Path, time_of_day: str) -> bytes:
    records = [record for record in records_in(path) if record.at <= at(time_of_day)]
    return msgspec.json.encode(rebuild(CORES, records, history_of(path, CORES)).states)


@pytest.mark.parametrize("order", [MOMENTS, MOMENTS[::-1], MOMENTS[3:] + MOMENTS[:3]])
def test_any_moment_in_any_order_is_what_the_log_gives(path: Path, monkeypatch, order: tuple[str, ...]) -> None:
    monkeypatch.setattr(past_module, "STEP_RECORDS", 7)
    day = PastDay(path)
    for time_of_day in order:
        states = moment(day, time_of_day).states
        found = msgspec.json.encode(states) if states else None
        assert found == (None if time_of_day == "08:00:00" else in_one_go(path, time_of_day))


def test_what_was_rebuilt_is_kept_in_bounds(path: Path, monkeypatch) -> None:
    monkeypatch.setattr(past_module, "STEP_RECORDS", 7)
    monkeypatch.setattr(past_module, "STEPS_MAX", 5)
    day = PastDay(path)
    moment(day, "20:00:00")
    assert len(day._steps) == 5
    assert msgspec.json.encode(moment(day, "12:00:30").states) == in_one_go(path, "12:00:30")


def test_progress_only_grows(path: Path, monkeypatch) -> None:
    monkeypatch.setattr(past_module, "STEP_RECORDS", 7)
    shares: list[float] = []
    day = PastDay(path)
    day.at(at("20:00:00"), day.end_of(at("20:00:00")), shares.append)
    assert len(shares) > 5 and all(one < other for one, other in pairwise(shares)) and shares[-1] == 1.0


def test_the_picture_of_then_knows_nothing_of_later(path: Path) -> None:
    picture = moment(PastDay(path), "09:10:00").picture
    assert picture.view.session and not picture.ledger.alerts
    assert all(one.at <= at("09:10:00") for events in picture.events.values() for one in events)


def test_a_moment_after_the_last_record_is_that_of_the_last_record(path: Path) -> None:
    last = list(records_in(path))[-1]
    assert moment(PastDay(path), "23:00:00").at == last.at


def test_a_sealed_day_shows_the_same(tmp_path: Path) -> None:
    log_of(tmp_path, 2)
    hot = msgspec.json.encode(moment(PastDay(path_of(tmp_path, DAY)), "12:01:00").states)
    seal(path_of(tmp_path, DAY), "test")
    assert drop_hot(path_of(tmp_path, DAY), unnoted)
    (sealed,) = files_of(tmp_path, DAY)
    assert sealed.suffix == SEALED
    assert msgspec.json.encode(moment(PastDay(sealed), "12:01:00").states) == hot


def test_of_a_day_that_was_given_up_the_alerts_stay(tmp_path: Path) -> None:
    log_of(tmp_path, 2)
    hot = moment(PastDay(path_of(tmp_path, DAY)), "20:00:00").picture.ledger.alerts
    seal(path_of(tmp_path, DAY), "test")
    drop_hot(path_of(tmp_path, DAY), unnoted)
    keep_only(path_of(tmp_path, DAY).with_suffix(SEALED), DECIDED, "test", unnoted)
    (kept,) = files_of(tmp_path, DAY)
    then = moment(PastDay(kept), "20:00:00")
    assert then.states is None and list(then.picture.ledger.alerts) == list(hot) and hot
    assert now_of(then)["alerts"]["count"] == len(hot) and near_of(then) is None


def test_lag_is_from_the_stamp_to_the_log(path: Path) -> None:
    lags = [lag_of(record) for record in records_in(path) if isinstance(record.event, FrameReceived)]
    assert any(lag is None for lag in lags) and any(lag is not None for lag in lags)


def test_a_bucket_has_its_low_high_and_last() -> None:
    line = Line()
    for second, price_won in ((100, 10), (101, 30), (109, 20), (110, 5), (104, 7)):
        line.add(second, price_won)
    assert line.until(1000) == [[100, 110], [10, 5], [30, 7], [20, 7]]
    assert line.until(100) == [[100], [10], [30], [20]]


def test_a_series_read_in_parts_is_the_series_read_at_once(tmp_path: Path) -> None:
    writer, series = growing(tmp_path), Series(path_of(tmp_path, DAY))
    for unit in played(seed=1).units:
        writer.append(rows_of(unit))
        series.extend()
    writer.close()
    whole = Series(path_of(tmp_path, DAY))
    whole.extend()
    assert set(whole.lines) == set(CODES)
    assert {code: line.until(2e9) for code, line in series.lines.items()} == {
        code: line.until(2e9) for code, line in whole.lines.items()
    }
    assert not whole.behind() and all(at_s % STEP_S == 0 for line in whole.lines.values() for at_s in line.at_s)


def test_the_day_as_it_was_is_one_row_and_another_threshold_the_other(path: Path) -> None:
    both = ((), ("monitor.signal.disparity_threshold=-0.5",))
    rows = compared(path, both, lambda share: None)["rows"]
    recorded = [record for record in records_in(path) if isinstance(record.event, AlertDecided)]
    assert len(rows[0]["alerts"]) == len(recorded) > 0 and rows[1]["alerts"] == []
    assert not any(alert["is_common"] for alert in rows[0]["alerts"])


def test_the_same_settings_raise_the_same_alerts(path: Path) -> None:
    rows = compared(path, ((), ("monitor.signal.disparity_threshold=-0.08",)), lambda share: None)["rows"]
    assert rows[0]["alerts"] == rows[1]["alerts"] and all(alert["is_common"] for alert in rows[0]["alerts"])


@pytest.mark.parametrize(
    "override", ["kis.rest_url=http://x", "notify.telegram.enabled=true", "monitor.signal.ma_days", "log.data_dir=/"]
)
def test_settings_that_ask_kis_or_tell_people_are_refused(override: str) -> None:
    body = msgspec.json.encode({"day": "2026-11-20", "settings": [[override], []]})
    with pytest.raises(Refused, match="expected KEY=VALUE"):
        what_if_of(body)


def test_a_setting_that_cannot_be_is_refused_with_its_problem(path: Path) -> None:
    with pytest.raises(Refused, match="disparity_threshold"):
        check_settings(path, [["monitor.signal.disparity_threshold=-7"]])


@pytest.mark.parametrize(
    "body", [b"", b"[]", b'{"day": 1, "settings": [[], []]}', b'{"day": "2026-11-20", "settings": [[]]}']
)
def test_another_shape_is_refused(body: bytes) -> None:
    with pytest.raises(Refused, match="what-if"):
        what_if_of(body)


def test_what_is_asked_twice_is_one_question() -> None:
    body = b'{"day": "2026-11-20", "settings": [["monitor.signal.ma_days=20"], []]}'
    assert what_if_of(body) == what_if_of(body) == WhatIf("2026-11-20", (("monitor.signal.ma_days=20",), ()))
    assert hash(what_if_of(body)) == hash(what_if_of(body))


def test_live_and_past_agree_on_the_last_moment(path: Path) -> None:
    live = Live(path.parent.parent, Clock())
    live.catch_up()
    then = moment(PastDay(path), "20:00:00")
    assert live.look(lambda now: msgspec.json.encode(now.states)) == msgspec.json.encode(then.states)
    assert then.at == live.look(lambda now: now.at)

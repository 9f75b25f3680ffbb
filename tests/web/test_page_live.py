"""The day followed as it is written: what the page's process knows is what the log gives, whenever it looks."""

import json
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path

import msgspec
import pytest
from days import BELOW, CODES, UNIVERSE, Day, played, rows_of, run_of_the_day, written
from facts import DAY, frame, trade
from log_days import goes_on, log_of

from eventlog import integrity
from eventlog.day import path_of
from eventlog.mark import Mark
from eventlog.reading import open_reader
from eventlog.snapshot import Part, Snapshot, write_snapshot
from eventlog.store import Writer
from kis_actors.adapters.clock import Clock
from kis_actors.cores import CORES
from kis_actors.day_files import BULK, open_day
from kis_actors.fingerprint import code_fingerprint
from kis_actors.recovery import history_of, rebuild, records_in
from kis_actors.vitals import real_now
from kis_actors.web.alert_list import alerts_in
from kis_actors.web.live import Live
from kis_actors.web.moment import Moment
from kis_actors.web.near import near_of
from kis_actors.web.now import now_of
from kis_actors.web.one_code import code_of


def states(moment: Moment) -> bytes:
    return msgspec.json.encode(moment.states)


def rebuilt(path: Path) -> bytes:
    return msgspec.json.encode(rebuild(CORES, records_in(path), history_of(path, CORES)).states)


def growing(data_dir: Path) -> Writer:
    return Writer.create(
        path_of(data_dir, DAY), day=DAY.isoformat(), last_seq=0, chain=integrity.START, bulk=BULK, durability="normal"
    )


@pytest.mark.parametrize("seed", range(8))
def test_what_is_folded_piece_by_piece_is_what_the_log_gives(tmp_path: Path, seed: int) -> None:
    writer, live, units = growing(tmp_path), Live(tmp_path, Clock()), played(seed).units
    places = sorted({0, len(units), *(len(units) * number // 9 for number in range(9))})
    for first, end in pairwise(places):
        for unit in units[first:end]:
            writer.append(rows_of(unit))
        assert live.catch_up()
        assert live.look(states) == rebuilt(path_of(tmp_path, DAY))
    writer.close()


def test_a_decision_that_comes_a_look_later_counts_once(tmp_path: Path) -> None:
    writer, live = growing(tmp_path), Live(tmp_path, Clock())
    for unit in played(seed=2).units:
        writer.append(rows_of(unit))
        live.catch_up()
    writer.close()
    assert live.look(states) == rebuilt(path_of(tmp_path, DAY))


def test_beginning_with_a_snapshot_shows_the_same(tmp_path: Path) -> None:
    path = written(tmp_path, played(seed=1).units)
    records = list(records_in(path))
    half = rebuild(CORES, records[: len(records) // 2], history_of(path, CORES))
    parts = {name: Part(half.last_seq, msgspec.Raw(msgspec.json.encode(state))) for name, state in half.states.items()}
    with open_reader(path) as reader:
        write_snapshot(path, Snapshot(code_fingerprint(), Mark(*reader.last_commit()), parts))
    live, without = Live(tmp_path, Clock()), Live(tmp_path, Clock())
    live.catch_up()
    (path.with_suffix(".snapshot")).unlink()
    without.catch_up()
    assert live.look(states) == without.look(states)
    assert live.look(shown) == without.look(shown)


def test_nothing_is_shown_before_there_is_a_log(tmp_path: Path) -> None:
    live = Live(tmp_path, Clock())
    assert not live.catch_up()
    assert live.look(now_of) is None


def test_the_page_goes_on_to_the_next_day(tmp_path: Path) -> None:
    log_of(tmp_path, 1)
    live = Live(tmp_path, Clock())
    live.catch_up()
    later = second_day(tmp_path)
    live.catch_up()
    assert live.look(lambda moment: moment.path.stem) == str(later)
    assert live.look(states) == rebuilt(path_of(tmp_path, later))


def test_a_file_that_cannot_be_read_is_said_and_read_again(tmp_path: Path) -> None:
    path = written(tmp_path, played(seed=1).units)
    whole = path.read_bytes()
    path.write_bytes(b"no database at all, " * 100)
    live = Live(tmp_path, Clock())
    live._try()
    assert "DatabaseError" in live.problem
    path.write_bytes(whole)
    live._try()
    assert not live.problem and live.look(states)


def test_now_says_what_the_day_was_at_its_end(tmp_path: Path) -> None:
    written(tmp_path, played(seed=1).units)
    live = Live(tmp_path, Clock())
    live.catch_up()
    now = live.look(now_of)
    assert now["is_live"] and not now["is_running"] and now["reasons"] == ["no daemon is running"]
    assert now["session"]["phase"] == "after"
    assert now["scan"]["codes"] == len(CODES) and now["scan"]["quoted"] == len(CODES) and now["scan"]["failed"] == 0
    assert now["link"]["opened"] == 3 and now["link"]["lost"] >= 2 and now["link"]["slots_max"] == 40
    assert now["link"]["slots_used"] == 0 and now["averages"]["loaded"] == len(CODES)


def test_a_running_daemon_says_itself_how_it_is(tmp_path: Path) -> None:
    written(tmp_path, played(seed=1, ends_cleanly=False).units)
    said = {"healthy": False, "reasons": ["safe mode: scans fail"], "written_at": real_now().isoformat()}
    (tmp_path / "status.json").write_text(json.dumps(said | {"mailboxes": {}, "log": {}}))
    live = Live(tmp_path, Clock())
    live.catch_up()
    now = live.look(now_of)
    assert now["is_running"] and not now["healthy"] and now["reasons"] == ["safe mode: scans fail"]


def test_half_a_status_is_none(tmp_path: Path) -> None:
    written(tmp_path, played(seed=1).units)
    (tmp_path / "status.json").write_text('{"healthy": tr')
    live = Live(tmp_path, Clock())
    live.catch_up()
    assert not live.look(now_of)["is_running"]


def session_until(time_of_day: str) -> Day:
    """In the session, with both codes below their line at the end."""
    day = Day(seed=1)
    day.observe("app", run_of_the_day())
    day.observe("app", UNIVERSE)
    for clock in ("08:45:00", "08:45:01", "09:00:00", "09:00:01", "09:10:00"):
        day.tick(clock)
    day.observe("socket", frame(trade(BELOW), trade(BELOW, CODES[1])))
    day.settle()
    day.tick(time_of_day)
    return day


@pytest.fixture
def session(tmp_path: Path) -> Live:
    """The page over a session that goes on."""
    written(tmp_path, session_until("09:10:30").units)
    live = Live(tmp_path, Clock())
    live.catch_up()
    return live


def test_near_ranks_what_the_planner_ranks(session: Live) -> None:
    near = session.look(near_of)
    assert [one["rank"] for one in near] == [1, 2]
    assert {one["code"] for one in near} == set(CODES)
    assert all(one["slot"] == "live" and one["place"]["en"] == "live" and one["spark"] for one in near)
    assert all(one["price"] == BELOW and one["source"] == "trade" for one in near)


def test_an_alert_shows_its_deliveries_and_what_came_after(session: Live) -> None:
    alerts = session.look(alerts_in)
    assert {one["code"] for one in alerts} == set(CODES)
    assert all({said["channel"] for said in one["deliveries"]} == {"telegram", "log"} for one in alerts)
    assert all(one["since"]["now"] == 0 for one in alerts)


def test_the_page_of_a_code_has_its_levels_spans_marks_and_reasons(session: Live) -> None:
    page = session.look(lambda moment: code_of(moment, CODES[0]))
    average_won, threshold_won = page["levels"]["average_won"], page["levels"]["threshold_won"]
    assert BELOW / average_won - 1 == pytest.approx(page["why"]["rules"][0]["value"])
    completed_won = average_won * 25 - BELOW
    assert threshold_won / ((completed_won + threshold_won) / 25) - 1 == pytest.approx(-0.08)
    assert [span["is_open"] for span in page["spans"]] == [True]
    assert page["marks"] and page["line"][-1][1] == BELOW
    assert page["events"][0]["at"] >= page["events"][-1]["at"]
    assert {one["verdict"] for one in page["why"]["rules"]} <= {"told", "moot"}


def test_a_code_that_is_not_watched_has_no_page(session: Live) -> None:
    with pytest.raises(ValueError, match="expected a watched code"):
        session.look(lambda moment: code_of(moment, "000001"))


def shown(moment: Moment) -> tuple[object, object, object]:
    return now_of(moment), near_of(moment), alerts_in(moment)


def second_day(data_dir: Path) -> date:
    """A second day after the one there is; it."""
    day = DAY + timedelta(days=1)
    goes_on(open_day(data_dir, day, CORES, "normal").path)
    return day

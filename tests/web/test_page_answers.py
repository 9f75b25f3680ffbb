"""What each address of a served page answers: of a day that is over, and of one that is written meanwhile."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from days import BELOW, CODES, played, rows_of, written
from facts import DAY
from served import Served, next_picture, served, stream_of
from test_page_live import growing, session_until

from kis_actors.adapters.lock import DirectoryLock
from kis_actors.messages import AlertDecided
from kis_actors.recovery import records_in
from kis_actors.vitals import real_now


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return written(tmp_path_factory.mktemp("answered"), played(seed=1).units)


@pytest.fixture(scope="module")
def page(path: Path) -> Iterator[Served]:
    with served(path.parent.parent) as made:
        next_picture(stream_of(made))
        yield made


def test_the_page_and_all_it_needs_are_there(page: Served) -> None:
    text = page.ask("/").body.decode()
    names = [part.partition('"')[0] for part in text.split('"/static/')[1:]]
    assert names and all(page.ask(f"/static/{name}").status == 200 for name in names)
    assert page.ask("/static/uplot/uPlot.js").headers["content-type"].startswith("text/javascript")
    assert b"MIT License" in page.ask("/static/uplot/LICENSE").body


def test_every_module_that_is_imported_is_there(page: Served) -> None:
    seen, wanted = set(), {"app.js"}
    while wanted:
        name = wanted.pop()
        seen.add(name)
        answer = page.ask(f"/static/{name}")
        assert answer.status == 200, name
        lines = [line for line in answer.body.decode().splitlines() if line.startswith("import ")]
        wanted |= {line.split('"./')[1].partition('"')[0] for line in lines} - seen
    assert {"chart.js", "days.js", "uplot/uPlot.js"} <= seen


def test_the_days_are_listed(page: Served) -> None:
    (day,) = page.ask("/api/days").json()
    assert day["day"] == str(DAY) and day["kind"] == "db" and day["bytes"] > 0


def test_a_past_moment_comes_with_its_near_and_alerts(page: Served, path: Path) -> None:
    answer = page.done(f"/api/picture?day={DAY}&at=09:10:02").json()
    assert answer["now"]["at"].startswith(f"{DAY}T09:10:02") and not answer["now"]["is_live"]
    assert answer["now"]["is_running"] and len(answer["near"]) == len(CODES)
    later = page.done(f"/api/picture?day={DAY}&at=20:00").json()
    decided = [one.event for one in records_in(path) if isinstance(one.event, AlertDecided)]
    assert len(later["alerts"]) == len(decided) and not later["now"]["is_running"]


def test_a_code_then_is_not_the_code_now(page: Served) -> None:
    now = page.done(f"/api/code?code={CODES[0]}").json()
    then = page.done(f"/api/code?code={CODES[0]}&day={DAY}&at=09:00:30").json()
    assert now["marks"] and not then["marks"] and len(now["events"]) > len(then["events"])


def test_the_chart_has_the_trades_until_the_moment(page: Served) -> None:
    whole = page.done(f"/api/chart?code={CODES[0]}&day={DAY}").json()
    assert whole["share"] == 1 and BELOW in whole["columns"][1]
    early = page.done(f"/api/chart?code={CODES[0]}&day={DAY}&at=09:00").json()
    assert early["columns"] == [[], [], [], []]


def test_two_settings_are_compared(page: Served) -> None:
    answer = page.what_if({"day": str(DAY), "settings": [[], ["monitor.signal.disparity_threshold=-0.5"]]})
    as_it_was, other = answer.json()["rows"]
    assert len(as_it_was["alerts"]) > 0 and not other["alerts"]


def test_a_body_without_end_is_refused(page: Served) -> None:
    answer = page.ask("/api/what-if", "POST", b"x" * 20_000, content_type="application/json")
    assert answer.status == 400 and "10000 bytes" in answer.json()["error"]


def test_without_a_daemon_the_page_says_so(page: Served) -> None:
    health = page.ask("/healthz")
    assert health.status == 503 and health.json()["reasons"] == ["no daemon is running"]
    metrics = page.ask("/metrics")
    assert "kis_actors_up 0.0" in metrics.body.decode() and metrics.headers["content-type"].startswith("text/plain")


def test_the_stream_tells_what_is_written_meanwhile(tmp_path: Path) -> None:
    units, writer = session_until("09:10:30").units, growing(tmp_path)
    half = len(units) // 2
    for unit in units[:half]:
        writer.append(rows_of(unit))
    with served(tmp_path) as page:
        stream = stream_of(page)
        assert not (first := next_picture(stream))["alerts"]
        for unit in units[half:]:
            writer.append(rows_of(unit))
        while not (later := next_picture(stream))["alerts"]:
            assert later["now"]["seq"] >= first["now"]["seq"]
        assert {one["code"] for one in later["alerts"]} == set(CODES)
    writer.close()


def test_the_writer_folds_its_log_away_under_a_page_that_looks(tmp_path: Path) -> None:
    """A reader that held on to a look would keep the write-ahead log from being folded into the file."""
    writer = growing(tmp_path)
    units = session_until("09:10:30").units
    for unit in units[:10]:
        writer.append(rows_of(unit))
    with served(tmp_path) as page:
        stream = stream_of(page)
        next_picture(stream)
        for unit in units[10:]:
            writer.append(rows_of(unit))
        while next_picture(stream)["now"]["seq"] < writer.last_seq:
            pass
        held = writer._connection.execute("pragma wal_checkpoint(truncate)").fetchone()[0]
        assert not held
    writer.close()


def test_health_is_what_the_running_daemon_says(tmp_path: Path) -> None:
    written(tmp_path, session_until("09:10:30").units)
    status = {"healthy": True, "reasons": [], "written_at": real_now().isoformat(), "mailboxes": {}, "log": {}}
    (tmp_path / "status.json").write_text(json.dumps(status))
    with DirectoryLock(tmp_path), served(tmp_path) as page:
        assert page.ask("/healthz").json()["healthy"]


def test_a_page_before_the_first_log_waits_for_it(tmp_path: Path) -> None:
    with served(tmp_path) as page:
        stream = stream_of(page)
        assert next_picture(stream)["now"] is None
        written(tmp_path, played(seed=1).units)
        while (picture := next_picture(stream))["now"] is None or picture["near"] is None:
            pass
        assert picture["now"]["day"] == str(DAY)


def test_a_day_that_cannot_be_read_is_said_and_others_are_shown(tmp_path: Path) -> None:
    good = written(tmp_path, played(seed=1).units)
    bad = good.with_name("2026-11-19.db")
    bad.write_bytes(b"no database at all, " * 500)
    with served(tmp_path) as page:
        for path in ("/api/picture?day=2026-11-19&at=10:00", f"/api/chart?day=2026-11-19&code={CODES[0]}"):
            answer = page.done(path)
            assert answer.status == 400 and "cannot be read" in answer.json()["error"]
        assert page.done(f"/api/picture?day={DAY}&at=12:00").json()["near"]

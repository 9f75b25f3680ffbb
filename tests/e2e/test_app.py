"""The application around the actors, in this process against a simulated KIS: ends, bugs, restarts, a new log day."""

import threading
import time
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import msgspec
import pytest
from world import CANARIES, WAIT_S, World, world

from eventlog.day import days_in, path_of
from eventlog.integrity import START
from eventlog.mark import mark_path_of
from eventlog.store import Writer
from kis_actors import replay
from kis_actors.actors.scan import ScanActor
from kis_actors.adapters import disk
from kis_actors.adapters.file_lock import Taken
from kis_actors.app import App
from kis_actors.commands.loading import load_settings
from kis_actors.commands.run import parts_of
from kis_actors.cores import CORES
from kis_actors.credentials import load_credentials
from kis_actors.messages import Record, StateCarried
from kis_actors.recovery import rebuilt_from, records_in
from kis_actors.system import Parts, System
from kis_actors.view import View

Perform = Callable[[ScanActor, Record], None]


@pytest.fixture
def around(tmp_path: Path) -> Iterator[World]:
    """A simulator and settings for a daemon, at 30 times the speed."""
    with world(tmp_path, speed=30) as made:
        yield made


def parts(around: World, said: list[str]) -> Parts:
    loaded = load_settings(around.settings, None, ())
    return parts_of(
        loaded, load_credentials(loaded.settings, CANARIES, loaded.path), is_dry_run=False, write=said.append
    )


def until(holds: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + WAIT_S
    while not holds():
        assert time.monotonic() < deadline, f"not in {WAIT_S} s: {what}"
        time.sleep(0.1)


def running(app: App) -> tuple[threading.Thread, list[int]]:
    """The app in a thread of its own, and where its exit status will be."""
    status: list[int] = []
    thread = threading.Thread(target=lambda: status.append(app.run()), daemon=True)
    thread.start()
    return thread, status


def test_the_log_gives_back_the_live_state(around: World) -> None:
    view = View()
    system = System(parts(around, []), view, lambda: None)
    until(lambda: view.alerts_count >= 1, "an alert")
    live = system.stop()
    rebuilt = rebuilt_from(around.day_file(), CORES).states
    assert msgspec.json.encode(live) == msgspec.json.encode(rebuilt)


def test_a_second_instance_is_turned_away(around: World) -> None:
    app = App(parts(around, []))
    thread, _ = running(app)
    until(lambda: app.view.log_seq > 0, "a first record")
    with pytest.raises(Taken, match="in use by a running daemon"):
        App(parts(around, [])).run()
    app.stop()
    thread.join(20)


def test_a_bug_starts_the_system_again(around: World, monkeypatch: pytest.MonkeyPatch) -> None:
    said: list[str] = []
    fail_on(monkeypatch, failures=1)
    app = App(parts(around, said))
    thread, status = running(app)
    until(lambda: app.view.runs >= 2 and app.view.scans_ok >= 1, "a scan in the second run")
    app.stop()
    thread.join(20)
    assert status == [0]
    assert any("starting again from the log" in line for line in said)
    assert around.records("ActorFailed")[0].event.actor == "scan"  # type: ignore[attr-defined]
    assert around.command("replay").returncode == 0


def test_a_bug_that_stays_ends_the_process(around: World, monkeypatch: pytest.MonkeyPatch) -> None:
    said: list[str] = []
    fail_on(monkeypatch, failures=100)
    thread, status = running(App(parts(around, said)))
    thread.join(WAIT_S)
    assert status == [70]
    assert "giving up after three failures" in said[-1]
    assert said[-1].endswith("please report this line")


def test_a_damaged_log_waits_for_a_person(around: World) -> None:
    app = App(parts(around, []))
    thread, _ = running(app)
    until(lambda: app.view.scans_ok >= 1, "a scan")
    app.stop()
    thread.join(20)
    path, said = around.day_file(), list[str]()
    mark_path_of(path).write_bytes(b"noise")
    before = path.read_bytes()
    assert App(parts(around, said)).run() == 78
    assert said[-1].startswith("the log is damaged: ") and "kis-actors repair 2026-11-20 --truncate-after" in said[-1]
    assert path.read_bytes() == before


def test_a_clock_that_is_behind_the_log_is_said(around: World) -> None:
    said: list[str] = []
    later = date(2026, 11, 22)
    Writer.create(path_of(around.data_dir, later), day=str(later), last_seq=0, chain=START).close()
    app = App(parts(around, said))
    thread, _ = running(app)
    until(lambda: app.view.scans_ok >= 1, "a scan")
    app.stop()
    thread.join(20)
    assert said[0] == "warning: the clock shows 2026-11-20, but the log is at 2026-11-22; going on with that day"
    assert days_in(around.data_dir) == (later,)


def test_a_full_disk_ends_the_run_in_time(around: World, monkeypatch: pytest.MonkeyPatch) -> None:
    said: list[str] = []
    monkeypatch.setattr(disk, "LEAST_BYTES", 10**18)
    assert App(parts(around, said)).run() == 78
    assert said[-1].startswith("the disk is full: ") and "make room" in said[-1]
    assert around.command("verify").returncode == 0


def test_a_new_log_day_opens_with_the_state_of_the_old(tmp_path: Path) -> None:
    with world(tmp_path, speed=30, start="05:59:30") as around:
        app = App(parts(around, []))
        thread, status = running(app)
        until(lambda: len(days_in(around.data_dir)) == 2 and app.view.runs == 2, "a second day file")
        app.stop()
        thread.join(20)
        assert status == [0]
        for day in days_in(around.data_dir):
            result = replay.compare(CORES, path_of(around.data_dir, day), None, lambda _: None)
            assert (result.differing, result.records > 5) == (0, True)
        second = list(records_in(path_of(around.data_dir, days_in(around.data_dir)[1])))
        assert [type(record.event) for record in second[: len(CORES)]] == [StateCarried] * len(CORES)
        first_end = list(records_in(path_of(around.data_dir, days_in(around.data_dir)[0])))[-1].seq
        assert second[0].seq == first_end + 1


def fail_on(monkeypatch: pytest.MonkeyPatch, failures: int) -> None:
    """ScanActor's next `failures` acts end in a bug."""
    left = [failures]
    perform: Perform = ScanActor.perform

    def failing(self: ScanActor, record: Record) -> None:
        if left[0] and record.stream == "scan":
            left[0] -= 1
            raise KeyError("a planted bug")
        perform(self, record)

    monkeypatch.setattr(ScanActor, "perform", failing)

"""The room that is left for the log: said in good time, once a while, and the end before it is gone."""

import shutil
from collections import namedtuple

import pytest

from kis_actors.adapters import disk
from kis_actors.adapters.disk import DAY_BYTES_MIN, LEAST_BYTES, SAID_AGAIN_S, DiskWatch
from kis_actors.messages import DiskLow

Usage = namedtuple("Usage", "total used free")
NEEDED = 3 * DAY_BYTES_MIN


class Room:
    """A disk whose free bytes a test sets, and what was said of it."""

    def __init__(self, data_dir) -> None:
        self.free, self.now_s = NEEDED, 0.0
        self.said: list[DiskLow] = []
        self.full: list[str] = []
        self.watch = DiskWatch(data_dir, self, self.full.append)

    def observe(self, stream, event, cause=0) -> None:
        self.said.append(event)

    def after(self, free: int, pass_s: float = 10.0) -> bool:
        self.free, self.now_s = free, self.now_s + pass_s
        return self.watch.look()


@pytest.fixture
def room(tmp_path, monkeypatch):
    made = Room(tmp_path)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: Usage(0, 0, made.free))
    monkeypatch.setattr(disk.time, "monotonic", lambda: made.now_s)
    return made


def test_enough_room_is_not_worth_a_word(room):
    assert room.after(NEEDED)
    assert room.said == []


def test_less_than_three_days_is_said(room):
    assert room.after(NEEDED - 1)
    assert room.said == [DiskLow(free_bytes=NEEDED - 1, needed_bytes=NEEDED)]


def test_a_large_day_needs_more(room, tmp_path):
    (tmp_path / "events").mkdir()
    with (tmp_path / "events" / "2026-11-20.db").open("wb") as file:
        file.truncate(2 * DAY_BYTES_MIN)
    room.after(2 * NEEDED - 1)
    assert room.said == [DiskLow(free_bytes=2 * NEEDED - 1, needed_bytes=2 * NEEDED)]


def test_it_is_said_again_only_after_a_while(room):
    for pass_s in (0, 10, SAID_AGAIN_S - 20, 10):
        room.after(NEEDED - 1, pass_s)
    assert len(room.said) == 2


def test_room_in_between_makes_it_news_again(room):
    for free in (NEEDED - 1, NEEDED, NEEDED - 1):
        room.after(free)
    assert len(room.said) == 2


@pytest.mark.parametrize(("free", "ends"), [(LEAST_BYTES, False), (LEAST_BYTES - 1, True)])
def test_too_little_ends_the_run(room, free, ends):
    assert room.after(free) is not ends
    assert len(room.full) == ends


def test_the_end_says_what_to_do(room, tmp_path):
    room.after(1000)
    assert room.full == [f"1,000 bytes are free in {tmp_path}, 67,108,864 are needed; make room, then start again"]


def test_it_is_said_before_the_end(room):
    room.after(1000)
    assert len(room.said) == 1


def test_a_watch_looks_by_itself_and_stops(room):
    room.free = 1000
    room.watch.start()
    room.watch.stop()
    assert len(room.full) == 1

"""The daemon ends and cannot go on by itself: a person hears of it, once, though there is no log to write to."""

import sqlite3
import threading
from pathlib import Path
from typing import NamedTuple

import pytest
from days import logged, written
from facts import at, tick
from fakes import FakeTelegram, never_taken
from msgspec import Raw

from kis_actors import last_words
from kis_actors.adapters.clock import Clock
from kis_actors.app import App
from kis_actors.commands.loading import load_settings
from kis_actors.commands.run import parts_of
from kis_actors.credentials import load_credentials
from kis_actors.last_words import NOTE, tell_end
from kis_actors.messages import StateCarried
from kis_actors.operator_texts import ending_text
from kis_actors.system import Ending, Parts

TOKEN = "123456:SECRET"
KEYS = {"KIS_APP_KEY": "PSCANARY", "KIS_APP_SECRET": "CANARY", "TELEGRAM_BOT_TOKEN": TOKEN, "TELEGRAM_CHAT_ID": "42"}
DAMAGED = Ending("damaged", "2026-11-20.db: one row was altered. Nothing was written to it; a copy is in aside/1")
SETTINGS = """\
market: {{hours: always, file: {directory}/market.yaml}}
universe: {{file: {directory}/universe.csv}}
kis: {{rest_url: "http://127.0.0.1:9", ws_url: "ws://127.0.0.1:9"}}
notify: {{telegram: {{enabled: true, api_url: "{url}"{more}}}}}
log: {{data_dir: {directory}}}
"""


class World(NamedTuple):
    """A daemon's folder and its Telegram."""

    folder: Path
    telegram: FakeTelegram
    said: list[str]

    def parts(self, more: str = "", *, is_dry_run: bool = False) -> Parts:
        path = self.folder / "settings.yaml"
        path.write_text(SETTINGS.format(url=self.telegram.url, more=more, directory=self.folder), "utf-8")
        (self.folder / "market.yaml").write_text("{}", "utf-8")
        (self.folder / "universe.csv").write_text("code,name,market\n005930,삼성전자,KOSPI\n", "utf-8")
        loaded = load_settings(path, None, ())
        keys = load_credentials(loaded.settings, KEYS, path)
        return parts_of(loaded, keys, is_dry_run=is_dry_run, write=self.said.append)


class At(Clock):
    """A clock that stands."""

    def __init__(self, time_of_day: str) -> None:
        super().__init__()
        self._at = at(time_of_day)

    def now(self):
        return self._at


@pytest.fixture
def around(tmp_path):
    telegram = FakeTelegram(TOKEN)
    yield World(tmp_path, telegram, [])
    telegram.close()


def test_a_damaged_log_is_told(around):
    tell_end(around.parts(), DAMAGED)
    (text,) = around.telegram.texts()
    assert text.startswith("[운영] 기록이 손상되어 감시를 시작하지 못했습니다 (2026-11-20.db: one row was altered).")


def test_the_same_is_told_once(around):
    tell_end(around.parts(), DAMAGED)
    tell_end(around.parts(), DAMAGED._replace(reason=f"{DAMAGED.reason}/another copy"))
    assert len(around.telegram.texts()) == 1


def test_something_else_is_told_too(around):
    for reason in ("one row was altered", "two rows were altered", "one row was altered"):
        tell_end(around.parts(), Ending("damaged", reason))
    assert len(around.telegram.texts()) == 3


@pytest.mark.parametrize(("later", "count"), [("15:59:59", 1), ("16:00:00", 2), ("09:59:59", 2)])
def test_the_same_is_told_again_after_six_hours(around, later, count):
    for moment in ("10:00:00", later):
        tell_end(around.parts()._replace(clock=At(moment)), DAMAGED)
    assert len(around.telegram.texts()) == count


def test_on_a_dry_run_nobody_is_told(around):
    tell_end(around.parts(is_dry_run=True), DAMAGED)
    tell_end(around.parts(), DAMAGED)
    assert len(around.telegram.texts()) == 1


def test_a_channel_that_wants_nothing_about_the_daemon_gets_nothing(around):
    tell_end(around.parts(', operator: "off"'), DAMAGED)
    assert around.telegram.asked == []


def test_what_cannot_be_noted_is_not_told_again_and_again(around):
    (around.folder / NOTE).mkdir()
    tell_end(around.parts(), DAMAGED)
    assert around.telegram.asked == [] and around.said[-1].startswith("nobody is told of it, for that cannot be noted")


def test_a_note_that_cannot_be_read_keeps_nobody_from_being_told(around):
    (around.folder / NOTE).write_bytes(b"{")
    tell_end(around.parts(), DAMAGED)
    assert len(around.telegram.texts()) == 1


def test_a_channel_that_is_silent_does_not_hold_up_the_end(around, monkeypatch):
    monkeypatch.setattr(last_words, "TELL_S", 0.1)
    around.telegram.faults.append(never_taken(60))
    tell_end(around.parts(), DAMAGED)
    assert "LastWords-telegram" in [thread.name for thread in threading.enumerate()]


def test_no_secret_is_noted(around):
    tell_end(around.parts(), DAMAGED)
    assert TOKEN not in (around.folder / NOTE).read_text("utf-8")


@pytest.mark.parametrize("kind", ["full", "disk", "failed"])
@pytest.mark.parametrize("language", ["ko", "en"])
def test_the_other_ends_say_nothing_that_changes(kind, language):
    text = ending_text(kind, "reason 4711", language)
    assert text and "4711" not in text


@pytest.mark.parametrize("kind", ["refused", "stopped", "new_day"])
def test_of_other_ends_a_person_hears_otherwise_or_not_at_all(around, kind):
    tell_end(around.parts(), Ending(kind, "why"))
    assert around.telegram.asked == [] and not (around.folder / NOTE).exists()


def test_a_start_on_a_damaged_log_tells_and_ends(around):
    path = written(around.folder, logged(*(("clock", 0, tick(f"10:00:0{second}")) for second in range(9))))
    connection = sqlite3.connect(path)
    connection.execute("update records set at = at + 1 where seq = 5")
    connection.commit()
    connection.close()
    for _ in range(2):
        assert App(around.parts()).run() == 78
    (text,) = around.telegram.texts()
    assert "one of the rows 5 to 5 was altered" in text
    assert around.said[-1].startswith("the log is damaged: ")


def test_a_start_on_a_log_of_another_version_tells_and_ends(around):
    written(around.folder, logged(("carried", 0, StateCarried(actor="scan", state=Raw(b'{"rounds":7}')))))
    assert App(around.parts()).run() == 78
    assert around.telegram.texts()[0].startswith("[운영] 이 버전은 앞의 기록을 이어 갈 수 없어")
    assert around.said[-1].startswith("the log is of another version: the state of scan that was carried over")


def test_a_start_that_the_disk_keeps_failing_tells_and_gives_up(around):
    (written(around.folder, []).parent / "2026-11-20.db").unlink()
    (around.folder / "events" / "2026-11-20.db").mkdir()
    assert App(around.parts()).run() == 70
    (text,) = around.telegram.texts()
    assert text == ending_text("disk", "", "ko")
    assert "giving up after three failures" in around.said[-1] and "internal error" not in around.said[-1]
    assert "report" not in around.said[-1], "what the disk does is no bug of ours"

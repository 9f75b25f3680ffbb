"""The views of a day file, as SQL tools see them."""

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from days import logged, played, rows_in, written
from facts import HYNIX, SAMSUNG, acknowledged, at, frame, on_feed, raised, status, trade
from sqlite_utils import Database

from eventlog.store import Reader, Writer
from eventlog.views import create_views
from kis_actors.commands.export_rows import TABLES
from kis_actors.log_views import VIEWS
from kis_actors.messages import (
    AlertDecided,
    Event,
    FrameReceived,
    NotifyFailed,
    NotifySent,
    ScanCompleted,
    SubscribeRefused,
)


def with_views(path: Path) -> Path:
    with closing(sqlite3.connect(path)) as connection:
        create_views(connection, VIEWS)
    return path


def rows(path: Path, view: str) -> list[dict[str, Any]]:
    """What a view shows to a connection that may only read."""
    with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)) as connection:
        connection.row_factory = sqlite3.Row
        return [dict(row) for row in connection.execute(f"select * from {view} order by seq")]


def seen(tmp_path: Path, view: str, *events: Event) -> list[dict[str, Any]]:
    return rows(with_views(written(tmp_path, logged(*(("test", 0, event) for event in events)))), view)


def test_the_timeline_has_every_event_in_korean_time(tmp_path):
    path = with_views(written(tmp_path, played(seed=1).units))
    timeline = rows(path, "timeline")
    assert [(row["seq"], row["type"], row["cause"] or 0) for row in timeline] == [
        (row.seq, row.type, row.cause) for row in rows_in(path)
    ]
    assert timeline[0]["at"] == "2026-11-20T08:45:00.000000+09:00"


def test_an_instant_is_written_as_everywhere_else(tmp_path):
    moment = at("09:31:07").replace(microsecond=12_345)
    path = with_views(written(tmp_path, logged(("test", 0, acknowledged("OPSP0000")), at_each=moment)))
    assert rows(path, "timeline")[0]["at"] == moment.isoformat()


def test_alerts_show_their_signal(tmp_path):
    (alert,) = seen(tmp_path, "alerts", AlertDecided(alert_id="a-1", signal=raised(), decided_at=at("09:31:08")))
    assert (alert["alert_id"], alert["code"], alert["name"], alert["value"], alert["price_won"]) == (
        "a-1", SAMSUNG, "삼성전자", -0.0812, 71_900,
    )  # fmt: skip


def test_deliveries_show_what_channels_said(tmp_path):
    sent = NotifySent(alert_id="a-1", channel="telegram", attempt=2)
    failed = NotifyFailed(alert_id="a-1", channel="discord", attempt=1, reason="refused")
    assert [(row["type"], row["channel"], row["attempt"], row["reason"]) for row in seen(
        tmp_path, "deliveries", sent, failed, raised()
    )] == [("NotifySent", "telegram", 2, None), ("NotifyFailed", "discord", 1, "refused")]  # fmt: skip


def test_subscriptions_show_code_and_feed(tmp_path):
    (row,) = seen(tmp_path, "subscriptions", SubscribeRefused(code=HYNIX, link=2, reason="full"))
    assert (row["code"], row["feed"], row["link"], row["reason"]) == (HYNIX, "H0STCNT0", 2, "full")


def test_scans_show_how_complete_they_were(tmp_path):
    (row,) = seen(tmp_path, "scans", ScanCompleted(scan=3, batches=9, failed=1, quoted=220))
    assert (row["scan"], row["failed"], row["quoted"]) == (3, 1, 220)


def test_ticks_are_those_of_export(tmp_path):
    frames = (
        frame(trade(71_900), trade(150_000, HYNIX, STCK_CNTG_HOUR="100001"), width=46),
        status(), acknowledged("OPSP0000"), on_feed("H0UNCNT0", frame(trade(5000, CNTG_VOL="3"), width=49)),
    )  # fmt: skip
    path = with_views(written(tmp_path, logged(*(("socket", 0, each) for each in frames))))
    names = [column.name for column in TABLES["ticks"].columns[:8]]
    with Reader(path) as reader:
        exported = [values[:8] for values in TABLES["ticks"].rows(reader.rows(), lambda seq, why: None)]
    assert len(exported) == 3
    assert [tuple(_like_export(row)[name] for name in names) for row in rows(path, "ticks")] == exported


@pytest.mark.parametrize("body", ["", "|", "000|x^y", "x|y", "001|", '001|"^\\^1', "-1|a^b", "999999999999999999999|a"])
def test_a_frame_that_is_none_spoils_no_view(tmp_path, body):
    path = with_views(written(tmp_path, logged(
        ("socket", 0, FrameReceived(link=1, text=f"0|H0STCNT0|{body}")), ("socket", 0, frame(trade(1000))),
    )))  # fmt: skip
    assert [row["price_won"] for row in rows(path, "ticks") if row["seq"] == 2] == [1000]


def test_sqlite_utils_opens_every_view(tmp_path):
    path = with_views(written(tmp_path, played(seed=1).units))
    with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)) as connection:
        views = {view.name: view for view in Database(connection).views}
        assert set(views) == {"events", *VIEWS}
        assert all(list(view.rows) for view in views.values())


def test_views_change_nothing_for_readers_and_the_writer(tmp_path):
    path = written(tmp_path, played(seed=1).units)
    before = rows_in(path)
    with_views(path)
    writer = Writer(path, "normal")
    writer.append([before[-1]._replace(seq=before[-1].seq + 1)])
    writer.close()
    with Reader(path) as reader:
        assert reader.check() is None
        assert list(reader.rows())[:-1] == before


def _like_export(row: dict[str, Any]) -> dict[str, Any]:
    """Date and time with the marks that `export` adds."""
    date, time = row["date"], row["time"]
    return {**row, "date": f"{date[:4]}-{date[4:6]}-{date[6:]}", "time": f"{time[:2]}:{time[2:4]}:{time[4:]}"}

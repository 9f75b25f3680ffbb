"""What the harnesses found once, each as small as it can be told."""

import sqlite3
from pathlib import Path
from typing import Any

import msgspec
import pytest
from click.testing import CliRunner
from facts import DAY, NEXT_DAY

from eventlog.day import path_of
from eventlog.integrity import START
from eventlog.mark import Mark
from eventlog.schema import Row
from eventlog.snapshot import Part, Snapshot, write_snapshot
from eventlog.store import Writer
from kis_actors.actors import notify
from kis_actors.cli import cli
from kis_actors.day_files import BULK, Damaged, open_day
from kis_actors.fingerprint import code_fingerprint
from kis_actors.messages import Event, LinkLost, NotifyRequested
from kis_actors.recovery import CODEC

from .story import ACTOR, Links

ASKED = NotifyRequested(alert_id="alert-1", channel="log", attempt=1, text="")
LOST = LinkLost(link=1, reason="")


def row(seq: int, event: Event) -> Row:
    name, version, payload = CODEC.encode(event)
    return Row(seq, "edge", name, version, 0, 0, payload)


def written(data_dir: Path, *events: Event) -> Path:
    """A day file of these, one commit each, and nobody has it open."""
    path = path_of(data_dir, DAY)
    writer = Writer.create(path, day=DAY.isoformat(), last_seq=0, chain=START, bulk=BULK)
    for seq, event in enumerate(events, start=1):
        writer.append([row(seq, event)])
    writer.close()
    return path


def snapped(path: Path, name: str, state: Any) -> None:
    """A snapshot at the end of the file: what the actor `name` has made of it."""
    writer = Writer(path)
    commit = Mark(writer.last_seq, writer.chain)
    writer.close()
    part = Part(commit.seq, msgspec.Raw(msgspec.json.encode(state)))
    write_snapshot(path, Snapshot(code_fingerprint(), commit, {name: part}))


def altered(path: Path, statement: str, *values: object) -> None:
    connection = sqlite3.connect(path)
    connection.execute("pragma writable_schema = on")
    connection.execute(statement, values)
    connection.commit()
    connection.close()


def verify_finds(data_dir: Path) -> bool:
    return CliRunner().invoke(cli, ["verify", "--data-dir", str(data_dir)]).exit_code == 1


def test_a_start_refuses_a_log_whose_index_lacks_a_message_in_doubt(tmp_path):
    path = written(tmp_path, LOST)
    connection = sqlite3.connect(path)
    index = "select type, tbl_name, rootpage, sql from sqlite_schema where name = 'notable'"
    (known,) = connection.execute(index).fetchall()
    connection.close()
    change = "update sqlite_schema set type = ?, tbl_name = ?, rootpage = ?, sql = ? where name = 'notable'"
    altered(path, change, "view", "notable", 0, "create view notable as select 1")
    writer = Writer(path)
    writer.append([row(2, ASKED)])
    writer.close()
    altered(path, change, *known)
    assert verify_finds(tmp_path)
    with pytest.raises(Damaged):
        open_day(tmp_path, DAY, (ACTOR,), "full")


def test_a_start_does_not_read_what_is_in_doubt_where_it_does_not_look(tmp_path):
    path = written(tmp_path, ASKED, LOST)
    snapped(path, "notify", notify.CORE.evolve(notify.State(), ASKED))
    altered(path, "update records set tail = replace(tail, 'alert-1', 'alert-7') where seq = 1")
    assert verify_finds(tmp_path)
    assert open_day(tmp_path, DAY, (notify.CORE,), "full").in_doubt == (ASKED,)


def test_a_start_looks_at_the_last_record_of_its_snapshot_whose_time_it_reads(tmp_path):
    path = written(tmp_path, ASKED, LOST)
    snapped(path, ACTOR.name, Links())
    altered(path, "update records set at = 4102444800000000000 where seq = 2")
    with pytest.raises(Damaged):
        open_day(tmp_path, DAY, (ACTOR,), "full")


def test_verify_finds_a_day_that_is_gone(tmp_path):
    written(tmp_path, LOST)
    open_day(tmp_path, NEXT_DAY, (ACTOR,), "full")
    path_of(tmp_path, NEXT_DAY).unlink()
    assert verify_finds(tmp_path)

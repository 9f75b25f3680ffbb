"""Bugs planted on purpose, which the harnesses must find, each the one that is named with it."""

from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from operator import attrgetter
from typing import NamedTuple

from simulation.patching import patched


class Canary(NamedTuple):
    """It has to be found in `count` points of a harness. where: module and name; after: what is written for before."""

    harness: str
    count: int
    where: str
    before: str
    after: str


CANARIES = {
    "file named before it is whole": Canary(
        "kill", 60, "eventlog.day:unfinished_of", 'return path.with_suffix(".new")', "return path",
    ),
    "names not synced": Canary("power", 200, "eventlog.store:sync_directory", "os.fsync(descriptor)", "pass"),
    "mark not synced": Canary(
        "power", 60, "eventlog.mark:MarkFile.write", 'getattr(os, "fdatasync", os.fsync)(self._descriptor)', "pass",
    ),
    "failed commit told": Canary(
        "error", 40, "kis_actors.journal:Journal._commit", "    writer.append(",
        "    with __import__('contextlib').suppress(Exception):\n        writer.append(",
    ),
    "hash not compared": Canary(
        "damage", 400, "eventlog.integrity:_required", "found)) != recorded", "found)) is None",
    ),
    "mark not compared": Canary(
        "damage", 400, "eventlog.integrity:_beyond", "if mark.seq > last_seq:",
        "if True:\n        return None\n    if mark.seq > last_seq:",
    ),
    "manifest not compared": Canary(
        "damage-sealed", 30, "eventlog.sealed:SealedReader.problem", "if is_same else", "if True else",
    ),
    "any message is JSON": Canary(
        "fuzz-frames", 2, "kis_actors.kis.control:_message_of", "except orjson.JSONDecodeError", "except KeyError",
    ),
    "any row is a dict": Canary(
        "fuzz-answers", 2, "kis_actors.kis.rest:rows_of", "if isinstance(row, dict) and row", "if row",
    ),
    "any update has a number": Canary(
        "fuzz-updates", 2, "kis_actors.adapters.telegram_poll:TelegramPoll._new_id",
        "type(update_id) is not int or update_id <= 0", "not update_id",
    ),
    "any file is YAML": Canary(
        "fuzz-settings", 2, "kis_actors.yaml_file:_Reader.compose", "except yaml.MarkedYAMLError", "except KeyError",
    ),
    "frame not refused": Canary(
        "fuzz-day", 2, "kis_actors.actors.signal:_read_frame", "except FrameError", "except KeyError",
    ),
}  # fmt: skip


@contextmanager
def planted(name: str) -> Iterator[None]:
    """The bug is there while this lasts, and in all processes that are made meanwhile."""
    canary = CANARIES[name]
    module, _, path = canary.where.partition(":")
    function = attrgetter(path)(import_module(module))
    with patched(function, canary.before, canary.after):
        yield

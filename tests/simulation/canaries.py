"""Bugs planted on purpose: a simulation that does not find them is blind. Each is a few characters of product code."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any, NamedTuple

from eventlog import integrity
from kis_actors import day_files
from kis_actors.actors import base, notify, ws
from kis_actors.duties import holdings, outbox
from kis_actors.journal import Journal
from kis_actors.snapshots import Snapshots
from simulation.patching import patched


class Canary(NamedTuple):
    """A planted bug. patches: function, what stands there, what is planted. breaks: the invariants it may break.

    found_at: the first seed that found it, when somebody last looked.
    needs_two_processes: it shows only between two processes with different hash seeds.
    """

    name: str
    patches: tuple[tuple[Callable[..., Any], str, str], ...]
    breaks: tuple[str, ...]
    found_at: int = 0
    needs_two_processes: bool = False

    @contextmanager
    def planted(self) -> Iterator[None]:
        """While it lasts, the bug is there."""
        with ExitStack() as stack:
            for function, before, after in self.patches:
                stack.enter_context(patched(function, before, after))
            yield


CANARIES = (
    Canary("ack before sync", ((
        Journal._commit,
        "    writer.append(rows, is_lasting=self._is_due(records))\n"
        "    self.commit_times.add(time.perf_counter() - began_s)\n    self.last_seq = records[-1].seq\n"
        "    self._last_commit = Mark(writer.last_seq, writer.chain)\n    self._tell(records)\n",
        "    self.last_seq = records[-1].seq\n    self._tell(records)\n"
        "    writer.append(rows, is_lasting=self._is_due(records))\n"
        "    self._last_commit = Mark(writer.last_seq, writer.chain)\n",
    ),), ("I1",)),
    Canary("effect before ack", ((
        base.CoreActor._handle,
        "            self._journal.decided(self.core.name, decided, record.seq)\n",
        "            self._journal.decided(self.core.name, decided, record.seq)\n"
        "            for event in decided:\n"
        "                self.perform(Record(seq=self._journal.last_seq + 1, stream=self.core.name, cause=record.seq,\n"
        "                                    at_ns=record.at_ns, event=event))\n",
    ),), ("I3",)),
    Canary("set iteration", ((
        holdings.close_the_gap, "for key in wanted if", "for key in set(wanted) if",
    ),), ("I6",), needs_two_processes=True),
    Canary("lost in-doubt", ((
        outbox.repeat, "for asked in event.in_doubt if", "for asked in event.in_doubt[1:] if",
    ),), ("I4", "I13")),
    Canary("double resend", ((
        outbox._doubted, "if asked is None or asked.is_repeat:", "if asked is None:",
    ),), ("I4",)),
    Canary("decision split over commits", ((
        Journal.decided,
        "        self._units.append(unit)\n",
        "        self._units.extend(Unit(stream, (event,), cause, unit.at_ns) for event in events)\n",
    ), (Journal._gathered, "count < COMMIT_EVENTS_MAX", "count < 1"),), ("I4", "I6", "I7", "I15"), found_at=12),
    Canary("carried state ahead of the log", ((
        day_files._finish, "while rebuilt.undecided:", "while rebuilt.undecided and False:",
    ),), ("I7", "I8"), found_at=4),
    Canary("snapshot ahead of the log", ((
        Snapshots.take, "self._journal.settled(SETTLE_S)", "self._journal.journal._last_commit",
    ),), ("I7", "I8"), found_at=19),
    Canary("clock read in a core", ((
        outbox._failed, "timedelta(seconds=wait_s)",
        "timedelta(seconds=wait_s + __import__('time').time_ns() % 999 / 999)",
    ),), ("I6", "I7", "I8")),
    Canary("dropped tell", ((
        Journal._tell, "if record.stream == core.name or hears(core, record)]",
        "if (record.stream == core.name or hears(core, record)) and record.seq % 997]",
    ),), ("I4", "I6", "I7", "I8", "I13", "I15")),
    Canary("timer lost at restart", ((
        outbox.evolve, "            return replace(outbox, settings=event.settings, now=None)\n",
        "            return replace(outbox, settings=event.settings, now=None, waiting={})\n",
    ),), ("I4",), found_at=2),
    Canary("off by one in verify", ((integrity._stray, "seq > ?", "seq > ? + 1"),), ("I2",)),
    Canary("tried called untried", ((
        outbox._after_end, "_doubt(asked) if asked is oldest[asked.channel] else", "",
    ),), ("I4",), found_at=3),
    Canary("channel never goes on", ((
        notify.NotifyActor.perform, "self._sender.settled(record.cause)", "pass",
    ),), ("I4", "I13")),
    Canary("unmarked question", ((
        Journal._is_due, "or any(type(one.event) is NotifyRequested for one in records)", "",
    ),), ("I5",)),
    Canary("connect counted at the last tick", ((
        ws._requested, "event.at or state.now", "state.now",
    ),), ("I9",), found_at=95),
    Canary("cooldown lost", ((
        notify.evolve, "settings=event.settings, is_dry_run=event.dry_run)",
        "settings=event.settings, is_dry_run=event.dry_run, last_alerts={})",
    ),), ("I4",), found_at=5),
)  # fmt: skip
"""The twelve of reliability.md, and of what has come since: carried state, marks, and channels that wait."""

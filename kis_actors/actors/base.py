"""The thread around a core: takes turns on what the journal tells, gives decisions back to it, acts when durable.

Pykka lets an actor die without a trace; here a bug is reported to the application, which starts the system again.
"""

from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any

import msgspec
import pykka

from kis_actors.messages import Record
from kis_actors.ports import Journal
from kis_actors.turn import Core, take_turn

SNAPSHOT = "snapshot"
SNAPSHOT_S = 2.0

Failure = Callable[[str, int, BaseException], None]
"""Called in the dying thread: who failed, at which seq (0 for none), and the bug."""


class Mailbox:
    """The way into an actor, and how far it is. failed: called when the actor dies of a bug.

    seq: of the last record it handled.
    """

    def __init__(self, failed: Failure) -> None:
        self.failed = failed
        self.told = 0
        self.handled = 0
        self.seq = 0
        self.actor: pykka.ActorRef[Any] | None = None

    def tell(self, records: list[Record]) -> None:
        """Adds durable records, in log order. One that died of a bug hears no more: the run is ending over it."""
        assert self.actor is not None
        self.told += len(records)
        with suppress(pykka.ActorDeadError):
            self.actor.tell(records)

    def lag(self) -> int:
        """How many records wait to be handled."""
        return self.told - self.handled


class CoreActor(pykka.ThreadingActor):
    """One actor: `core` and, in `perform`, what it does in the world."""

    core: Core
    use_daemon_thread = True

    def __init__(self, state: Any, journal: Journal, mailbox: Mailbox) -> None:
        super().__init__()
        self._state = state
        self._journal = journal
        self._mailbox = mailbox

    def on_receive(self, message: Any) -> Any:
        """Takes durable records. Asked for a SNAPSHOT, answers with the last record it was told and its state then,
        in JSON; asked anything else, with its state, which nobody else may change.
        """
        if message == SNAPSHOT:
            return self._mailbox.seq, msgspec.json.encode(self._state)
        if not isinstance(message, list):
            return self._state
        for record in message:
            try:
                self._handle(record)
            except Exception as bug:
                self._mailbox.failed(self.core.name, record.seq, bug)
                raise
            self._mailbox.handled += 1
            self._mailbox.seq = record.seq
        return None

    def perform(self, record: Record) -> None:
        """Does in the world what `record` asks for, which is durable by now."""

    def _handle(self, record: Record) -> None:
        if record.stream != self.core.name:  # its own word counts already, since it was decided
            self._state, decided = take_turn(self.core, self._state, record)
            if decided:
                self._journal.decided(self.core.name, decided, record.seq)
        self.perform(record)


def noted(actors: Mapping[str, "pykka.ActorRef[Any]"]) -> dict[str, tuple[int, bytes]]:
    """By name: the last record each was told, and its state after it in JSON; {} if one of them cannot answer."""
    found: dict[str, Any] = {}
    try:
        for name, ref in actors.items():
            found[name] = ref.ask(SNAPSHOT, timeout=SNAPSHOT_S)
    except (pykka.ActorDeadError, pykka.Timeout):
        return {}
    return found

"""Given these facts, when this happens, then that is decided: the three lines of a core test."""

from copy import deepcopy
from datetime import datetime
from typing import Any

from facts import NOW

from kis_actors.messages import Event, Record
from kis_actors.turn import Core, count_decisions, take_turn
from kis_actors.units import ns_of_instant


class Story:
    """A core with the facts it knows so far. decided: what followed from the last `when`."""

    def __init__(self, core: Core, state: Any, decided: tuple[Event, ...] = (), seq: int = 0) -> None:
        self.core = core
        self.state = state
        self.decided = decided
        self.seq = seq

    def when(self, event: Event, *, seq: int | None = None, at: datetime = NOW, stream: str = "test") -> "Story":
        """The story after the turn that `event` makes, as record `seq`, logged `at`; this story stays as it is."""
        number = self.seq + 1 if seq is None else seq
        record = Record(seq=number, stream=stream, cause=0, at_ns=ns_of_instant(at), event=event)
        return Story(self.core, *take_turn(self.core, deepcopy(self.state), record), number)

    def then(self, *events: Event) -> "Story":
        """Exactly these events were decided, in this order."""
        assert self.decided == events
        return self

    def then_of(self, *kinds: type[Event]) -> tuple[Event, ...]:
        """What was decided of these kinds, for a test that is about nothing else."""
        return tuple(event for event in self.decided if isinstance(event, kinds))


def given(core: Core, *facts: Event) -> Story:
    """A story that begins with these facts, heard or decided; nothing follows from them any more."""
    return Story(core, count_decisions(core, core.state(), facts))

"""What is to be done once a day before the open: which of it was asked for, and which is done.

Knows no event: what follows from it is said by ScanActor.
"""

from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

Chore = Literal["holidays", "universe", "venues"]

ASKED_ONCE = ("holidays",)
"""Not asked again that day, even if the daemon ended before the answer: KIS wants one call a day."""


class Chores(Struct, frozen=True):
    """Today's chores by name; one that is not here is still to be asked for.

    venues_waiting: batches about NXT without an answer. on_nxt: the codes that the others named.
    """

    states: dict[str, Literal["asked", "done"]] = {}
    venues_waiting: tuple[int, ...] = ()
    on_nxt: tuple[str, ...] = ()

    def is_due(self, chore: Chore) -> bool:
        """Whether it is still to be asked for."""
        return chore not in self.states

    def asked(self, chore: Chore) -> "Chores":
        """With its question open."""
        return replace(self, states={**self.states, chore: "asked"})

    def is_open(self, chore: Chore) -> bool:
        """Whether its question has no answer yet."""
        return self.states.get(chore) == "asked"

    def answered(self, chore: Chore) -> "Chores":
        """With its question answered, if there was one."""
        return replace(self, states={**self.states, chore: "done"}) if self.is_open(chore) else self

    def restarted(self) -> "Chores":
        """Questions of the run before will not be answered."""
        kept = {chore: was for chore, was in self.states.items() if was == "done" or chore in ASKED_ONCE}
        return Chores(states=kept)

    def renewed(self) -> "Chores":
        """Preparation begins: everything is to be done again, but what is asked once a day."""
        return Chores(states={chore: was for chore, was in self.states.items() if chore in ASKED_ONCE})

    def venues_asked(self, batch: int) -> "Chores":
        """With one more batch about NXT to wait for."""
        waiting, on_nxt = ((), ()) if batch == 1 else (self.venues_waiting, self.on_nxt)
        return replace(self.asked("venues"), venues_waiting=(*waiting, batch), on_nxt=on_nxt)

    def venues_answered(self, batch: int, codes: tuple[str, ...] = ()) -> "Chores":
        """With the answer to one batch."""
        waiting = tuple(other for other in self.venues_waiting if other != batch)
        chores = replace(self, venues_waiting=waiting, on_nxt=(*self.on_nxt, *codes))
        return chores if waiting else chores.answered("venues")

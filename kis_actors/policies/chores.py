"""What is to be done once a day before the open: which of it was asked for, and which is done.

Knows no event: what follows from it is said by ScanActor.
"""

from datetime import datetime
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

Chore = Literal["holidays", "universe", "venues"]

VENUES_TRIES_MAX = 3
VENUES_AGAIN_S = 300
ASKED_ONCE = ("holidays",)
"""Not asked again that day, even if the daemon ended before the answer: KIS wants one call a day."""


class Chores(Struct, frozen=True):
    """Today's chores by name; one that is not here is still to be asked for.

    venues_waiting: batches about NXT without an answer. on_nxt: the codes that the others named.
    venues_failed: batches of the last try without a usable one. venues_tries: how often all were asked.
    """

    states: dict[str, Literal["asked", "done"]] = {}
    venues_waiting: tuple[int, ...] = ()
    on_nxt: tuple[str, ...] = ()
    venues_failed: int = 0
    venues_tries: int = 0
    venues_asked_at: datetime | None = None

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
        return replace(self, states=kept, venues_waiting=())

    def renewed(self) -> "Chores":
        """Preparation begins: everything is to be done again, but what is asked once a day."""
        return Chores(states={chore: was for chore, was in self.states.items() if chore in ASKED_ONCE})

    def are_venues_due(self, now: datetime) -> bool:
        """Whether to ask who trades on NXT: not yet asked, or in vain a while ago."""
        if self.is_due("venues"):
            return True
        is_in_vain = not self.is_open("venues") and self.venues_failed and self.venues_tries < VENUES_TRIES_MAX
        since = self.venues_asked_at
        return bool(is_in_vain and since and (now - since).total_seconds() >= VENUES_AGAIN_S)

    def venues_asked(self, batch: int, now: datetime | None) -> "Chores":
        """With one more batch about NXT to wait for."""
        if batch > 1:
            return replace(self, venues_waiting=(*self.venues_waiting, batch))
        return replace(
            self.asked("venues"), venues_waiting=(1,), venues_failed=0, venues_tries=self.venues_tries + 1,
            venues_asked_at=now,
        )  # fmt: skip

    def venues_answered(self, batch: int, codes: tuple[str, ...] | None) -> "Chores":
        """With the answer to one batch: the codes NXT trades, None for no usable answer."""
        waiting = tuple(other for other in self.venues_waiting if other != batch)
        on_nxt = tuple(dict.fromkeys((*self.on_nxt, *(codes or ()))))
        failed = self.venues_failed + (codes is None)
        chores = replace(self, venues_waiting=waiting, on_nxt=on_nxt, venues_failed=failed)
        return chores if waiting else chores.answered("venues")

"""The ledger of what KIS has subscribed for us: one slot a code, moved by its acknowledgements alone."""

from datetime import datetime, timedelta
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

from kis_actors.settings import Settings

SLOTS_MAX = 40
"""KIS takes 41 registrations; one is kept free, as every library does."""
ASKS_MAX = 3
"""A command without an answer is repeated, which is harmless (OPSP0002, OPSP0003), but not for ever."""
REFUSED_WAIT_S_MIN = 60.0
"""A refused code is never asked for in a loop, however short the cooldown is set."""


class Slot(Struct, frozen=True, kw_only=True):
    """What KIS knows of one code.

    since: of this state. sent_at: when the open question left at the latest, after those queued before it.
    asks: how often it was put. is_unanswered: refused only by silence, so KIS may hold it.
    """

    state: Literal["requested", "live", "releasing", "refused"]
    since: datetime
    sent_at: datetime
    asks: int = 1
    is_unanswered: bool = False

    def is_taken(self) -> bool:
        """Whether it counts against KIS's limit, as far as anybody can know."""
        return self.state != "refused" or self.is_unanswered

    def is_open(self) -> bool:
        """Whether KIS still owes an answer."""
        return self.state in ("requested", "releasing")


class Ledger(Struct, frozen=True, kw_only=True):
    """What KIS has subscribed on one link; each method gives the ledger after what happened, or an answer from it.

    link: its number, 0 while there is none. slots: by code. queued_until: when the commands asked for have left.
    full: the code that KIS had no room for, though we had: from then on nothing is added on this link.
    """

    link: int = 0
    slots: dict[str, Slot] = {}
    queued_until: datetime | None = None
    full: str = ""

    def asked(
        self, code: str, link: int, *, wanted: bool, ask: int, now: datetime, settings: Settings
    ) -> "Ledger":  # fmt: skip
        """With a question about `code` open: for a slot if `wanted`, else for its release."""
        if link != self.link:
            return self
        state: Literal["requested", "releasing"] = "requested" if wanted else "releasing"
        sent_at = max(now, self.queued_until) if self.queued_until else now
        before = self.slots.get(code)
        since = before.since if before and before.state == state else now
        ledger = self._with(code, Slot(state=state, since=since, sent_at=sent_at, asks=ask))
        return replace(ledger, queued_until=sent_at + timedelta(seconds=settings.kis.ws_command_gap_sec))

    def confirmed(self, code: str, link: int, now: datetime) -> "Ledger":
        """With `code` live; an answer from before its release was asked for frees nothing."""
        if self._is_outdated(code, link):
            return self
        return self._with(code, Slot(state="live", since=now, sent_at=now))

    def refused(self, code: str, link: int, now: datetime, *, is_full: bool, is_unanswered: bool) -> "Ledger":
        """With `code` refused; the same ledger if that was about something else."""
        if self._is_outdated(code, link):
            return self
        ledger = self._with(code, Slot(state="refused", since=now, sent_at=now, is_unanswered=is_unanswered))
        return replace(ledger, full=code) if is_full else ledger

    def released(self, code: str, link: int) -> "Ledger":
        """With the slot free; the late answer to an earlier release does not undo a newer request."""
        slot = self.slots.get(code)
        return self if link != self.link or (slot and slot.state == "requested") else self.without(code)

    def without(self, code: str) -> "Ledger":
        """As if nothing were known of `code`."""
        return replace(self, slots={other: slot for other, slot in self.slots.items() if other != code})

    def forgetting(self, wanted: tuple[str, ...]) -> "Ledger":
        """Without the refusals of codes that nobody wants now."""
        return replace(
            self, slots={code: slot for code, slot in self.slots.items() if code in wanted or slot.is_taken()}
        )  # fmt: skip

    def leaving(self, wanted: tuple[str, ...]) -> int:
        """How many slots of codes that nobody wants are still to be released."""
        return sum(code not in wanted and slot.state != "releasing" for code, slot in self.slots.items())

    def is_live(self, code: str, link: int) -> bool:
        """Whether KIS has `code` subscribed on `link`, and that is the open one."""
        slot = self.slots.get(code)
        return link == self.link and slot is not None and slot.state == "live"

    def to_release(self, wanted: tuple[str, ...]) -> tuple[str, ...]:
        """The codes that KIS holds or may hold, with no question open, and nobody wants."""
        idle = (code for code, slot in self.slots.items() if slot.is_taken() and not slot.is_open())
        return tuple(code for code in idle if code not in wanted)

    def to_ask(self, wanted: tuple[str, ...], now: datetime, settings: Settings) -> tuple[str, ...]:
        """The wanted codes to ask for now, as far as there is room; a slot that may be ours already needs none."""
        taken = sum(slot.is_taken() for slot in self.slots.values())
        room = min(settings.monitor.max_ws_subs, SLOTS_MAX) - taken
        chosen: list[str] = []
        for code in () if self.full else wanted:
            slot = self.slots.get(code)
            needs_room = not (slot and slot.is_taken())
            if (slot and not _may_ask_again(slot, now, settings)) or (needs_room and room <= 0):
                continue
            room -= needs_room
            chosen.append(code)
        return tuple(chosen)

    def overdue(self, now: datetime, settings: Settings) -> tuple[str, ...]:
        """The codes whose answer is late, counted from when the command could have left."""
        timeout_s = settings.kis.ws_ack_timeout_sec
        waiting = ((code, slot) for code, slot in self.slots.items() if slot.is_open())
        return tuple(code for code, slot in waiting if (now - slot.sent_at).total_seconds() >= timeout_s)

    def drift(self, now: datetime, settings: Settings) -> tuple[str, str] | None:
        """The code that shows that KIS's count is not ours any more, and how."""
        if self.full:
            return self.full, "KIS counts more subscriptions than we do"
        for code in self.overdue(now, settings):
            slot = self.slots[code]
            if slot.state == "releasing" and slot.asks >= ASKS_MAX:
                return code, f"no answer to {slot.asks} releases"
        return None

    def _with(self, code: str, slot: Slot) -> "Ledger":
        return replace(self, slots={**self.slots, code: slot})

    def _is_outdated(self, code: str, link: int) -> bool:
        slot = self.slots.get(code)
        return not code or link != self.link or (slot is not None and slot.state == "releasing")


def _may_ask_again(slot: Slot, now: datetime, settings: Settings) -> bool:
    wait_s = max(settings.monitor.subscribe_cooldown_sec, REFUSED_WAIT_S_MIN)
    return slot.state == "refused" and (now - slot.since).total_seconds() >= wait_s

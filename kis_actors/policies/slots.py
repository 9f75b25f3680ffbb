"""The ledger of what KIS has subscribed for us: a slot for each registration, moved by its acknowledgements alone."""

from datetime import datetime, timedelta
from typing import Literal, NamedTuple

from msgspec import Struct
from msgspec.structs import replace

from kis_actors.policies.registrations import registrations_max
from kis_actors.settings import Settings

ASKS_MAX = 3
"""A command without an answer is repeated, which is harmless (OPSP0002, OPSP0003), but not for ever."""
IN_FLIGHT_MAX = 6
"""Commands that KIS has not answered yet: when it has no more room, few are on their way in vain."""
REFUSED_WAIT_S_MIN = 60.0
"""What was refused is never asked for in a loop, however short the cooldown is set."""


class Slot(Struct, frozen=True, kw_only=True):
    """What KIS knows of one registration.

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


class Order(NamedTuple):
    """What is to be told to KIS. kind: give_up asks nothing more about a registration KIS never answered."""

    kind: Literal["ask", "release", "give_up"]
    key: str
    ask: int = 1


class Ledger(Struct, frozen=True, kw_only=True):
    """What KIS has subscribed on one link; each method gives the ledger after what happened, or an answer from it.

    link: its number, 0 while there is none. slots: by registration (see `registrations.py`).
    queued_until: when the commands asked for have left.
    full: the registration that KIS had no room for, though we had: from then on nothing is added on this link.
    """

    link: int = 0
    slots: dict[str, Slot] = {}
    queued_until: datetime | None = None
    full: str = ""

    def asked(
        self, key: str, link: int, *, wanted: bool, ask: int, now: datetime, settings: Settings
    ) -> "Ledger":  # fmt: skip
        """With a question about `key` open: for a slot if `wanted`, else for its release."""
        if link != self.link:
            return self
        state: Literal["requested", "releasing"] = "requested" if wanted else "releasing"
        sent_at = max(now, self.queued_until) if self.queued_until else now
        before = self.slots.get(key)
        since = before.since if before and before.state == state else now
        ledger = self._with(key, Slot(state=state, since=since, sent_at=sent_at, asks=ask))
        return replace(ledger, queued_until=sent_at + timedelta(seconds=settings.kis.ws_command_gap_sec))

    def confirmed(self, key: str, link: int, now: datetime) -> "Ledger":
        """With `key` live; an answer from before its release was asked for frees nothing."""
        if self._is_outdated(key, link):
            return self
        return self._with(key, Slot(state="live", since=now, sent_at=now))

    def refused(self, key: str, link: int, now: datetime, *, is_full: bool, is_unanswered: bool) -> "Ledger":
        """With `key` refused; the same ledger if that was about something else."""
        if self._is_outdated(key, link):
            return self
        before = self.slots.get(key)
        # Other asks may yet be answered, and what one of them has brought is not undone by the refusal of another.
        has_more = before is not None and (before.asks > 1 or before.is_unanswered or before.state == "live")
        slot = Slot(state="refused", since=now, sent_at=now, is_unanswered=is_unanswered or has_more)
        ledger = self._with(key, slot)
        return replace(ledger, full=key) if is_full else ledger

    def released(self, key: str, link: int) -> "Ledger":
        """With the slot free; the late answer to an earlier release does not undo a newer request."""
        slot = self.slots.get(key)
        return self if link != self.link or (slot and slot.state == "requested") else self.without(key)

    def without(self, key: str) -> "Ledger":
        """As if nothing were known of `key`."""
        return replace(self, slots={other: slot for other, slot in self.slots.items() if other != key})

    def forgetting(self, wanted: tuple[str, ...]) -> "Ledger":
        """Without the refusals of what nobody wants now."""
        return replace(
            self, slots={key: slot for key, slot in self.slots.items() if key in wanted or slot.is_taken()}
        )  # fmt: skip

    def is_live(self, key: str, link: int) -> bool:
        """Whether KIS has `key` subscribed on `link`, and that is the open one."""
        slot = self.slots.get(key)
        return link == self.link and slot is not None and slot.state == "live"

    def has_just(self, wanted: tuple[str, ...]) -> bool:
        """Whether KIS has all of these and nothing else, as far as is known."""
        slots = self.slots
        return len(slots) == len(wanted) and all(key in slots and slots[key].state == "live" for key in wanted)

    def to_release(self, wanted: tuple[str, ...]) -> tuple[Order, ...]:
        """Of what KIS holds or may hold, with no question open, and nobody wants."""
        idle = (key for key, slot in self.slots.items() if slot.is_taken() and not slot.is_open())
        return tuple(Order("release", key) for key in idle if key not in wanted)

    def to_ask(self, wanted: tuple[str, ...], now: datetime, settings: Settings) -> tuple[Order, ...]:
        """For what is wanted, as far as there is room; a slot that may be ours already needs none."""
        taken = sum(slot.is_taken() for slot in self.slots.values())
        room = registrations_max(settings) - taken
        orders: list[Order] = []
        in_flight = sum(slot.is_open() for slot in self.slots.values())
        for key in () if self.full else wanted:
            if in_flight + len(orders) >= IN_FLIGHT_MAX:
                break
            slot = self.slots.get(key)
            needs_room = not (slot and slot.is_taken())
            if (slot and not _may_ask_again(slot, now, settings)) or (needs_room and room <= 0):
                continue
            room -= needs_room
            orders.append(Order("ask", key))
        return tuple(orders)

    def late(self, overdue: tuple[str, ...], wanted: tuple[str, ...]) -> tuple[Order, ...]:
        """About what KIS has not answered in time: again; after the last time give up, or give back if not wanted."""
        orders = (self._late_order(key, wanted) for key in overdue)
        return tuple(order for order in orders if order)

    def _late_order(self, key: str, wanted: tuple[str, ...]) -> Order | None:
        slot = self.slots[key]
        if slot.state == "releasing":
            return Order("release", key, slot.asks + 1) if slot.asks < ASKS_MAX else None
        if slot.asks < ASKS_MAX:
            return Order("ask", key, slot.asks + 1)
        return Order("give_up", key, slot.asks) if key in wanted else Order("release", key)

    def overdue(self, now: datetime, settings: Settings) -> tuple[str, ...]:
        """What is to be answered and late, counted from when the command could have left."""
        timeout_s = settings.kis.ws_ack_timeout_sec
        waiting = ((key, slot) for key, slot in self.slots.items() if slot.is_open())
        return tuple(key for key, slot in waiting if (now - slot.sent_at).total_seconds() >= timeout_s)

    def drift(self, now: datetime, settings: Settings) -> tuple[str, str] | None:
        """The registration that shows that KIS's count is not ours any more, and how."""
        if self.full:
            return self.full, "KIS counts more subscriptions than we do"
        for key in self.overdue(now, settings):
            slot = self.slots[key]
            if slot.state == "releasing" and slot.asks >= ASKS_MAX:
                return key, f"no answer to {slot.asks} releases"
        return None

    def _with(self, key: str, slot: Slot) -> "Ledger":
        return replace(self, slots={**self.slots, key: slot})

    def _is_outdated(self, key: str, link: int) -> bool:
        slot = self.slots.get(key)
        return link != self.link or (slot is not None and slot.state == "releasing")


def _may_ask_again(slot: Slot, now: datetime, settings: Settings) -> bool:
    wait_s = max(settings.monitor.subscribe_cooldown_sec, REFUSED_WAIT_S_MIN)
    return slot.state == "refused" and (now - slot.since).total_seconds() >= wait_s

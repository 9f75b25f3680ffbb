"""Who has been a target since when, who may not come back yet, and how many slots may still change hands."""

from datetime import datetime

from msgspec import Struct
from msgspec.structs import replace

from kis_actors.policies.budget import DAY_S, Limit, left, noted
from kis_actors.policies.planning import Incumbent
from kis_actors.policies.slots import Slot
from kis_actors.settings import Monitor


class Tenure(Struct, frozen=True, kw_only=True):
    """What the choice of targets remembers of earlier choices.

    since: per target. left_at: per code, when it lost its slot. barred: registrations KIS will not take today.
    swaps: when slots changed hands, as far back as a budget counts them.
    """

    since: dict[str, datetime] = {}
    left_at: dict[str, datetime] = {}
    barred: tuple[str, ...] = ()
    swaps: tuple[datetime, ...] = ()

    def chosen(self, codes: tuple[str, ...], removed: tuple[str, ...], now: datetime, monitor: Monitor) -> "Tenure":
        """With `codes` as the targets; those `removed` cool from now on."""
        cooling = self.cooling(now, monitor)
        left_at = {code: when for code, when in self.left_at.items() if code in cooling}
        since = {code: self.since.get(code, now) for code in codes}
        return replace(self, since=since, left_at={**left_at, **dict.fromkeys(removed, now)})

    def cooled(self, code: str, now: datetime) -> "Tenure":
        """With `code` cooling from now on."""
        return replace(self, left_at={**self.left_at, code: now})

    def barring(self, key: str) -> "Tenure":
        """With that registration never asked for again today."""
        return replace(self, barred=(*self.barred, key))

    def swapped(self, count: int, now: datetime, monitor: Monitor) -> "Tenure":
        """With `count` more slots having changed hands."""
        return replace(self, swaps=noted(self.swaps, (now,) * count, _limits(monitor))) if count else self

    def swaps_left(self, now: datetime, monitor: Monitor) -> int:
        """How many slots may change hands now."""
        return left(self.swaps, now, _limits(monitor))

    def cooling(self, now: datetime, monitor: Monitor) -> tuple[str, ...]:
        """Codes that lost their slot less than `subscribe_cooldown_sec` ago."""
        cooldown_s = monitor.subscribe_cooldown_sec
        return tuple(code for code, when in self.left_at.items() if (now - when).total_seconds() < cooldown_s)

    def incumbents(self, slots: dict[str, Slot]) -> tuple[Incumbent, ...]:
        """The targets, and what KIS made of each."""
        return tuple(_incumbent(code, since, slots.get(code)) for code, since in self.since.items())


def _incumbent(code: str, since: datetime, slot: Slot | None) -> Incumbent:
    """The shortest stay counts from when KIS took the code, on this link."""
    if slot is None:
        return Incumbent(code, since, "none")
    return Incumbent(code, max(since, slot.since), "refused" if slot.state == "refused" else "held")


def _limits(monitor: Monitor) -> tuple[Limit, ...]:
    return Limit(monitor.swaps_per_minute, 60), Limit(monitor.swaps_per_day, DAY_S)

"""How many codes are followed while processing lags behind their streams: half at a time, and back as slowly."""

from datetime import datetime

from msgspec import Struct
from msgspec.structs import replace

SHRINK_EVERY_S = 10.0
"""What was given back shows its effect only after a while."""
GROW_AFTER_S = 60.0


class Lag(Struct, frozen=True):
    """limit: None while it is the usual one. seen_at: when processing last lagged. changed_at: when the limit did."""

    limit: int | None = None
    seen_at: datetime | None = None
    changed_at: datetime | None = None

    def seen(self, now: datetime | None) -> "Lag":
        """Processing lags."""
        return replace(self, seen_at=now)

    def limited(self, limit: int, now: datetime | None) -> "Lag":
        """With another limit."""
        return replace(self, limit=limit, changed_at=now)

    def limit_of(self, most: int) -> int:
        """How many codes may be followed, of `most`."""
        return most if self.limit is None else min(self.limit, most)

    def due(self, now: datetime, most: int, *, has_lagged: bool) -> tuple[int, int]:
        """The limit that should be now, and the one that is."""
        limit = self.limit_of(most)
        if has_lagged and _is_past(self.changed_at, now, SHRINK_EVERY_S):
            return max(1, limit // 2), limit
        is_calm = limit < most and _is_past(self.seen_at, now, GROW_AFTER_S)
        return (min(most, 2 * limit) if is_calm and _is_past(self.changed_at, now, GROW_AFTER_S) else limit), limit


def _is_past(then: datetime | None, now: datetime, wait_s: float) -> bool:
    return then is None or (now - then).total_seconds() >= wait_s

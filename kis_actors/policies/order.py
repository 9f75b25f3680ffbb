"""The order of trades: KIS gives no number, but the volume of the day only grows, apart for each market class."""

from msgspec import Struct

from kis_actors.kis.frames import Tick

LATE_MAX = 20
"""So many trades in a row behind one that came before: that one was wrong, not they."""


class Order(Struct):
    """Per code and market class, the shares so far, and how many late trades came in a row. Updated in place."""

    volumes: dict[str, int] = {}
    late: dict[str, int] = {}

    def is_next(self, tick: Tick) -> bool:
        """Notes the trade; false if later ones of its code were seen already."""
        key = f"{tick.code} {tick.market_class}" if tick.market_class in ("1", "3") else tick.code
        if tick.cum_volume_shares < self.volumes.get(key, 0) and self.late.get(key, 0) < LATE_MAX:
            self.late[key] = self.late.get(key, 0) + 1
            return False
        self.volumes[key] = tick.cum_volume_shares
        self.late.pop(key, None)
        return True

    def volume_of(self, code: str) -> int:
        """The shares of the regular session so far, by its trades."""
        return self.volumes.get(code, 0)

"""New widths of frames: KIS appends columns without a word, and a feed that cannot be read any more is a blind spot."""

from msgspec import Struct

from kis_actors.kis.feeds import FEEDS, is_known_width

UNREADABLE_MIN = 3
"""One frame that cannot be read may be cut or junk; so many of one width, and none between them, are a new layout."""
KEYS_MAX = 100


class Widths(Struct):
    """The widths that KIS has not documented, by feed and width. Updated in place.

    read: of frames that could be read. refused: how often frames came that could not, since one of that feed could.
    """

    read: dict[str, bool] = {}
    refused: dict[str, int] = {}

    def is_news(self, feed: str, width: int, *, is_readable: bool) -> bool:
        """Notes a frame; whether a person should hear of its width now."""
        key = f"{feed} {width}"
        if is_readable and self.refused:
            self.refused = {other: count for other, count in self.refused.items() if not other.startswith(f"{feed} ")}
        if not width or is_known_width(feed, width) or key in self.read or self._is_full(key):
            return False
        if is_readable:
            self.read[key] = True
            return True
        self.refused[key] = self.refused.get(key, 0) + 1
        return self.refused[key] == UNREADABLE_MIN

    def known(self, feed: str, width: int) -> tuple[int, ...]:
        """The other widths of `feed`, documented or read before."""
        met = (int(key.partition(" ")[2]) for key in self.read if key.partition(" ")[0] == feed)
        documented = FEEDS[feed].widths if feed in FEEDS else ()
        return tuple(sorted({*documented, *met} - {width}))

    def _is_full(self, key: str) -> bool:
        """Junk has as many widths as it likes."""
        return key not in self.refused and len(self.read) + len(self.refused) >= KEYS_MAX

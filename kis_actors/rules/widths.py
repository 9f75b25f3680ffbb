"""New widths of frames: KIS appends columns without a word, and a feed that cannot be read any more is a blind spot."""

from msgspec import Struct

from kis_actors.kis.feeds import FEEDS, is_known_width

UNREADABLE_MIN = 3
"""One frame that cannot be read may be cut or junk; so many of one width are a new layout."""
KEYS_MAX = 100


class Widths(Struct):
    """How often each width came that KIS has not documented, by feed and width. Updated in place."""

    seen: dict[str, int] = {}

    def is_news(self, feed: str, width: int, *, is_readable: bool) -> bool:
        """Notes a frame; whether a person should hear of its width now."""
        if not width or is_known_width(feed, width):
            return False
        key = f"{feed} {width}"
        before = self.seen.get(key, 0)
        if key in self.seen or len(self.seen) < KEYS_MAX:
            self.seen[key] = before + 1
        return before + 1 == (1 if is_readable else UNREADABLE_MIN)

    def known(self, feed: str, width: int) -> tuple[int, ...]:
        """The other widths of `feed`, documented or met before."""
        met = (int(key.partition(" ")[2]) for key in self.seen if key.partition(" ")[0] == feed)
        documented = FEEDS[feed].widths if feed in FEEDS else ()
        return tuple(sorted({*documented, *met} - {width}))

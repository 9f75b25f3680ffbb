"""Said by the socket port."""

from datetime import datetime

from kis_actors.messages.base import Event


class LinkOpened(Event):
    """WebSocket number `link` is connected; nothing is subscribed on it yet."""

    link: int


class LinkLost(Event):
    """WebSocket number `link` is closed, or could not be opened; all its subscriptions are gone.

    is_ours: this daemon ended it.
    """

    link: int
    reason: str
    is_ours: bool = False


class FrameReceived(Event):
    """KIS sent this text, data or control, on `link`; keys and ivs cut out, otherwise as it came."""

    link: int
    text: str


class FrameOversized(Event):
    """KIS sent a text of so many characters, far more than any frame has; it is not in the log."""

    link: int
    characters: int


class ReadingPaused(Event):
    """The socket is left unread, and so KIS waits, because `backlog` records are not handled yet."""

    link: int
    backlog: int


class FramesDropped(Event):
    """So many frames, read from `first` to `last`, are not in the log, because it lagged for longer than allowed."""

    link: int
    count: int
    first: datetime
    last: datetime

"""What must be true of anything that the readers of KIS's messages make of any text at all."""

from kis_actors.kis.control import Acknowledgement, ControlError, PingPong, control_of, without_secrets
from kis_actors.kis.feeds import FEEDS
from kis_actors.kis.frames import Frame, FrameError, feed_of, frame_of, is_control, ticks_of, width_of
from kis_actors.kis.rest import Quote, quote_of

from .recordings import FOUR_OF_46, IN_USE, ONE_OF_46, ONE_OF_47, PINGPONG, QUOTE, STATUS, SUBSCRIBED, THREE_OF_47

DATA_FRAMES = (ONE_OF_46, FOUR_OF_46, ONE_OF_47, THREE_OF_47, QUOTE, STATUS)
FRAMES_OF_ALL_FEEDS = tuple(
    text.replace(feed_of(text), tr_id)
    for text in DATA_FRAMES
    for tr_id, feed in FEEDS.items()
    if feed.what == FEEDS[feed_of(text)].what
)
REASONS = ("header", "feed", "count", "width", "code", "field")
CONTROL_MESSAGES = (SUBSCRIBED, PINGPONG, IN_USE)


def check_frame(text: str) -> None:
    feed_of(text)
    is_control(text)
    try:
        ticks = ticks_of(text)
    except FrameError as error:
        assert str(error).isprintable() and error.reason in REASONS
        return
    assert len(ticks) == int(text.split("|")[2])
    assert width_of(text) >= 46
    for tick in ticks:
        assert 0 < tick.price_won < 10**18
        assert 0 <= tick.cum_turnover_won < 10**18
        assert abs(tick.change_ratio) < 10**4


def check_whole_frame(text: str) -> bool:
    """Whether it was read."""
    try:
        frame = frame_of(text)
    except FrameError as error:
        assert str(error).isprintable() and len(str(error)) < 200 and error.reason in REASONS
        assert error.tr_id in ("", *FEEDS)
        assert error.width in (0, read_width(text))
        assert error.width or error.reason not in ("width", "code", "field")
        return False
    assert frame.width == width_of(text) >= FEEDS[frame.tr_id].widths[0]
    check_records(frame, int(text.split("|")[2]))
    return True


def check_records(frame: Frame, count: int) -> None:
    what = FEEDS[frame.tr_id].what
    assert (len(frame.ticks), len(frame.statuses)) == (count * (what == "trade"), count * (what == "status"))
    for status in frame.statuses:
        assert 6 <= len(status.code) <= 9
        assert len(status.halt_reason) <= 80 and len(status.operation) <= 8
        assert f"{status.halt_reason}{status.operation}".isprintable()


def read_width(text: str) -> int:
    try:
        return width_of(text)
    except FrameError:
        return 0


def check_quote(row: dict[str, str]) -> None:
    quote = quote_of(row)
    if isinstance(quote, Quote):
        assert quote.price_won > 0
        assert quote.previous_close_won is None or quote.previous_close_won > 0
        assert quote.change_ratio is None or abs(quote.change_ratio) < 10**4


def check_control(text: str) -> bool:
    """Whether it was read."""
    without_secrets(text)
    try:
        assert isinstance(control_of(text), Acknowledgement | PingPong)
    except ControlError as error:
        assert str(error).isprintable()
        return False
    return True

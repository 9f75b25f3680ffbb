"""Reads the data frames of the WebSocket: `<encrypted>|<feed>|<count>|<fields joined by ^>` becomes ticks or statuses.

A frame is read whole or refused by name.
"""

import re
from collections.abc import Callable
from typing import TypeVar

from kis_actors.kis.feeds import FEEDS, Feed, is_known_width
from kis_actors.kis.fields import FrameError, code_of, shown
from kis_actors.kis.statuses import Status, status_of
from kis_actors.kis.ticks import Tick, next_tick_at, tick_of
from kis_actors.kis.usual import Frame, usual_frame

__all__ = [
    "Frame",
    "FrameError",
    "Status",
    "Tick",
    "feed_of",
    "frame_of",
    "is_control",
    "is_known_width",
    "ticks_of",
    "width_of",
]

_HEAD = re.compile(r"[01]\|([0-9A-Z]{1,12})\|")
_COUNTS = {text: number for number in range(1, 1000) for text in (f"{number}", f"{number:02}", f"{number:03}")}
"""By every text that counts records; looked up faster than checked."""

_Value = TypeVar("_Value")


def is_control(text: str) -> bool:
    """True if `text` is a JSON message (see control.py), not a data frame."""
    return text.lstrip()[:1] == "{"


def feed_of(text: str) -> str:
    """The TR of a data frame, known here or not; "" if `text` is no data frame."""
    head = _HEAD.match(text)
    return head[1] if head else ""


def width_of(text: str) -> int:
    """Columns in each record of a data frame of any feed; raises FrameError if they do not divide evenly."""
    tr_id, count, fields = _parts_of(text)
    return _width(tr_id, count, fields)


def frame_of(text: str) -> Frame:
    """All that a frame of a feed in FEEDS tells; of an order book, only that it is one. Raises FrameError."""
    return usual_frame(text) or careful_frame_of(text)


def careful_frame_of(text: str) -> Frame:
    """As frame_of, of any frame; part by part, so that it can say what is wrong."""
    tr_id, count, fields = _parts_of(text)
    return _frame_of(_feed(tr_id), count, fields)


def ticks_of(text: str) -> tuple[Tick, ...]:
    """All trades in a frame of a trade feed, in its order; raises FrameError."""
    tr_id, count, fields = _parts_of(text)
    feed = _feed(tr_id)
    if feed.what != "trade":
        raise _refusal(tr_id, f"expected a feed of trades, found one of kind {feed.what}", "feed")
    return _frame_of(feed, count, fields).ticks


def _frame_of(feed: Feed, count: int, fields: list[str]) -> Frame:
    width = _width(feed.tr_id, count, fields)
    if width not in feed.widths:
        _require_width(feed, width, fields)
    if feed.what == "trade":
        return Frame(feed.tr_id, width, _read_each(tick_of, feed, width, fields))
    if feed.what == "status":
        return Frame(feed.tr_id, width, (), _read_each(status_of, feed, width, fields))
    _read_each(_code_of_book, feed, width, fields)
    return Frame(feed.tr_id, width)


def _parts_of(text: str) -> tuple[str, int, list[str]]:
    parts = text.split("|", 3)
    if len(parts) < 4:
        raise _no_frame(parts, text)
    encrypted, tr_id, count, payload = parts
    if encrypted != "0":
        raise _refusal(tr_id, f"expected flag '0', not encrypted, found {shown(encrypted)}", "header")
    if count not in _COUNTS:
        raise _refusal(tr_id, f"expected a count of records from 001 to 999, found {shown(count)}", "count")
    return tr_id, _COUNTS[count], payload.split("^")


def _feed(tr_id: str) -> Feed:
    feed = FEEDS.get(tr_id)
    if feed is None:
        raise FrameError(f"frame: expected a known feed, found {shown(tr_id)}", "feed")
    return feed


def _width(tr_id: str, count: int, fields: list[str]) -> int:
    width, left_over = divmod(len(fields), count)
    if left_over:
        raise _refusal(tr_id, f"{len(fields)} fields do not divide into {count} records", "count")
    return width


def _require_width(feed: Feed, width: int, fields: list[str]) -> None:
    """KIS may append columns at any time, but a wide record may also be two under a wrong count, or two frames."""
    least = feed.widths[0]
    if any("|" in field for field in fields):  # of a width we know, a field that is not read may hold what it likes
        raise _refusal(feed.tr_id, "expected 4 parts divided by '|', found more", "header")
    if width < least:
        raise _refusal(feed.tr_id, f"expected {least} or more columns, found {width}", "width", width)
    if width > feed.widths[-1]:
        _require_one_record(feed, fields[:width])


def _require_one_record(feed: Feed, record: list[str]) -> None:
    start = next_tick_at(record) if feed.what == "trade" else _second_half_at(record, feed.widths[0])
    if start is not None:
        raise _refusal(feed.tr_id, f"expected 1 record in {len(record)} columns, found another at {start}", "count")


def _second_half_at(record: list[str], least: int) -> int | None:
    """Where a second book or status would begin: sizes look like codes, so nothing but the length can tell."""
    return len(record) // 2 if len(record) >= 2 * least else None


def _read_each(read: Callable[[list[str]], _Value], feed: Feed, width: int, fields: list[str]) -> tuple[_Value, ...]:
    done: list[_Value] = []
    for start in range(0, len(fields), width):
        try:  # a record that is alone is not copied, which would be a twentieth of its cost
            done.append(read(fields[start : start + width] if width < len(fields) else fields))
        except FrameError as problem:
            raise _refusal(feed.tr_id, f"record {len(done) + 1}: {problem}", problem.reason, width) from None
    return tuple(done)


def _code_of_book(record: list[str]) -> str:
    return code_of(record[0])


def _no_frame(parts: list[str], text: str) -> FrameError:
    tr_id = parts[1] if len(parts) > 1 and parts[1] in FEEDS else ""
    expected = f"frame: expected 4 parts divided by '|', found {len(parts)} in {shown(text)}"
    return FrameError(expected, "header", tr_id=tr_id)


def _refusal(tr_id: str, what: str, reason: str, width: int = 0) -> FrameError:
    if tr_id not in FEEDS:
        return FrameError(f"{shown(tr_id)}: {what}", reason, width=width)
    return FrameError(f"{tr_id}: {what}", reason, tr_id=tr_id, width=width)

"""What can be taken out of the log as a table: its columns, and the rows that each of its records makes.

Knows no file and no format. Money is whole won, quantities are shares, ratios are fractions, instants are KST.
"""

from collections.abc import Callable, Iterable, Iterator
from typing import Any, Literal, NamedTuple

from msgspec import Raw

from eventlog.schema import Row
from kis_actors.commands.deliveries import TOLD_BY, alerts_of
from kis_actors.kis.frames import FrameError, feed_of, frame_of, is_control
from kis_actors.kis.quotes import quotes_of
from kis_actors.messages import NAMES, FrameReceived, ScanReturned
from kis_actors.recovery import record_of
from kis_actors.units import instant_of_ns

Kind = Literal["text", "whole", "ratio", "flag", "instant", "json"]
Values = tuple[Any, ...]
"""One row of a table, in the order of its columns; None where there is nothing."""

Skip = Callable[[int, str], None]
"""Called with the seq of a record that makes no row although it should, and why."""


class Column(NamedTuple):
    """One column. kind: whole is an int, ratio a float, instant a datetime in KST, json what JSON can say."""

    name: str
    kind: Kind


class Table(NamedTuple):
    """One choice of `--what`. types: the events that rows of the log must be of; all, if none is named.

    is_ascii: no text in it is by people or in Korean.
    """

    columns: tuple[Column, ...]
    types: tuple[str, ...]
    rows: Callable[[Iterable[Row], Skip], Iterator[Values]]
    is_ascii: bool = False


def _columns(**kinds: Kind) -> tuple[Column, ...]:
    return tuple(Column(name, kind) for name, kind in kinds.items())


def _ticks(rows: Iterable[Row], skip: Skip) -> Iterator[Values]:
    for row in rows:
        record = record_of(row)
        assert isinstance(record.event, FrameReceived)
        text = record.event.text
        try:
            ticks = () if is_control(text) else frame_of(text).ticks
        except FrameError as problem:
            skip(row.seq, str(problem))
            continue
        feed, received_at = feed_of(text), record.at
        for tick in ticks:
            traded_at = tick.traded_at.isoformat()
            yield (
                tick.code, traded_at[:10], traded_at[11:19], tick.price_won, tick.volume_shares,
                tick.cum_volume_shares, tick.cum_turnover_won, row.seq, tick.change_ratio, feed, received_at,
            )  # fmt: skip


def _scans(rows: Iterable[Row], skip: Skip) -> Iterator[Values]:
    for row in rows:
        record = record_of(row)
        assert isinstance(record.event, ScanReturned)
        quotes = quotes_of(record.event.rows.each())
        if unread := len(record.event.rows.values) - len(quotes):
            skip(row.seq, f"{unread} of the codes of scan {record.event.scan} have no price")
        for quote in quotes.values():
            yield (
                record.event.scan, record.at, quote.code, quote.name, quote.price_won, quote.change_ratio,
                quote.previous_close_won, quote.open_won, quote.high_won, quote.low_won, quote.cum_volume_shares,
                quote.cum_turnover_won, quote.is_halted, quote.is_interrupted, row.seq,
            )  # fmt: skip


def _alerts(rows: Iterable[Row], _skip: Skip) -> Iterator[Values]:
    names = [column.name for column in TABLES["alerts"].columns]
    for alert in alerts_of(map(record_of, rows)):
        yield tuple(alert[name] for name in names)


def _events(rows: Iterable[Row], _skip: Skip) -> Iterator[Values]:
    for row in rows:
        yield row.seq, instant_of_ns(row.at_ns), row.type, row.cause or None, row.stream, Raw(row.payload)


TABLES: dict[str, Table] = {
    "ticks": Table(
        _columns(
            code="text", date="text", time="text", price_won="whole", volume_shares="whole",
            cum_volume_shares="whole", cum_turnover_won="whole", seq="whole", change_ratio="ratio", feed="text",
            received_at="instant",
        ),
        (NAMES[FrameReceived][0],), _ticks, is_ascii=True,
    ),
    "alerts": Table(
        _columns(
            alert_id="text", code="text", name="text", rule="text", threshold="ratio", value="ratio", price="whole",
            observed_at="instant", seq="whole", deliveries="json", kind="text",
        ),
        tuple(NAMES[kind][0] for kind in TOLD_BY), _alerts,
    ),
    "events": Table(
        _columns(seq="whole", at="instant", type="text", cause="whole", stream="text", data="json"), (), _events,
    ),
    "scans": Table(
        _columns(
            scan="whole", at="instant", code="text", name="text", price_won="whole", change_ratio="ratio",
            previous_close_won="whole", open_won="whole", high_won="whole", low_won="whole",
            cum_volume_shares="whole", cum_turnover_won="whole", is_halted="flag", is_interrupted="flag", seq="whole",
        ),
        (NAMES[ScanReturned][0],), _scans,
    ),
}  # fmt: skip
"""By the word after `--what`. ticks: a row for each trade. scans: one for each price of each scan."""

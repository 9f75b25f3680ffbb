"""The day file's tables as people think of them, in SQL: for Datasette, sqlite-utils or any SQLite shell.

What KIS sent stands in them as it came; `kis-actors export` reads it as the daemon does, and checks it.
"""

from kis_actors.kis.feeds import TRADE_COLUMNS, TRADE_FEEDS
from kis_actors.messages import (
    NAMES,
    AlertDecided,
    Event,
    FrameReceived,
    NotifyFailed,
    NotifyRequested,
    NotifySent,
    NotifyUnknown,
    ScanCompleted,
    SubscribeConfirmed,
    SubscribeRefused,
    SubscribeRequested,
    UnsubscribeConfirmed,
    UnsubscribeRequested,
)

_AT = """strftime('%Y-%m-%dT%H:%M:%S', at / 1000000000, 'unixepoch', '+9 hours')
    || printf('.%06d+09:00', at % 1000000000 / 1000) as at"""
"""An instant as everywhere else: KST, to the microsecond."""


def _types(*kinds: type[Event]) -> str:
    return ", ".join(f"'{NAMES[kind][0]}'" for kind in kinds)


def _fields(*paths: str) -> str:
    """Values out of the payload, each under the last word of its path."""
    return ", ".join(f"json_extract(payload, '$.{path}') as {path.split('.')[-1]}" for path in paths)


def _column(name: str) -> str:
    """A column of the record that begins at `start` in `fields`."""
    return f"json_extract(fields, '$[' || (start + {TRADE_COLUMNS.index(name)}) || ']')"


_TRADE_FEEDS = ", ".join(f"'{feed}'" for feed in sorted(TRADE_FEEDS.values()))
_FRAMES = f"""select seq, at, json_extract(payload, '$.text') as text from events
  where type in ({_types(FrameReceived)}) and payload like '%"text":"0|%'"""
_FEEDS = f"""select seq, at, substr(text, 3, instr(substr(text, 3), '|') - 1) as feed,
    substr(text, 3 + instr(substr(text, 3), '|')) as body from ({_FRAMES})"""
_RECORDS = f"""select seq, at, feed, cast(body as integer) as records,
    '["' || replace(substr(body, instr(body, '|') + 1), '^', '","') || '"]' as fields
    from ({_FEEDS}) where feed in ({_TRADE_FEEDS}) limit -1"""
_STARTS = f"""select seq, at, feed, fields, json_array_length(fields) / records as width from ({_RECORDS})
    where json_valid(fields) limit -1"""
"""A limit that is none keeps SQLite from working a frame's width out anew for each of its fields; with the cross join,
it makes ticks one by one as they are asked for. Ten times faster than without.
"""

VIEWS: dict[str, str] = {
    "timeline": f"select seq, {_AT}, stream, type, nullif(cause, 0) as cause, payload from events",
    "alerts": f"""select seq, {_AT}, {_fields(
        "alert_id", "signal.code", "signal.name", "signal.rule", "signal.value", "signal.threshold",
        "signal.price_won", "signal.observed_at", "signal.source",
    )} from events where type in ({_types(AlertDecided)})""",
    "deliveries": f"""select seq, {_AT}, type, {_fields("alert_id", "channel", "attempt", "reason")}
    from events where type in ({_types(NotifyRequested, NotifySent, NotifyFailed, NotifyUnknown)})""",
    "subscriptions": f"""select seq, {_AT}, type, {_fields("code", "feed", "link", "reason")}
    from events where type in ({_types(
        SubscribeRequested, SubscribeConfirmed, SubscribeRefused, UnsubscribeRequested, UnsubscribeConfirmed
    )})""",
    "scans": f"""select seq, {_AT}, {_fields("scan", "batches", "failed", "quoted", "scope")}
    from events where type in ({_types(ScanCompleted)})""",
    "ticks": f"""select seq, {_AT}, feed, {_column("MKSC_SHRN_ISCD")} as code,
    {_column("BSOP_DATE")} as date, {_column("STCK_CNTG_HOUR")} as time,
    cast({_column("STCK_PRPR")} as integer) as price_won, cast({_column("CNTG_VOL")} as integer) as volume_shares,
    cast({_column("ACML_VOL")} as integer) as cum_volume_shares,
    cast({_column("ACML_TR_PBMN")} as integer) as cum_turnover_won
  from (select seq, at, feed, fields, field.key as start from ({_STARTS}) cross join json_each(fields) as field
    where field.key % width = 0)""",
}  # fmt: skip
"""By name, what eventlog.views.create_views takes."""

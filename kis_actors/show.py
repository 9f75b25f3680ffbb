"""What the reading commands show: events, alerts, state, replay and status, for people or as JSON lines.

Opens the log read-only, also while a daemon writes it.
"""

import re
import time
from collections.abc import Callable, Iterable
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import click
import msgspec
import orjson
from rich.console import Console
from rich.progress import Progress

from eventlog.day import days_in
from eventlog.schema import Row
from eventlog.store import Reader
from kis_actors import replay
from kis_actors.adapters.clock import Clock
from kis_actors.adapters.lock import is_taken
from kis_actors.app import CORES
from kis_actors.daemon import load_settings
from kis_actors.messages import (
    NAMES,
    AlertDecided,
    Event,
    FrameReceived,
    NotifyFailed,
    NotifyRequested,
    NotifySent,
    NotifyUnknown,
    Record,
)
from kis_actors.recovery import day_file, history_of, rebuild, records_in
from kis_actors.settings_file import with_overrides
from kis_actors.units import KST, instant_of_ns, log_day_of, percent

FOLLOW_S = 0.5
STATUS_OLD_S = 15
FRAME = NAMES[FrameReceived][0]
STATUSES: dict[type[Event], str] = {
    NotifyRequested: "pending", NotifySent: "sent", NotifyFailed: "failed", NotifyUnknown: "unknown",
}  # fmt: skip


def show_events(
    config: Path | None, data_dir: Path | None, day: date | None, *, is_json: bool,
    types: tuple[str, ...], code: str | None, after: int, follow: bool,
) -> int:  # fmt: skip
    """Prints the log's rows; the exit status."""
    path = _file(config, data_dir, day)[0]
    while True:
        with Reader(path) as reader:
            for row in reader.rows(after=after, types=types):
                after = row.seq
                if code is None or _is_about(row, code):
                    click.echo(_json(_event(row)) if is_json else _event_line(row))
        if not follow:
            return 0
        time.sleep(FOLLOW_S)


def show_alerts(config: Path | None, data_dir: Path | None, day: date | None, *, is_json: bool) -> int:
    """Prints the day's alerts with their deliveries; the exit status."""
    path = _file(config, data_dir, day)[0]
    for alert in _alerts(path):
        click.echo(_json(alert) if is_json else _alert_line(alert))
    return 0


def show_state(config: Path | None, data_dir: Path | None, day: date | None, *, is_json: bool, at: str | None) -> int:
    """Prints the state rebuilt from the log; the exit status."""
    path, day = _file(config, data_dir, day)
    until = _instant(at, day)
    records = (record for record in records_in(path) if until is None or record.at <= until)
    rebuilt = rebuild(CORES, records, history_of(path, CORES))
    state = _state(rebuilt.states, rebuilt.last_seq)
    click.echo(_json(state) if is_json else msgspec.json.format(_json(state)))
    return 0


def show_replay(
    config: Path | None, data_dir: Path | None, day: date | None, *, is_json: bool,
    overrides: tuple[str, ...], until: str | None,
) -> int:  # fmt: skip
    """Replays the day; 0 if nothing differs, 1 if something does."""
    path, day = _file(config, data_dir, day)
    end = _instant(until, day)
    if overrides:
        return _show_what_if(path, overrides, end, is_json)
    result = _with_progress(path, lambda progress: replay.compare(CORES, path, end, progress))
    click.echo(_json(_comparison(result, day)) if is_json else _comparison_text(result, day))
    return 1 if result.differing else 0


def show_status(config: Path | None, data_dir: Path | None, *, is_json: bool) -> int:
    """Prints the running daemon's health; 0 healthy, 1 degraded, 2 not running."""
    directory = Path(load_settings(config, data_dir, ()).settings.log.data_dir)
    path = directory / "status.json"
    if not is_taken(directory) or not path.exists():
        click.echo(f"no daemon is running on {directory}", err=True)
        return 2
    status = orjson.loads(path.read_bytes())
    if time.time() - path.stat().st_mtime > STATUS_OLD_S:
        status |= {"healthy": False, "reasons": [*status["reasons"], "the daemon has not said a word for a while"]}
    click.echo(_json(status) if is_json else _status_text(status))
    return 0 if status["healthy"] else 1


def _file(config: Path | None, data_dir: Path | None, day: date | None) -> tuple[Path, date]:
    """The day file to read: today's, or the latest if there is none of today, which is said."""
    settings = load_settings(config, data_dir, ()).settings
    directory = Path(settings.log.data_dir)
    days = days_in(directory)
    today = log_day_of(Clock(settings.clock).now())
    if day is None and days and today not in days:
        click.echo(f"no log of today, {today}; showing {days[-1]}", err=True)
        day = days[-1]
    return day_file(directory, day or today), day or today


def _instant(text: str | None, day: date) -> datetime | None:
    """`HH:MM:SS[.ffffff]` on `day` (before 06:00: the morning after), or an ISO 8601 instant. Raises ValueError."""
    if text is None:
        return None
    if re.fullmatch(r"\d\d:\d\d(:\d\d(\.\d{1,6})?)?", text):
        instant = datetime.fromisoformat(f"{day}T{text}").replace(tzinfo=KST)
        return instant if log_day_of(instant) == day else instant + timedelta(days=1)
    instant = datetime.fromisoformat(text)
    return instant if instant.tzinfo else instant.replace(tzinfo=KST)


def _event(row: Row) -> dict[str, Any]:
    return {
        "seq": row.seq,
        "at": instant_of_ns(row.at_ns),
        "type": row.type,
        "cause": row.cause or None,
        "stream": row.stream,
        "data": msgspec.Raw(row.payload),
    }


def _event_line(row: Row) -> str:
    at = instant_of_ns(row.at_ns).strftime("%H:%M:%S.%f")[:-3]
    cause = f"<-{row.cause}" if row.cause else ""
    return _plain(f"{row.seq:>8} {at} {row.stream:<12} {row.type:<20} {cause:<9} {row.payload.decode()}")


def _is_about(row: Row, code: str) -> bool:
    """Whether the row speaks of `code`: as a JSON text, or as the code of a record in a data frame."""
    payload = row.payload.decode()
    if row.type == FRAME and f"|{code}^" in payload:
        return True
    return f'"{code}"' in payload or f'\\"{code}\\"' in payload


def _alerts(path: Path) -> list[dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    kinds = (AlertDecided, NotifyRequested, NotifySent, NotifyFailed, NotifyUnknown)
    for record in records_in(path, types=[NAMES[kind][0] for kind in kinds]):
        if isinstance(record.event, AlertDecided):
            found[record.event.alert_id] = _alert(record, record.event)
        elif alert := found.get(getattr(record.event, "alert_id", "")):
            _note_delivery(alert, record)
    for alert in found.values():
        alert["deliveries"] = list(alert["deliveries"].values())
    return list(found.values())


def _alert(record: Record, alert: AlertDecided) -> dict[str, Any]:
    signal = alert.signal
    return {
        "alert_id": alert.alert_id, "code": signal.code, "name": signal.name, "rule": signal.rule,
        "threshold": signal.threshold, "value": signal.value, "price": signal.price_won,
        "observed_at": signal.observed_at, "seq": record.seq, "deliveries": {},
    }  # fmt: skip


def _note_delivery(alert: dict[str, Any], record: Record) -> None:
    event: Any = record.event
    alert["deliveries"][event.channel] = {
        "channel": event.channel, "status": STATUSES[type(event)], "attempts": event.attempt, "at": record.at,
    }  # fmt: skip


def _alert_line(alert: dict[str, Any]) -> str:
    deliveries = ", ".join(f"{one['channel']} {one['status']}" for one in alert["deliveries"]) or "nobody told"
    return _plain(
        f"{alert['observed_at']:%H:%M:%S} {alert['code']} {alert['name']} {alert['rule']} "
        f"{percent(alert['value'])} (threshold {percent(alert['threshold'])}) at {alert['price']:,} won; {deliveries}"
    )


def _state(states: dict[str, Any], seq: int) -> dict[str, Any]:
    scan, subscription, ws = states["scan"], states["subscription"], states["ws"]
    return {
        "seq": seq,
        "at": scan.now,
        "session": scan.open_day,
        "subscriptions": [
            {"code": code, "state": slot.state, "since": slot.since} for code, slot in subscription.slots.items()
        ],
        "targets": list(subscription.targets),
        "last_alerts": [
            {"code": last.code, "rule": last.rule, "time": last.at} for last in states["notify"].last_alerts.values()
        ],
        "last_prices": [
            {"code": code, "price": last.price_won, "time": last.traded_at}
            for code, last in states["signal"].last_prices.items()
        ],
        "scan": {
            "number": scan.scan, "asked_at": scan.scan_asked_at, "waiting": len(scan.waiting), "quoted": scan.quoted,
        },
        "link": {"state": ws.phase, "number": ws.link, "opened_at": ws.opened_at, "lost_in_a_row": ws.lost},
        "undelivered": len(states["notify"].open),
    }


def _comparison(result: replay.Comparison, day: date) -> dict[str, Any]:
    return {
        "day": day, "identical": not result.differing, "records": result.records, "decisions": result.decisions,
        "differing_turns": result.differing, "first_difference": _difference(result.first),
    }  # fmt: skip


def _difference(first: replay.Difference | None) -> dict[str, Any] | None:
    if first is None:
        return None
    return {
        "seq": first.first_seq or None, "cause": first.cause, "stream": first.stream,
        "expected": [_decision(one) for one in first.expected], "actual": [_decision(one) for one in first.actual],
    }  # fmt: skip


def _decision(encoded: replay.Encoded) -> dict[str, Any]:
    name, version, payload = encoded
    return {"type": name, "version": version, "data": msgspec.Raw(payload)}


def _comparison_text(result: replay.Comparison, day: date) -> str:
    counts = f"{result.records} records, {result.decisions} decisions"
    if result.first is None:
        return f"{day}: identical ({counts})"
    first = result.first
    return "\n".join([
        f"{day}: {result.differing} turns differ ({counts} the same)",
        f"first: {first.stream} on record {first.cause} (log seq {first.first_seq or 'none'})",
        f"  expected {_decisions_text(first.expected)}",
        f"  actual   {_decisions_text(first.actual)}",
    ])  # fmt: skip


def _decisions_text(encoded: Iterable[replay.Encoded]) -> str:
    return _plain("; ".join(f"{name} {payload.decode()}" for name, _, payload in encoded)) or "nothing"


def _show_what_if(path: Path, overrides: tuple[str, ...], until: datetime | None, is_json: bool) -> int:
    records = records_in(path, types=[NAMES[AlertDecided][0]])
    before = [r.event for r in records if isinstance(r.event, AlertDecided) and (until is None or r.at <= until)]
    after = _with_progress(
        path,
        lambda progress: replay.what_if(
            CORES, path, lambda settings: with_overrides(settings, overrides), until, progress
        ),
    )
    changes = replay.alert_changes(before, after)
    differs = bool(changes.appeared or changes.vanished or changes.moved)
    rows = [
        *(("appears", alert, alert) for alert in changes.appeared),
        *(("vanishes", alert, alert) for alert in changes.vanished),
        *(("moves", moved.before, moved.after) for moved in changes.moved),
    ]
    for word, old, new in rows:
        click.echo(_json({"change": word, "before": old, "after": new}) if is_json else _change_line(word, old, new))
    if not is_json:
        click.echo(f"{len(before)} alerts then, {len(after)} with {', '.join(overrides)}; {changes.same} unchanged")
    return 1 if differs else 0


def _change_line(word: str, old: AlertDecided, new: AlertDecided) -> str:
    times = f"{old.signal.observed_at:%H:%M:%S}"
    times += f" -> {new.signal.observed_at:%H:%M:%S}" if word == "moves" else ""
    signal = new.signal
    return _plain(f"{word:<8} {times} {signal.code} {signal.name} {signal.rule} {percent(signal.value)}")


def _status_text(status: dict[str, Any]) -> str:
    live = sum(one["state"] == "live" for one in status["subscriptions"])
    head = "healthy" if status["healthy"] else "degraded: " + "; ".join(status["reasons"])
    return "\n".join([
        head,
        f"session {status['session'] or 'closed'}, link {status['link']}, {live} codes live, {status['alerts']} alerts",
        f"last scan {status['last_scan_at']}, last frame {status['last_frame_at']}, log seq {status['log_seq']}",
    ])  # fmt: skip


def _with_progress(path: Path, work: Callable[[Callable[[int], None]], Any]) -> Any:
    """Runs `work` under a progress bar, on a terminal only."""
    with Reader(path) as reader:
        last_seq = reader.last_commit()[0]
    console = Console(stderr=True)
    with Progress(console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task("replaying", total=last_seq)
        return work(lambda seq: bar.update(task, completed=seq))


def _json(value: Any) -> str:
    return msgspec.json.encode(value).decode()


def _plain(text: str) -> str:
    """`text` without the control characters that could take over a terminal."""
    return "".join(char if char.isprintable() or char == "\n" else "?" for char in text)

"""What the reading commands show: events, alerts, state and status, for people or as JSON lines.

Opens the log read-only, also while a daemon writes it.
"""

import time
from datetime import date
from pathlib import Path
from typing import Any

import click
import msgspec
import orjson

from eventlog.reading import open_reader
from eventlog.schema import Row
from kis_actors.adapters.lock import is_taken
from kis_actors.app import CORES
from kis_actors.commands.reading import file_of, instant_of, json_of, plain
from kis_actors.commands.run import load_settings
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
    SignalRaised,
)
from kis_actors.policies.registrations import code_of, feed_of
from kis_actors.recovery import history_of, rebuild, records_in
from kis_actors.texts import measured
from kis_actors.units import instant_of_ns

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
    path = file_of(config, data_dir, day)[0]
    while True:
        with open_reader(path) as reader:
            for row in reader.rows(after=after, types=types):
                after = row.seq
                if code is None or _is_about(row, code):
                    click.echo(json_of(_event(row)) if is_json else _event_line(row))
        if not follow:
            return 0
        time.sleep(FOLLOW_S)


def show_alerts(config: Path | None, data_dir: Path | None, day: date | None, *, is_json: bool) -> int:
    """Prints the day's alerts with their deliveries; the exit status."""
    path = file_of(config, data_dir, day)[0]
    for alert in _alerts(path):
        signal = alert.pop("signal")
        click.echo(json_of(alert) if is_json else _alert_line(alert, signal))
    return 0


def show_state(config: Path | None, data_dir: Path | None, day: date | None, *, is_json: bool, at: str | None) -> int:
    """Prints the state rebuilt from the log; the exit status."""
    path, day = file_of(config, data_dir, day, needs_all=True)
    until = instant_of(at, day)
    records = (record for record in records_in(path) if until is None or record.at <= until)
    rebuilt = rebuild(CORES, records, history_of(path, CORES))
    state = _state(rebuilt.states, rebuilt.last_seq)
    click.echo(json_of(state) if is_json else msgspec.json.format(json_of(state)))
    return 0


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
    click.echo(json_of(status) if is_json else _status_text(status))
    return 0 if status["healthy"] else 1


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
    return plain(f"{row.seq:>8} {at} {row.stream:<12} {row.type:<20} {cause:<9} {row.payload.decode()}")


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
        "observed_at": signal.observed_at, "seq": record.seq, "deliveries": {}, "kind": signal.kind or signal.rule,
        "signal": signal,
    }  # fmt: skip


def _note_delivery(alert: dict[str, Any], record: Record) -> None:
    event: Any = record.event
    alert["deliveries"][event.channel] = {
        "channel": event.channel, "status": STATUSES[type(event)], "attempts": event.attempt, "at": record.at,
    }  # fmt: skip


def _alert_line(alert: dict[str, Any], signal: SignalRaised) -> str:
    deliveries = ", ".join(f"{one['channel']} {one['status']}" for one in alert["deliveries"]) or "nobody told"
    return plain(
        f"{alert['observed_at']:%H:%M:%S} {alert['code']} {alert['name']} {alert['rule']} "
        f"{measured(signal, None, 'en')} at {alert['price']:,} won; {deliveries}"
    )


def _state(states: dict[str, Any], seq: int) -> dict[str, Any]:
    scan, subscription, ws = states["scan"], states["subscription"], states["ws"]
    rounds = scan.rounds
    return {
        "seq": seq,
        "at": scan.today.now,
        "session": scan.today.open_day,
        "subscriptions": [
            {"code": code_of(key), "state": slot.state, "since": slot.since, "feed": feed_of(key)}
            for key, slot in subscription.held.ledger.slots.items()
        ],
        "targets": list(subscription.targets),
        "missed": list(subscription.missed),
        "last_alerts": [
            {"code": last.code, "rule": last.rule, "time": last.at} for last in states["notify"].last_alerts.values()
        ],
        "last_prices": [
            {"code": code, "price": last.price_won, "time": last.traded_at}
            for code, last in states["signal"].last_prices.items()
        ],
        "scan": {
            "number": rounds.number, "asked_at": rounds.asked_at, "waiting": len(rounds.waiting),
            "quoted": rounds.quoted, "safe_mode": bool(rounds.interval_s), "degraded_mode": scan.is_degraded,
        },
        "link": {"state": ws.phase, "number": ws.link, "opened_at": ws.opened_at, "lost_in_a_row": ws.lost},
        "undelivered": len(states["notify"].open) + len(states["notify"].outbox.waiting),
    }


def _status_text(status: dict[str, Any]) -> str:
    live = sum(one["state"] == "live" for one in status["subscriptions"])
    head = "healthy" if status["healthy"] else "degraded: " + "; ".join(status["reasons"])
    return "\n".join([
        head,
        f"session {status['session'] or 'closed'}, link {status['link']}, {live} codes live, {status['alerts']} alerts",
        f"last scan {status['last_scan_at']}, last frame {status['last_frame_at']}, log seq {status['log_seq']}",
    ])  # fmt: skip

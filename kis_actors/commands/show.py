"""What the reading commands show: alerts and state, for people or as JSON lines.

Opens the log read-only, also while a daemon writes it.
"""

from datetime import date
from pathlib import Path
from typing import Any

import click
import msgspec

from kis_actors.actors.subscription import nearest_of
from kis_actors.commands.deliveries import TOLD_BY, alerts_of
from kis_actors.commands.reading import file_of, file_until, json_of
from kis_actors.cores import CORES
from kis_actors.duties.talk import Talk
from kis_actors.messages import NAMES, SignalRaised
from kis_actors.policies.registrations import code_of, feed_of
from kis_actors.printable import plain
from kis_actors.recovery import history_of, rebuild, records_in
from kis_actors.texts import measured

NEAR_SHOWN = 40


def show_alerts(config: Path | None, data_dir: Path | None, day: date | None, *, is_json: bool) -> int:
    """Prints the day's alerts with their deliveries; the exit status."""
    path = file_of(config, data_dir, day)[0]
    failing: dict[str, None] = {}
    for alert in alerts_of(records_in(path, types=[NAMES[kind][0] for kind in TOLD_BY])):
        signal = alert.pop("signal")
        click.echo(json_of(alert) if is_json else _alert_line(alert, signal))
        failing |= dict.fromkeys(one["channel"] for one in alert["deliveries"] if one["status"] == "failed")
    if failing:
        why, mend = f"`kis-actors events {path.stem} --type NotifyFailed`", "`kis-actors doctor`"
        click.echo(f"{', '.join(failing)} did not take every alert; see why: {why}; see what to mend: {mend}", err=True)
    return 0


def show_state(config: Path | None, data_dir: Path | None, day: date | None, *, is_json: bool, at: str | None) -> int:
    """Prints the state rebuilt from the log; the exit status."""
    path, until = file_until(config, data_dir, day, at, needs_all=True)
    records = (record for record in records_in(path) if until is None or record.at <= until)
    rebuilt = rebuild(CORES, records, history_of(path, CORES))
    state = _state(rebuilt.states, rebuilt.last_seq)
    click.echo(json_of(state) if is_json else msgspec.json.format(json_of(state)))
    return 0


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
        "near": [one._asdict() for one in nearest_of(subscription)[:NEAR_SHOWN]],
        "pins": list(subscription.pins),
        "quiet": _quiet(states["notify"].talk),
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


def _quiet(talk: Talk) -> dict[str, Any]:
    """What a person asked not to be told; without an end of its own, until the close."""
    return {
        "paused": talk.is_paused, "muted": talk.is_muted, "muted_until": talk.muted_until, "snoozed": talk.snoozed
    }  # fmt: skip

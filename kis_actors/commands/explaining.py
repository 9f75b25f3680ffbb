"""What `kis-actors why` shows: what every rule measured of one code, each gate, and what became of its signals."""

from datetime import date, datetime
from pathlib import Path
from typing import Any, NamedTuple

import click

from kis_actors.actors.signal import explained
from kis_actors.actors.subscription import nearest_of
from kis_actors.commands.reading import file_until, json_of
from kis_actors.cores import CORES
from kis_actors.duties import talk
from kis_actors.messages import NAMES, AlertDecided, AlertHeld, AlertSuppressed, Event, Record, SignalRaised
from kis_actors.policies.commands import code_of, similar_to
from kis_actors.policies.ranking import Ranked
from kis_actors.printable import plain
from kis_actors.recovery import history_of, rebuild, records_in
from kis_actors.signals.standing import Explanation, Standing
from kis_actors.texts import in_unit
from kis_actors.units import instant_of_ns
from kis_actors.watch_texts import near_line, why_text

WHAT: dict[type[Event], str] = {
    SignalRaised: "signal", AlertDecided: "alert", AlertHeld: "alert, held for the digest", AlertSuppressed: "not told",
}  # fmt: skip


class Moment(NamedTuple):
    """All that is known of one code at one moment. rank: from 1, None if no signal may come of it.

    happened: what became of its signals until then, oldest first. quiet: what a person asked for, "" for nothing.
    """

    at: datetime
    explanation: Explanation
    slot: str
    rank: int | None
    ranked: Ranked | None
    cooling: tuple[tuple[str, datetime, datetime], ...]
    quiet: str
    happened: tuple[Record, ...]


def show_why(
    config: Path | None, data_dir: Path | None, day: date | None, code: str, *, is_json: bool, at: str | None
) -> int:  # fmt: skip
    """Prints why an alert was or was not raised; the exit status. Raises ValueError for a code that is not watched."""
    path, until = file_until(config, data_dir, day, at, needs_all=True)
    records = (record for record in records_in(path) if until is None or record.at <= until)
    rebuilt = rebuild(CORES, records, history_of(path, CORES))
    moment = moment_of(rebuilt.states, _watched(code, rebuilt.states), path, until or instant_of_ns(rebuilt.last_at_ns))
    click.echo(json_of(why_json(moment)) if is_json else plain(_text(moment)))
    return 0


def _watched(word: str, states: dict[str, Any]) -> str:
    names = {code: stock.name for code, stock in states["signal"].stocks.items()}
    code = code_of(word, names)
    if not code:
        similar = ", ".join(similar_to(word, names))
        perhaps = f"; perhaps: {similar}" if similar else ""
        raise ValueError(f"{plain(word)} is not a watched code or name{perhaps}; see `kis-actors universe show`")
    return code


def moment_of(states: dict[str, Any], code: str, path: Path, at: datetime) -> Moment:
    """What is known of `code` at `at`, for which the actors' states are given; reads the rest in the day file."""
    ranking = nearest_of(states["subscription"])
    place = next((number for number, one in enumerate(ranking, start=1) if one.code == code), None)
    lasts = [last for last in states["notify"].last_alerts.values() if last.code == code and last.quiet_until > at]
    slots = states["subscription"].held
    slot = slots.ledger.slots.get(slots.trades(code))
    return Moment(
        at, explained(states["signal"], code), slot.state if slot else "none", place,
        ranking[place - 1] if place else None, tuple((last.rule, last.at, last.quiet_until) for last in lasts),
        talk.why_quiet(states["notify"].talk, code, at), _happened(path, code, at),
    )  # fmt: skip


def _happened(path: Path, code: str, until: datetime) -> tuple[Record, ...]:
    found = records_in(path, types=[NAMES[kind][0] for kind in WHAT])
    return tuple(record for record in found if record.at <= until and _code_of(record.event) == code)


def _code_of(event: Any) -> str:
    if isinstance(event, AlertHeld):
        event = event.alert
    return str(event.signal.code if isinstance(event, AlertDecided) else event.code)


def _text(moment: Moment) -> str:
    of, name = moment.explanation, {moment.explanation.code: moment.explanation.name}
    rank = near_line(moment.rank, moment.ranked, name, "en") if moment.rank and moment.ranked else "not ranked"
    return "\n".join((
        f"{moment.at:%Y-%m-%d %H:%M:%S} KST", why_text(of, "en"), f"rank {rank}", f"slot: {moment.slot}",
        *(f"cooldown of {rule}: alerted at {last:%H:%M:%S}, quiet until {to:%H:%M:%S}"
          for rule, last, to in moment.cooling),
        *([f"not told now: {moment.quiet}"] if moment.quiet else []),
        *(_happened_line(record) for record in moment.happened),
    ))  # fmt: skip


def _happened_line(record: Record) -> str:
    event: Any = record.event
    head = f"{record.at:%H:%M:%S} seq {record.seq} {WHAT[type(event)]}"
    match event:
        case SignalRaised():
            value, line = (in_unit(event.kind or event.rule, of, "en") for of in (event.value, event.threshold))
            return f"{head}: {event.rule} {value} (threshold {line}) at {event.price_won:,} won".replace("  ", " ")
        case AlertSuppressed():
            return f"{head}: {event.rule}, {event.reason}"
        case AlertHeld():
            return f"{head}: {event.alert.alert_id}"
    return f"{head}: {event.alert_id}"


def why_json(moment: Moment) -> dict[str, Any]:
    """The answer in the shape that `--json` prints."""
    of = moment.explanation
    return {
        "at": moment.at, "code": of.code, "name": of.name, "market": of.market,
        "price": of.price_won or None, "change": of.change_ratio, "seen_at": of.seen_at, "source": of.source or None,
        "rules": [_rule(one) for one in of.standings],
        "gates": {
            "session": of.is_in_session, "safe_mode": of.is_safe, "interruption": of.interruption or None,
            "quiet": moment.quiet or None,
            "cooldowns": [{"rule": rule, "alerted_at": at, "until": to} for rule, at, to in moment.cooling],
        },
        "slot": moment.slot, "live": of.is_live, "rank": moment.rank,
        "place": moment.ranked.place if moment.ranked else None,
        "happened": [_event(record) for record in moment.happened],
    }  # fmt: skip


def _rule(one: Standing) -> dict[str, Any]:
    reading = one.reading
    return {
        "rule": one.name, "kind": one.kind, "verdict": one.verdict, "value": reading.value if reading else None,
        "threshold": reading.threshold if reading else None, "distance": reading.distance if reading else None,
        "held_s": one.held_s, "for_s": one.for_s, "rearm_ratio": one.rearm_ratio, "alerts": one.is_alert,
    }  # fmt: skip


def _event(record: Record) -> dict[str, Any]:
    event: Any = record.event
    signal = getattr(event, "signal", None) or event
    reason = getattr(event, "reason", None)
    return {
        "at": record.at, "seq": record.seq, "what": WHAT[type(event)], "rule": getattr(signal, "rule", None),
        "reason": reason,
    }  # fmt: skip

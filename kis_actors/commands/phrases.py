"""Events in a few English words, for a tree of causes; whoever wants every field asks for JSON."""

from datetime import date, datetime
from typing import Any

from kis_actors.kis.control import Acknowledgement, ControlError, control_of
from kis_actors.kis.frames import FrameError, frame_of, is_control
from kis_actors.messages import (
    NAMES,
    AlertDecided,
    BaselineLoaded,
    ClockTicked,
    DailyBarsReturned,
    Event,
    FrameReceived,
    NotifyRequested,
    RunStarted,
    ScanRequested,
    ScanReturned,
    SignalRaised,
    StateCarried,
    TargetsChanged,
    UniverseLoaded,
)
from kis_actors.texts import measured

VALUE_CHARACTERS_MAX = 60
CODES_MAX = 5


def phrase(event: Event) -> str:
    """What `event` says, on one line."""
    match event:
        case FrameReceived():
            return _frame(event.text)
        case ClockTicked():
            return f"it is {event.now:%H:%M:%S}"
        case RunStarted():
            return f"the daemon started, version {event.version}"
        case StateCarried():
            return f"the state of {event.actor}, carried over"
        case UniverseLoaded():
            return f"{len(event.stocks)} codes to watch, from {event.source}"
        case ScanRequested():
            return f"scan {event.scan}: asks for {len(event.codes)} quotes, batch {event.batch} of {event.batches}"
        case ScanReturned():
            return f"scan {event.scan}: KIS answered batch {event.batch} with {len(event.rows.values)} quotes"
        case DailyBarsReturned():
            return f"KIS answered with {len(event.rows.values)} daily bars of {event.code}"
        case BaselineLoaded():
            return f"{event.code} has its average of {len(event.closes_won)} closes"
        case TargetsChanged():
            return f"{len(event.targets)} codes deserve a slot; new {_codes(event.added)}; gone {_codes(event.removed)}"
        case _:
            return _told(event)


def _told(event: Event) -> str:
    match event:
        case SignalRaised():
            value = measured(event, None, "en")
            return f"{event.rule} counts for {event.code} {event.name}: {value} at {event.price_won:,} won"
        case AlertDecided():
            return f"a person is to be told of {event.signal.code} {event.signal.name}: alert {event.alert_id}"
        case NotifyRequested():
            again = f", try {event.attempt}" if event.attempt > 1 else ""
            return f"{event.channel} is asked to tell {event.alert_id}{again}"
        case _:
            return _in_general(event)


def _in_general(event: Event) -> str:
    """The name, and the fields that are short and not as usual."""
    usual = dict(zip(reversed(event.__struct_fields__), reversed(event.__struct_defaults__), strict=False))
    fields = {name: getattr(event, name) for name in event.__struct_fields__}
    told = {name: value for name, value in fields.items() if _is_short(value) and value != usual.get(name)}
    said = ", ".join(f"{name} {_short(value)}" for name, value in told.items())
    return f"{NAMES[type(event)][0]}{': ' if said else ''}{said}"


def _is_short(value: Any) -> bool:
    return isinstance(value, str | int | float | date) and value != ""


def _short(value: Any) -> str:
    text = f"{value:%H:%M:%S}" if isinstance(value, datetime) else " ".join(str(value).split())
    return text if len(text) <= VALUE_CHARACTERS_MAX else f"{text[: VALUE_CHARACTERS_MAX - 1]}…"


def _codes(codes: tuple[str, ...]) -> str:
    more = f" and {len(codes) - CODES_MAX} more" if len(codes) > CODES_MAX else ""
    return f"{' '.join(codes[:CODES_MAX])}{more}" if codes else "none"


def _frame(text: str) -> str:
    try:
        return _control(text) if is_control(text) else _data(text)
    except (FrameError, ControlError) as problem:
        return f"KIS sent what cannot be read: {_short(problem)}"


def _control(text: str) -> str:
    said = control_of(text)
    if not isinstance(said, Acknowledgement):
        return "KIS asks whether anyone is there"
    about = f", {said.tr_id} of {said.code}" if said.code else ""
    return f"KIS says {said.msg_cd} {_short(said.text)}{about}"


def _data(text: str) -> str:
    frame = frame_of(text)
    trades = [f"{tick.code} at {tick.price_won:,} won" for tick in frame.ticks]
    if not trades:
        return f"KIS sent a frame of {frame.tr_id}"
    return f"KIS sent {'a trade' if len(trades) == 1 else f'{len(trades)} trades'}: {', '.join(trades[:CODES_MAX])}"

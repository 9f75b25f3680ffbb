"""What must hold while a seed runs: state out of the log, bounds, and that all comes right when the trouble ends."""

from datetime import datetime
from typing import Any

import msgspec

from kis_actors.cores import CORES
from kis_actors.day_files import Opening
from kis_actors.duties import talk
from kis_actors.recovery import rebuilt_from
from simulation.disk import Broken, Folder
from simulation.fates import CHANNELS
from simulation.people import Channels
from simulation.process import Decisions, Edges

STATE_BYTES_MAX = 200_000
"""Of a handful of codes; what grows without end is far beyond that soon."""


def is_as_it_was(ended: tuple[dict[str, Any], Decisions], opening: Opening) -> None:
    """I7: each actor's state out of the log is the one it had, and so is what it had decided and not written."""
    states, unwritten = ended
    same_states(states, opening.states)
    undecided = {(stream, cause): events for stream, events, cause in opening.undecided}
    if unwritten != undecided:
        raise Broken(f"I7: decided and not written was {unwritten}, out of the log comes {undecided}")


def same_states(lived: dict[str, Any], rebuilt: dict[str, Any], name: str = "I7") -> None:
    """Raises Broken unless each actor's state out of the log is the one it had."""
    for core in CORES:
        if lived[core.name] != rebuilt[core.name]:
            where = _first_difference(lived[core.name], rebuilt[core.name])
            raise Broken(f"{name}: {core.name} lived and came out of the log differently: {where}")


def carries_what_is_written(opening: Opening) -> None:
    """I8: a new day file begins with nothing that the one before does not lead to."""
    if opening.undecided:
        raise Broken(f"I8: the carried state knows decisions that no file has: {opening.undecided[0]}")


def carried_is_fold(before: Folder, states: dict[str, Any]) -> None:
    """I8: a new day file begins with what the whole of the one before leads to."""
    same_states(states, rebuilt_from(before, CORES).states, "I8")  # type: ignore[arg-type]


def snapshot_is_fold(opening: Opening) -> None:
    """I8: from a snapshot come the same states, and the same still to be written, as from the whole file."""
    whole = rebuilt_from(opening.path, CORES)
    same_states(whole.states, opening.states, "I8")
    if whole.undecided != opening.undecided:
        raise Broken(f"I8: from the snapshot come {opening.undecided}, from the log {whole.undecided}")


def bounded_states(states: dict[str, Any]) -> None:
    """I11: no state grows without end."""
    for name, state in states.items():
        if (size := len(msgspec.json.encode(state))) > STATE_BYTES_MAX:
            raise Broken(f"I11: the state of {name} has {size} bytes")


def unhealed(states: dict[str, Any], edges: Edges, now: datetime) -> str:
    """What is not as wanted; "" if all is: the slots by both books, the outbox, the scans, and what people asked."""
    held, notify = states["subscription"].held, states["notify"]
    wanted, link = held.wanted(), held.ledger.link
    checks = (
        ("nothing is followed", not wanted),
        ("subscriptions are missing", not all(held.ledger.is_live(key, link) for key in wanted)),
        (f"KIS holds {sorted(edges.socket.live)}, wanted is {sorted(wanted)}", set(edges.socket.live) != set(wanted)),
        (f"the outbox has {len(notify.outbox.open)} open", bool(notify.outbox.open)),
        (f"the outbox has {len(notify.outbox.waiting)} waiting", bool(notify.outbox.waiting)),
        ("alerts wait for a digest", bool(notify.bursts.held)),
        (f"there is no average of {states['scan'].today.averages.unanswered}", bool(averages_wait_s(states, now))),
        ("scans are in safe mode", states["scan"].rounds.interval_s > 0),
        ("what people said is not heard", not edges.chat.is_all_taken()),
        ("people want quiet", any(talk.why_quiet(notify.talk, code, now) for code in notify.talk.names)),
    )  # fmt: skip
    return next((problem for problem, is_so in checks if is_so), "")


def averages_wait_s(states: dict[str, Any], now: datetime) -> float:
    """How long until the averages that KIS did not give are asked for again; 0.0 if it gave all."""
    averages = states["scan"].today.averages
    return max(1.0, (averages.retry_at - now).total_seconds()) if averages.retry_at else 0.0


def person_knows(channels: Channels, codes: list[str], since_ns: int, after: str) -> None:
    """I4, from the outside: a plain fall is in front of the person on every channel."""
    for name in CHANNELS:
        texts = [one.asked.text for one in channels.received if one.at_ns >= since_ns and one.asked.channel == name]
        for code in codes:
            if not any(code in text for text in texts):
                raise Broken(f"I4: {code} fell {after}, and {name} was not told")


def _first_difference(lived: Any, rebuilt: Any, path: str = "") -> str:
    """The innermost field that differs, and how."""
    for name in getattr(lived, "__struct_fields__", ()) if type(lived) is type(rebuilt) else ():
        one, other = getattr(lived, name), getattr(rebuilt, name)
        if one != other:
            return _first_difference(one, other, f"{path}.{name}")
    return f"{path} was {str(lived)[:300]}, is {str(rebuilt)[:300]}"

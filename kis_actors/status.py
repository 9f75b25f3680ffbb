"""What the running daemon says of itself once a second, in `status.json`: its health, and the counts behind it.

`kis-actors status`, the watch page, `/healthz` and `/metrics` read it; none of them asks the daemon itself.
"""

from collections import Counter
from datetime import datetime
from pathlib import Path
from typing import Any

import orjson

from kis_actors.adapters.lock import is_taken
from kis_actors.portable import put
from kis_actors.view import View

NAME = "status.json"
NEEDED = {"healthy", "reasons", "written_at", "mailboxes", "log"}
OLD_S = 15.0
"""The daemon writes its status once a second; a start that reads a whole day takes up to ten."""
SLOT_STATES = ("requested", "live", "releasing", "refused")


def status_of(view: View, *, now: datetime, reasons: tuple[str, ...]) -> dict[str, Any]:
    """What the log's records say. now: of the daemon's clock, which may show another day."""
    return {
        "healthy": not reasons,
        "reasons": list(reasons),
        "at": now,
        "session": view.session.day if view.session else None,
        "link": view.link,
        "links": {"opened": view.links_opened, "lost": view.links_lost},
        "subscriptions": [
            {"code": code, "state": state, "since": since, "feed": feed}
            for (code, feed), (state, since) in view.subscriptions.items()
        ],
        "slots": slots_of(view),
        "targets": len(view.targets),
        "stale": list(view.stale),
        "scan": {"number": view.scan, "calls": view.batches, "quoted": view.quoted},
        "scans": {"complete": view.scans_ok, "incomplete": view.scans_failed},
        "last_scan_at": view.last_scan_at,
        "last_frame_at": view.last_frame_at,
        "frames": view.frames,
        "rejects": view.rejects,
        "dropped": view.frames_dropped,
        "alerts": view.alerts_count,
        "suppressed": view.suppressed,
        "deliveries": view.deliveries,
        "log_seq": view.log_seq,
        "runs": view.runs,
        "safe_mode": view.is_safe,
        "degraded_mode": view.is_degraded,
    }


def slots_of(view: View) -> dict[str, int]:
    """Registrations by what KIS knows of them, those with none included."""
    counts = Counter(state for state, _ in view.subscriptions.values())
    return {state: counts[state] for state in SLOT_STATES}


def write_status(data_dir: Path, status: dict[str, Any]) -> None:
    """Puts it in the place of the one before, whole or not at all. Raises OSError."""
    unfinished = data_dir / "status.new"
    unfinished.write_bytes(orjson.dumps(status))
    put(unfinished, data_dir / NAME)


def running_status(data_dir: Path) -> dict[str, Any] | None:
    """What the daemon that runs on `data_dir` said last; None if none runs. Raises ValueError, as read_status does."""
    return read_status(data_dir) if is_taken(data_dir) else None


def read_status(data_dir: Path) -> dict[str, Any] | None:
    """The last one, however old; None if there is none. Raises ValueError for what no daemon of this version wrote."""
    try:
        content = (data_dir / NAME).read_bytes()
    except FileNotFoundError:
        return None
    status = _object(content)
    if not status.keys() >= NEEDED:
        raise ValueError(f"{data_dir / NAME} was not written by this version; start the daemon again")
    return status


def _object(content: bytes) -> dict[str, Any]:
    """{} for what is none."""
    try:
        value = orjson.loads(content)
    except orjson.JSONDecodeError:
        return {}
    return value if isinstance(value, dict) else {}


def problems(status: dict[str, Any] | None, now: datetime) -> list[str]:
    """Why the daemon is not well: its own reasons, and its silence. now: the real instant. None: no daemon runs."""
    if status is None:
        return ["no daemon is running"]
    silence = [f"the daemon has not said a word for {age_s(status, now):.0f} s"] if is_old(status, now) else []
    return [*silence, *status["reasons"]]


def is_old(status: dict[str, Any], now: datetime) -> bool:
    """Whether its daemon hangs, or takes very long to start. now: the real instant."""
    return age_s(status, now) > OLD_S


def age_s(status: dict[str, Any], now: datetime) -> float:
    """Since `status` was written, as the machine's clock counts. now: the real instant."""
    return (now - datetime.fromisoformat(status["written_at"])).total_seconds()

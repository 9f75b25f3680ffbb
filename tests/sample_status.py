"""A status as a running daemon writes it, for those who read one; `e2e/test_care.py` holds it against a real one."""

from typing import Any

import orjson
from facts import HYNIX, NOW, SAMSUNG

from kis_actors.durations import BOUNDS_S
from kis_actors.messages import KRX_TRADES
from kis_actors.status import status_of
from kis_actors.view import View

VITALS: dict[str, Any] = {
    "version": "0.1.0",
    "dry_run": False,
    "started_at": NOW,
    "written_at": NOW,
    "round_trip": {"age_s": 0.4, "took_s": 1.5},
    "rest": {
        "calls": 321, "retries": 3, "refusals": 2, "troubles": {"refused": 1, "reset": 0, "timeout": 4, "other": 0}
    },
    "mailboxes": {"scan": 0, "subscription": 0, "ws": 2, "signal": 17, "notify": 0},
    "journal": {"waiting": 5, "commits": [0, 8, 90, 2, *[0] * (len(BOUNDS_S) - 4), 1], "commit_s": 12.5},
    "slots_max": 20,
    "process": {"pid": 4711, "rss_bytes": 104857600, "cpu_s": 12.25, "threads": 16, "descriptors": 40},
    "log": {"day": "2026-11-20", "bytes": 7340032, "free_bytes": 10**10, "snapshot_at": NOW},
}  # fmt: skip


def sample_status(reasons: tuple[str, ...] = (), **others: Any) -> dict[str, Any]:
    """As read from the file: instants are text."""
    view = View(
        log_seq=4711, runs=1, frames=4000, frames_rejected=3, rejects={"width": 2, "count": 1}, alerts_count=7,
        suppressed=4, link="open", links_opened=2, links_lost=1, last_scan_at=NOW, quoted=250, scans_ok=30,
        scans_failed=1, deliveries={"telegram": {"asked": 8, "sent": 6, "failed": 1, "unknown": 1}},
        subscriptions={(SAMSUNG, KRX_TRADES): ("live", NOW), (HYNIX, KRX_TRADES): ("requested", NOW)},
    )  # fmt: skip
    status = status_of(view, now=NOW, reasons=reasons) | VITALS | others
    read: dict[str, Any] = orjson.loads(orjson.dumps(status))
    return read

"""What "Now" shows: session, health, scans, link and mode, of any moment."""

from collections.abc import Sized
from datetime import datetime, timedelta
from typing import Any

from kis_actors.duties.trading_day import TradingDay
from kis_actors.kis.feeds import TRADE_FEEDS
from kis_actors.policies.registrations import registrations_max
from kis_actors.view import View, health
from kis_actors.web.day_picture import DayPicture
from kis_actors.web.moment import Moment

REGISTRATIONS_MAX = 40
MINUTE_S = 60


def now_of(moment: Moment) -> dict[str, Any]:
    """All of it as JSON takes it. Ratios are fractions, durations seconds, instants KST."""
    picture = moment.picture
    reasons = _reasons(moment)
    return {
        "at": moment.at, "day": moment.path.stem, "is_live": moment.is_live, "is_running": _is_running(moment),
        "is_dry_run": picture.is_dry_run, "seq": picture.view.log_seq,
        "session": _session(moment), "healthy": not reasons, "reasons": reasons,
        "scan": _scan(moment), "link": _link(moment), "mode": _mode(moment),
        "averages": _averages(picture.view), "alerts": {
            "count": picture.view.alerts_count, "suppressed": picture.view.suppressed,
            "deliveries": picture.view.deliveries,
        },
        "main": {
            "threshold": picture.settings.monitor.signal.disparity_threshold,
            "ma_days": picture.settings.monitor.signal.ma_days,
        },
    }  # fmt: skip


def _is_running(moment: Moment) -> bool:
    """Whether a daemon was there: by its word now, by its log then."""
    if moment.is_live:
        return bool(moment.status)
    runs = moment.picture.runs
    return bool(runs) and runs[-1].until is None


def _reasons(moment: Moment) -> list[str]:
    if not _is_running(moment):
        return ["no daemon is running"]
    monitor = moment.picture.settings.monitor
    said = health(
        moment.picture.view, now=moment.at, scan_interval_s=monitor.scan_interval_sec,
        is_streaming=monitor.signal.use_intraday,
    )  # fmt: skip
    return list(moment.status.get("reasons", said))


def _session(moment: Moment) -> dict[str, Any]:
    """phase: open, before, after or closed (no session that day)."""
    opened = moment.picture.view.session
    if opened:
        return {"phase": "open", "day": opened.day, "opens": opened.opens, "closes": opened.closes}
    planned = _planned(moment)
    if planned is None:
        return {"phase": "after" if moment.picture.view.closed_day else "closed"}
    opens, closes = planned
    phase = "before" if moment.at < opens else "after"
    return {"phase": phase, "opens": opens, "closes": closes}


def _planned(moment: Moment) -> tuple[datetime, datetime] | None:
    today: TradingDay | None = moment.states["scan"].today if moment.states else None
    if today is None or today.session is None:
        return None
    return today.session.opens, today.session.closes


def _scan(moment: Moment) -> dict[str, Any]:
    picture, monitor = moment.picture, moment.picture.settings.monitor
    view, rounds = picture.view, moment.states["scan"].rounds if moment.states else None
    interval_s = rounds.interval_s if rounds and rounds.interval_s else monitor.scan_interval_sec
    last = picture.scans[-1] if picture.scans else None
    recent = sum(at > moment.at - timedelta(seconds=MINUTE_S) for at in picture.calls)
    return {
        "number": view.scan, "batches": view.batches, "waiting": len(rounds.waiting) if rounds else 0,
        "quoted": last.quoted if last else 0, "codes": len(view.names), "failed": last.failed if last else 0,
        "last_at": last.at if last else None, "interval_s": interval_s, "ok": view.scans_ok, "bad": view.scans_failed,
        "due_at": rounds.asked_at + timedelta(seconds=interval_s) if rounds and rounds.asked_at else None,
        "calls_last_minute": recent, "calls_per_minute_max": _calls_max(picture),
        "strip": [[int(one.at.timestamp()), one.failed] for one in list(picture.scans)[-60:]],
    }  # fmt: skip


def _calls_max(picture: DayPicture) -> int | None:
    gap_s = picture.settings.kis.rate_limit_sleep_sec
    return int(MINUTE_S / gap_s) if gap_s else None


def _link(moment: Moment) -> dict[str, Any]:
    picture, view = moment.picture, moment.picture.view
    held: Sized = moment.states["subscription"].held.ledger.slots if moment.states else view.subscriptions
    opened = picture.links[-1] if picture.links else None
    status = moment.status
    return {
        "state": view.link if _is_running(moment) else "down", "reason": view.link_reason,
        "since": opened.since if opened and opened.until is None else None,
        "opened": view.links_opened, "lost": view.links_lost,
        "live": view.live(), "targets": len(view.targets), "slots_used": len(held) if _is_running(moment) else 0,
        "slots_max": min(REGISTRATIONS_MAX, picture.settings.kis.ws_registrations_max),
        "slots_wanted_max": registrations_max(picture.settings),
        "frames_per_s": moment.frames_per_s, "lag_s": moment.lag_s,
        "last_frame_at": view.last_frame_at or status.get("last_frame_at"), "frames": status.get("frames"),
        "backlog": sum(status.get("mailboxes", {}).values()), "rejected": view.frames_rejected,
        "dropped": view.frames_dropped,
        "stale": [{"code": code, "name": view.names.get(code, code)} for code in view.stale],
        "refused": sum(state == "refused" for state, _ in view.subscriptions.values()),
        "slots": [
            {"code": code, "name": view.names.get(code, code), "state": state, "since": since}
            for (code, feed), (state, since) in view.subscriptions.items()
            if feed in TRADE_FEEDS.values() and _is_running(moment)
        ],
    }  # fmt: skip


def _mode(moment: Moment) -> dict[str, Any]:
    view, monitor = moment.picture.view, moment.picture.settings.monitor
    return {
        "safe": view.is_safe, "degraded": view.is_degraded, "slot_limit": view.slot_limit,
        "reason": moment.picture.mode_reason if view.is_safe or view.is_degraded else "",
        "interval_s": monitor.degraded_scan_interval_sec if view.is_degraded else None,
        "is_enabled": monitor.enabled,
    }  # fmt: skip


def _averages(view: View) -> dict[str, int]:
    return {"loaded": view.baselines_loaded, "missing": view.baselines_missing, "codes": len(view.names)}

"""Stories of ScanActor's day."""

from datetime import date, timedelta

from facts import DAY, OPENED, SAMSUNG, level_closes, started, tick, universe
from story import Story, given

from kis_actors.actors.scan import CORE as SCAN
from kis_actors.messages import (
    BaselineLoaded,
    BaselineMissing,
    BaselineRequested,
    BaselinesCompleted,
    DailyBarsFailed,
    Event,
    ScanRequested,
)

STARTED = started()
SUNDAY = date(2026, 11, 22)
MONDAY = date(2026, 11, 23)


def scanning(*codes: str, facts: tuple[Event, ...] = (), **monitor: object) -> Story:
    """An open session at 10:00:00, every average loaded, nothing asked yet."""
    loaded = tuple(level_closes(code) for code in codes)
    run = started(monitor=monitor)
    return given(SCAN, run, universe(*codes), tick("10:00:00"), OPENED, *loaded, *facts)


def asked(scan: int, batch: int = 1, batches: int = 1, *codes: str) -> ScanRequested:
    return ScanRequested(scan=scan, batch=batch, batches=batches, codes=codes)


def preparing(*codes: str, facts: tuple[Event, ...] = (), **signal: object) -> Story:
    """A quarter of an hour before the open."""
    run = started(monitor={"signal": signal})
    return given(SCAN, run, universe(*codes), tick("08:45:00"), *facts)


def bars_asked(code: str) -> BaselineRequested:
    """25 closes are within 64 calendar days before the day."""
    return BaselineRequested(code=code, start=DAY - timedelta(days=64), end=DAY - timedelta(days=1))


FAILED = DailyBarsFailed(code=SAMSUNG, reason="no answer")
AVERAGES = (BaselineLoaded, BaselineMissing)
NONE_LOADED = BaselinesCompleted(day=DAY, loaded=0, missing=(SAMSUNG,), newly=(SAMSUNG,))

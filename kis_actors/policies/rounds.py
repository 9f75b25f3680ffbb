"""The scans: which batches of the one under way are answered, and how many failed in a row.

Knows no event: what follows from it is said by ScanActor.
"""

from datetime import datetime
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

from kis_actors.settings import Monitor

DOUBTFUL_RATIO = 0.95
GOOD_SCANS = 2
"""So many good scans in a row end safe mode."""

Scope = Literal["all", "followed", "close"]


class Rounds(Struct, frozen=True, kw_only=True):
    """number: of the last scan. waiting: its batches without an answer.

    todays, outdated: quotes of it that are today's by the closes, and those of the day before; others may be either.

    asked_at, followed_asked_at: when the last scan of all codes, and the last other one, was asked for.
    bad, good: scans of all codes in a row. interval_s: between scans in safe mode, 0 out of it.
    """

    number: int = 0
    scope: Scope = "all"
    asked_at: datetime | None = None
    followed_asked_at: datetime | None = None
    waiting: tuple[int, ...] = ()
    batches: int = 0
    failed: int = 0
    quoted: int = 0
    todays: int = 0
    outdated: int = 0
    bad: int = 0
    good: int = 0
    interval_s: float = 0.0

    def restarted(self) -> "Rounds":
        """Questions of the run before will never be answered, and its last scan is old: all are asked anew."""
        number = self.number + 1 if self.waiting else self.number
        return replace(self, number=number, waiting=(), asked_at=None, followed_asked_at=None)

    def asked(self, number: int, batch: int, batches: int, scope: Scope, now: datetime | None) -> "Rounds":
        """With one more batch to wait for; the first begins a scan."""
        if batch > 1:
            return replace(self, waiting=(*self.waiting, batch))
        begun = replace(
            self, number=number, scope=scope, waiting=(1,), batches=batches, failed=0, quoted=0, todays=0,
            outdated=0,
        )  # fmt: skip
        return replace(begun, asked_at=now) if scope == "all" else replace(begun, followed_asked_at=now)

    def answered(
        self, number: int, batch: int, *, failed: int = 0, quoted: int = 0, todays: int = 0, outdated: int = 0
    ) -> "Rounds":  # fmt: skip
        """With the answer to one batch; that to an earlier scan changes nothing."""
        if number != self.number:
            return self
        waiting = tuple(other for other in self.waiting if other != batch)
        return replace(
            self, waiting=waiting, failed=self.failed + failed, quoted=self.quoted + quoted,
            todays=self.todays + todays, outdated=self.outdated + outdated,
        )  # fmt: skip

    def is_doubtful(self) -> bool:
        """Whether what the scan shows is, but for a few, the day before."""
        return self.outdated > 0 and self.outdated >= DOUBTFUL_RATIO * (self.outdated + self.todays)

    def completed(self, *, batches: int, failed: int, scope: Scope) -> "Rounds":
        """A scan of all codes most of whose batches failed is a failed one; what came of it is used all the same."""
        if scope != "all":
            return self
        if 2 * failed > batches:
            return replace(self, bad=self.bad + 1, good=0)
        return replace(self, bad=0, good=self.good + 1)

    def is_due(self, now: datetime, interval_s: float) -> bool:
        """Whether all codes are to be scanned."""
        return not self.waiting and _is_past(self.asked_at, now, self.interval_s or interval_s)

    def is_followed_due(self, now: datetime, interval_s: float) -> bool:
        """Whether the followed codes are to be scanned on their own; not while scans fail."""
        last = max((at for at in (self.asked_at, self.followed_asked_at) if at), default=None)
        return not self.waiting and not self.interval_s and _is_past(last, now, interval_s)

    def recovers(self) -> bool:
        """Whether safe mode is over."""
        return bool(self.interval_s) and self.good >= GOOD_SCANS

    def slower_s(self, monitor: Monitor) -> float:
        """The interval that as many failed scans in a row bring, if it is a new one; else 0."""
        if not self.bad or self.bad % monitor.safe_mode_after_scans:
            return 0.0
        usual_s = monitor.scan_interval_sec
        doubled_s = min(2 * (self.interval_s or usual_s), max(monitor.safe_interval_max_sec, usual_s))
        return 0.0 if doubled_s == self.interval_s else doubled_s


def _is_past(then: datetime | None, now: datetime, interval_s: float) -> bool:
    return then is None or (now - then).total_seconds() >= interval_s

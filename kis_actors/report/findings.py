"""What of a day is worth a look, in Korean and in English: every trouble the log tells of, the gravest first."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import pairwise
from typing import NamedTuple

from kis_actors.messages import (
    ActorFailed,
    AlertSuppressed,
    BaselineMissing,
    ClockStepped,
    CodesUnquoted,
    DegradedModeEntered,
    DiskLow,
    Event,
    FrameRejected,
    FramesDropped,
    LinkBlocked,
    ReadingPaused,
    RunStarted,
    SafeModeEntered,
    SettingsChanged,
    StreamGivenUp,
    StreamStale,
    SubscribeRefused,
    UniverseRefused,
)
from kis_actors.report.gathered import Gathered

GAP = timedelta(seconds=5)
"""A link that is back sooner is not worth a word of its own."""


class Finding(NamedTuple):
    """What to look at, in both languages, and with which command."""

    ko: str
    en: str
    command: str = ""


COUNTED: tuple[tuple[type[Event], str, str], ...] = (
    (ActorFailed, "내부 오류 {n}번", "{n} internal errors"),
    (LinkBlocked, "KIS가 링크를 막음 {n}번", "KIS blocked the link {n} times"),
    (DiskLow, "디스크 여유 부족 {n}번", "the disk was low {n} times"),
    (SafeModeEntered, "안전 모드 {n}번 (스캔 실패)", "safe mode {n} times (scans failed)"),
    (DegradedModeEntered, "저하 모드 {n}번 (실시간 끊김)", "degraded mode {n} times (no stream)"),
    (FramesDropped, "버린 프레임 기록 {n}건", "frames were dropped {n} times"),
    (ReadingPaused, "처리가 밀림 {n}번", "processing lagged {n} times"),
    (FrameRejected, "읽지 못한 프레임 {n}개", "{n} frames could not be read"),
    (UniverseRefused, "종목 목록 거절 {n}번", "the universe was refused {n} times"),
    (CodesUnquoted, "시세가 오지 않는 종목 기록 {n}건", "codes without quotes, said {n} times"),
    (StreamGivenUp, "실시간을 포기한 종목 {n}건", "{n} streams were given up"),
    (StreamStale, "실시간이 조용했던 일 {n}번", "streams went stale {n} times"),
    (SubscribeRefused, "구독 거절 {n}번", "{n} subscriptions were refused"),
    (ClockStepped, "시계가 튐 {n}번", "the clock stepped {n} times"),
    (BaselineMissing, "평균이 없는 종목 기록 {n}건", "codes without an average, said {n} times"),
    (SettingsChanged, "설정 변경 {n}번", "settings changed {n} times"),
    (AlertSuppressed, "알리지 않은 신호 {n}건", "{n} signals nobody was told of"),
)


def findings_of(day: Gathered) -> list[Finding]:
    """All of them; none for a day on which nothing was amiss."""
    return [*_undelivered(day), *_deaths(day), *_links(day), *_scans(day), *_counted(day)]


def _undelivered(day: Gathered) -> Iterator[Finding]:
    told = [one for alert in day.picture.ledger.alerts.values() for one in alert["deliveries"].values()]
    for status, korean, english in (
        ("failed", "전하지 못한 알림 {n}건", "{n} deliveries failed"),
        ("unknown", "닿았는지 모르는 알림 {n}건", "{n} deliveries of unknown fate"),
        ("pending", "끝나지 않은 전달 {n}건", "{n} deliveries never ended"),
    ):
        if count := sum(one["status"] == status for one in told):
            yield Finding(korean.format(n=count), english.format(n=count), f"kis-actors alerts {day.day}")


def _deaths(day: Gathered) -> Iterator[Finding]:
    found = [one.event.found for one in day.notable if isinstance(one.event, RunStarted) and one.event.found]
    if found:
        command = f"kis-actors verify {day.day}"
        yield Finding(f"데몬이 {len(found)}번 죽었다 다시 시작함", f"the daemon died {len(found)} times", command)


def _links(day: Gathered) -> Iterator[Finding]:
    gaps = list(_gaps(day))
    if gaps:
        longest_s = max((end - start).total_seconds() for start, end in gaps)
        yield Finding(
            f"링크가 {len(gaps)}번 끊김, 가장 길게 {longest_s:,.0f}초",
            f"the link was down {len(gaps)} times, {longest_s:,.0f} s at the longest",
            f"kis-actors events {day.day} --type LinkLost",
        )


def _gaps(day: Gathered) -> Iterator[tuple[datetime, datetime]]:
    """Between two links of the day."""
    for one, following in pairwise(day.picture.links):
        if one.until and following.since - one.until > GAP:
            yield one.until, following.since


def _scans(day: Gathered) -> Iterator[Finding]:
    if failed := [one for one in day.picture.scans if one.failed]:
        yield Finding(
            f"다 끝나지 않은 스캔 {len(failed)}번, 처음 {failed[0].at:%H:%M:%S}",
            f"{len(failed)} scans were not complete, the first at {failed[0].at:%H:%M:%S}",
            f"kis-actors events {day.day} --type ScanFailed",
        )


def _counted(day: Gathered) -> Iterator[Finding]:
    for kind, korean, english in COUNTED:
        if count := day.counts[kind]:
            command = f"kis-actors events {day.day} --type {kind.__name__}"
            yield Finding(korean.format(n=count), english.format(n=count), command)

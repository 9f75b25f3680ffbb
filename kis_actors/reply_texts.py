"""Every sentence NotifyActor answers in a chat, in Korean and in English; pure."""

from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple

from kis_actors.messages import CommandAccepted, SignalRaised
from kis_actors.policies.commands import COMMANDS, Misused
from kis_actors.texts import Language, timed_line

ALERTS_MAX = 15
LISTED_MAX = 20
WORD_CHARS_MAX = 40

USAGE: Mapping[str, tuple[str, str]] = {
    "status": ("지금 상태", "how it goes"),
    "near": ("신호에 가까운 종목", "the codes nearest to a signal"),
    "subs": ("실시간으로 보는 종목", "the codes that are streamed"),
    "alerts": ("오늘 알림", "the alerts of the day"),
    "why": ("왜 알렸는지, 왜 안 알렸는지", "why it did or did not alert"),
    "snooze": ("종목 쉬기 (30m, 2d, until close, off)", "nothing of that code (30m, 2d, until close, off)"),
    "unsnooze": ("종목 다시 알리기", "alerts of that code again"),
    "mute": ("모든 종목 쉬기 (1h, off)", "no alerts of any code (1h, off)"),
    "unmute": ("다시 알리기", "alerts again"),
    "pause": ("/resume까지 알리지 않기", "no alerts until /resume"),
    "resume": ("다시 알리기", "alerts again"),
    "pin": ("항상 실시간으로 보기", "always stream that code"),
    "unpin": ("고정 풀기", "stream it no longer for that"),
    "reload": ("설정 파일 다시 읽기", "read the settings again"),
    "help": ("도움말", "this"),
}
"""In Korean and in English."""
EXAMPLES: Mapping[str, str] = {"": "", "code": " 005930", "code span": " 005930 1h", "span": " until close"}


class Status(NamedTuple):
    """What /status says. link: open, down, or why it is blocked. quiet: pauses and mutes, in words."""

    closes: datetime | None
    scanned_at: datetime | None
    quoted: int
    failed: int
    link: str
    live: int
    slots: int
    is_safe: bool
    is_degraded: bool
    alerts: int
    suppressed: int
    undelivered: int
    quiet: tuple[str, ...]


def in_language(language: Language, korean: str, english: str) -> str:
    """The one of the two that is wanted."""
    return korean if language == "ko" else english


def help_text(language: Language) -> str:
    """Every command in a line."""
    return "\n".join(_usage(name, language) for name in COMMANDS)


def misused_text(said: Misused, language: Language) -> str:
    """What does not fit, and how it is written."""
    word, name = said.word[:WORD_CHARS_MAX], f"/{said.name}"
    korean, english = {
        "unknown": (f"모르는 명령입니다: {word}", f"no such command: {word}"),
        "no code": ("종목코드나 이름이 필요합니다.", "say a code or a name."),
        "stranger": (f"감시하지 않는 종목입니다: {word}", f"not a watched code: {word}"),
        "span": (f"기간을 모르겠습니다: {word}", f"no span of time: {word}"),
        "too much": (f"{name} 뒤에 남는 말입니다: {word}", f"too much after {name}: {word}"),
    }[said.trouble]
    meant = [in_language(language, "혹시: ", "perhaps: ") + ", ".join(said.similar)] if said.similar else []
    return "\n".join((in_language(language, korean, english), *meant, _usage(said.name or "help", language)))


def too_many_text(count_max: int, language: Language) -> str:
    """Said once, then there is silence for a while."""
    return in_language(
        language, f"명령은 1분에 {count_max}번까지 받습니다. 잠시 뒤에 다시 하세요.",
        f"{count_max} commands a minute are taken; wait a little.",
    )  # fmt: skip


def done_text(event: CommandAccepted, name: str, language: Language) -> str:
    """That what was asked for counts now. name: of the stock, if it is about one."""
    stock, until = f"{name} ({event.code})", until_text(event.until, language)
    korean, english = {
        "snooze": (f"{stock} 알림을 쉽니다: {until}", f"{stock}: no alerts {until}"),
        "unsnooze": (f"{stock} 알림을 다시 보냅니다.", f"{stock}: alerts again."),
        "mute": (f"모든 종목 알림을 쉽니다: {until}", f"no alerts of any code {until}"),
        "unmute": ("알림을 다시 보냅니다.", "alerts again."),
        "pause": ("알림을 멈춥니다. 감시는 계속합니다. 다시 받으려면 /resume",
                  "no alerts until /resume; the watching goes on."),
        "resume": ("알림을 다시 보냅니다.", "alerts again."),
        "reload": ("설정 파일을 다시 읽습니다.", "reading the settings again."),
    }[event.name]  # fmt: skip
    return in_language(language, korean, english)


def toast(language: Language) -> str:
    """What a pressed button shows for a moment."""
    return in_language(language, "확인", "ok")


def until_text(until: datetime | None, language: Language) -> str:
    """Until when, in words."""
    if until is None:
        return in_language(language, "마감까지", "until the close")
    return in_language(language, f"{until:%m-%d %H:%M}까지", f"until {until:%m-%d %H:%M}")


def status_text(of: Status, language: Language) -> str:
    """How it goes, in a few lines."""
    modes = (
        (of.is_safe, "안전 모드: 스캔이 실패하고 있습니다", "safe mode: scans fail"),
        (of.is_degraded, "실시간 끊김: 스캔으로 봅니다", "degraded: scans instead of the stream"),
    )
    return "\n".join((
        _session(of, language), _scan(of, language), _stream(of, language),
        *(in_language(language, korean, english) for is_on, korean, english in modes if is_on),
        _counts(of, language), *of.quiet,
    ))  # fmt: skip


def quiet_texts(
    *, is_paused: bool, is_muted: bool, muted_until: datetime | None, snoozed: Mapping[str, datetime | None],
    names: Mapping[str, str], language: Language,
) -> tuple[str, ...]:  # fmt: skip
    """What is not told on request, so that nobody forgets."""
    each = [f"{names.get(code, code)} {until_text(until, language)}" for code, until in snoozed.items()]
    lines = (
        (is_paused, in_language(language, "알림 멈춤 (/resume)", "paused (/resume)")),
        (is_muted, f"{in_language(language, '모든 종목 쉼', 'muted')} {until_text(muted_until, language)}"),
        (bool(each), f"{in_language(language, '쉬는 종목', 'snoozed')}: {some(each)}"),
    )
    return tuple(line for is_on, line in lines if is_on)


def alerts_text(signals: tuple[SignalRaised, ...], suppressed: int, language: Language) -> str:
    """The alerts of the session, the latest last."""
    if not signals:
        return in_language(language, "오늘 알림 없음", "no alert today")
    head = in_language(
        language, f"오늘 알림 {len(signals)}건, 보류 {suppressed}건",
        f"{len(signals)} alerts today, {suppressed} suppressed",
    )  # fmt: skip
    return "\n".join((head, *(timed_line(signal, language) for signal in signals[-ALERTS_MAX:])))


def last_alert_text(rule: str, at: datetime, quiet_until: datetime | None, language: Language) -> str:
    """The last alert of a code by a rule. quiet_until: while its cooldown runs."""
    when = f"{at:%m-%d %H:%M:%S}"
    last = in_language(language, f"마지막 알림: {rule} {when}", f"last alert: {rule} {when}")
    until = f"{quiet_until:%H:%M:%S}" if quiet_until else ""
    return last + (in_language(language, f", {until}까지 쿨다운", f", cooldown until {until}") if until else "")


def held_back_text(reason: str, language: Language) -> str:
    """A person asked not to be told. reason: as the log has it."""
    return in_language(language, f"지금은 알리지 않음: {reason}", f"not told now: {reason}")


def some(words: list[str]) -> str:
    """The first of them."""
    more = len(words) - LISTED_MAX
    return ", ".join(words[:LISTED_MAX]) + (f" +{more}" if more > 0 else "")


def _usage(name: str, language: Language) -> str:
    return f"/{name}{EXAMPLES[COMMANDS[name]]} - {in_language(language, *USAGE[name])}"


def _session(of: Status, language: Language) -> str:
    if of.closes is None:
        return in_language(language, "장 마감", "market closed")
    return in_language(language, f"장중 ({of.closes:%H:%M} 마감)", f"session open, closes {of.closes:%H:%M}")


def _scan(of: Status, language: Language) -> str:
    if of.scanned_at is None:
        return in_language(language, "아직 스캔 없음", "no scan yet")
    failed = in_language(language, f" (호출 {of.failed}번 실패)", f" ({of.failed} calls failed)") if of.failed else ""
    when = f"{of.scanned_at:%H:%M:%S}"
    scanned = f"마지막 스캔 {when} · {of.quoted}종목", f"last scan {when}, {of.quoted} codes"
    return in_language(language, *scanned) + failed


def _stream(of: Status, language: Language) -> str:
    links = {"open": ("연결됨", "link open"), "down": ("연결 없음", "link down")}
    link = in_language(language, *links.get(of.link, (of.link, of.link)))
    return in_language(language, f"실시간 {of.live}/{of.slots}종목 · {link}", f"{of.live} of {of.slots} live, {link}")


def _counts(of: Status, language: Language) -> str:
    count = of.undelivered
    told = f"오늘 알림 {of.alerts}건, 보류 {of.suppressed}건", f"{of.alerts} alerts, {of.suppressed} suppressed"
    waiting = in_language(language, f", 전송 대기 {count}건", f", {count} undelivered") if count else ""
    return in_language(language, *told) + waiting

"""Every sentence a person is told, in Korean and in English; pure, and the only file with such sentences.

Names and codes come through as they are (F&F, A_B*[x]): channels send plain text, so nothing needs escaping here.
"""

from typing import Literal

from kis_actors.messages import LinkBlocked, SafeModeEntered, SafeModeLeft, SignalRaised
from kis_actors.units import KST, percent, won, won_in_short

Language = Literal["ko", "en"]

RULE_NAMES = {
    "disparity_threshold": {"ko": "이격도 하회", "en": "disparity below threshold"},
}
REPEATED = {
    "ko": "재전송 (앞선 전송 확인 안 됨)",
    "en": "repeat (first delivery unconfirmed)",
}


def alert_text(signal: SignalRaised, alert_id: str, *, ma_days: int, language: Language) -> str:
    """What a person reads: who, which rule, the values, when it was seen (KST), where to look, and the alert's id."""
    return _korean(signal, alert_id, ma_days) if language == "ko" else _english(signal, alert_id, ma_days)


def safe_mode_text(event: SafeModeEntered | SafeModeLeft, language: Language) -> str:
    """Safe mode begins or ends, what that means, and what to look at."""
    every = f"{event.interval_s:g}"
    if isinstance(event, SafeModeLeft):
        return {
            "ko": f"[운영] 안전 모드 해제: 스캔이 다시 됩니다. {every}초마다 스캔합니다.",
            "en": f"[operator] safe mode left: scans work again, every {every} s.",
        }[language]
    return {
        "ko": f"[운영] 안전 모드: 스캔이 잇달아 실패했습니다 ({event.reason}). {every}초마다 다시 시도합니다. "
        "그동안 새로 구독하지 않고 스캔 가격으로는 알리지 않습니다. kis-actors doctor로 확인해 보세요.",
        "en": f"[operator] safe mode: {event.reason}. Trying every {every} s. "
        "Nothing new is subscribed meanwhile, and prices off scans raise no alert. Look with: kis-actors doctor",
    }[language]


def link_blocked_text(event: LinkBlocked, language: Language) -> str:
    """KIS refuses the link, when the next try comes, and what may be the cause."""
    when = {"ko": f"{event.wait_s:g}초 뒤에 다시 시도합니다.", "en": f"Next try in {event.wait_s:g} s."}
    if event.wait_s < 0:
        when = {"ko": "다시 시작할 때까지 시도하지 않습니다.", "en": "No try before the daemon is started again."}
    return {
        "ko": f"[운영] 실시간 연결이 막혔습니다: {event.reason}. {when['ko']} "
        "같은 앱키를 쓰는 다른 프로그램이 있는지 확인하세요.",
        "en": f"[operator] the real-time link is blocked: {event.reason}. {when['en']} "
        "Is another program using the same app key?",
    }[language]


def repeated(text: str, language: Language) -> str:
    """`text`, with a first line that says it may have come before."""
    return f"{REPEATED[language]}\n{text}"


def rule_name(rule: str, language: Language) -> str:
    """What people call `rule`."""
    return RULE_NAMES.get(rule, {}).get(language, rule)


def chart_url(code: str) -> str:
    """Where anyone can look at `code`."""
    return f"https://finance.naver.com/item/main.naver?code={code}"


def _korean(signal: SignalRaised, alert_id: str, ma_days: int) -> str:
    lines = [
        f"[{rule_name(signal.rule, 'ko')}] {signal.name} ({signal.code}, {signal.market})",
        f"{ma_days}일선 대비 {percent(signal.value)} (기준 {percent(signal.threshold)})",
        f"현재가 {won(signal.price_won)} (전일 대비 {percent(signal.change_ratio)}), "
        f"{ma_days}일선 {won(round(signal.average_won))}, 거래대금 {won_in_short(signal.cum_turnover_won)}원",
        f"관측 {_time(signal)} KST{_remarks(signal, scan='스캔', halted='거래정지')}",
        f"{chart_url(signal.code)} · {alert_id}",
    ]
    return "\n".join(lines)


def _english(signal: SignalRaised, alert_id: str, ma_days: int) -> str:
    lines = [
        f"[{rule_name(signal.rule, 'en')}] {signal.name} ({signal.code}, {signal.market})",
        f"{percent(signal.value)} against the {ma_days}-day average (threshold {percent(signal.threshold)})",
        f"price {signal.price_won:,} won ({percent(signal.change_ratio)} on the day), "
        f"average {round(signal.average_won):,} won, turnover {signal.cum_turnover_won:,} won",
        f"seen {_time(signal)} KST{_remarks(signal, scan='scan', halted='halted')}",
        f"{chart_url(signal.code)} · {alert_id}",
    ]
    return "\n".join(lines)


def _remarks(signal: SignalRaised, *, scan: str, halted: str) -> str:
    remarks = ((signal.source == "scan", scan), (signal.is_halted, halted))
    return "".join(f" · {remark}" for applies, remark in remarks if applies)


def _time(signal: SignalRaised) -> str:
    return signal.observed_at.astimezone(KST).strftime("%Y-%m-%d %H:%M:%S")

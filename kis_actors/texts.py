"""Every sentence a person is told, in Korean and in English; pure, and the only file with such sentences.

Names and codes come through as they are (F&F, A_B*[x]): channels send plain text, so nothing needs escaping here.
"""

from typing import Literal

from kis_actors.messages import SignalRaised
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

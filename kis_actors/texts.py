"""Every sentence of an alert, in Korean and in English; those about the daemon itself are in `operator_texts.py`.

Names and codes come through as they are (F&F, A_B*[x]): channels send plain text, so nothing needs escaping here.
"""

from typing import Literal

from kis_actors.messages import SignalRaised
from kis_actors.units import KST, percent, won, won_in_short

Language = Literal["ko", "en"]

RULE_NAMES = {
    "disparity_threshold": {"ko": "이격도 하회", "en": "disparity below threshold"},
}
REMARKS = {
    "scan": {"ko": "스캔", "en": "scan"},
    "degraded": {"ko": "실시간 끊김", "en": "no stream"},
    "interrupted": {"ko": "VI·정지 직후", "en": "after an interruption"},
    "halted": {"ko": "거래정지", "en": "halted"},
    "administrative": {"ko": "관리종목", "en": "administrative issue"},
    "liquidation": {"ko": "정리매매", "en": "liquidation trading"},
    "alarm": {"ko": "시장경고", "en": "market alarm"},
    "ex": {"ko": "권리락·배당락", "en": "ex-date"},
    "par_change": {"ko": "액면변경", "en": "par value changed"},
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
        f"관측 {_time(signal)} KST{_remarks(signal, 'ko')}",
        f"{chart_url(signal.code)} · {alert_id}",
    ]
    return "\n".join(lines)


def _english(signal: SignalRaised, alert_id: str, ma_days: int) -> str:
    lines = [
        f"[{rule_name(signal.rule, 'en')}] {signal.name} ({signal.code}, {signal.market})",
        f"{percent(signal.value)} against the {ma_days}-day average (threshold {percent(signal.threshold)})",
        f"price {signal.price_won:,} won ({percent(signal.change_ratio)} on the day), "
        f"average {round(signal.average_won):,} won, turnover {signal.cum_turnover_won:,} won",
        f"seen {_time(signal)} KST{_remarks(signal, 'en')}",
        f"{chart_url(signal.code)} · {alert_id}",
    ]
    return "\n".join(lines)


def _remarks(signal: SignalRaised, language: Language) -> str:
    """Flags that only the universe file knows are shown as they are."""
    words = [*(["scan"] if signal.source == "scan" else []), *(["halted"] if signal.is_halted else []), *signal.remarks]
    return "".join(f" · {REMARKS.get(word, {}).get(language, word)}" for word in dict.fromkeys(words))


def _time(signal: SignalRaised) -> str:
    return signal.observed_at.astimezone(KST).strftime("%Y-%m-%d %H:%M:%S")

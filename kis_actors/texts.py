"""Every sentence of an alert, in Korean and in English; those about the daemon itself are in `operator_texts.py`.

Names and codes come through as they are (F&F, A_B*[x]): channels send plain text, so nothing needs escaping here.
"""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Literal

from kis_actors.messages import Button, SignalRaised
from kis_actors.rules import RULES
from kis_actors.units import KST, percent, won, won_in_short

Language = Literal["ko", "en"]

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
DIGEST_MAX = 20
REPEATED = {
    "ko": "재전송 (앞선 전송 확인 안 됨)",
    "en": "repeat (first delivery unconfirmed)",
}
UNCONFIRMED = {"ko": "전송 확인 안 됨", "en": "delivery unconfirmed"}


def alert_text(signal: SignalRaised, alert_id: str, *, ma_days: int, language: Language) -> str:
    """What a person reads: who, which rule, the values, when it was seen (KST), where to look, and the alert's id."""
    return _korean(signal, alert_id, ma_days) if language == "ko" else _english(signal, alert_id, ma_days)


def repeated(text: str, language: Language) -> str:
    """`text`, with a first line that says it may have come before."""
    return f"{REPEATED[language]}\n{text}"


def unconfirmed(title: str, language: Language) -> str:
    """`title` of a message that may have come all the same."""
    return f"{title} ({UNCONFIRMED[language]})"


def recap_text(titles: tuple[str, ...], more: int, language: Language) -> str:
    """What could not be told in time, in one message. more: how many besides those named."""
    count = len(titles) + more
    head = {"ko": f"전송하지 못한 알림 {count}건", "en": f"{count} messages that could not be sent in time"}
    lines = (f"· {title}" for title in titles)
    return "\n".join((f"[{head[language]}]", *lines, *([f"… +{more}"] if more > 0 else [])))


def digest_text(signals: tuple[SignalRaised, ...], language: Language) -> str:
    """A burst of signals, one line each."""
    head = {"ko": f"한꺼번에 {len(signals)}건", "en": f"{len(signals)} signals at once"}
    lines = (f"· {signal.name} ({signal.code}) {_in_short(signal, language)}" for signal in signals[:DIGEST_MAX])
    more = len(signals) - DIGEST_MAX
    return "\n".join((f"[{head[language]}]", *lines, *([f"… +{more}"] if more > 0 else [])))


def opening_text(codes: int, averages: int, rules: tuple[str, ...], language: Language) -> str:
    """The session opens, and what is watched. averages: 0 while they are still being read."""
    named = ", ".join(rules)
    read = {"ko": f"평균 {averages}종목", "en": f"{averages} with an average"}
    unread = {"ko": "평균은 읽는 중", "en": "averages still being read"}
    known = (read if averages else unread)[language]
    return {
        "ko": f"[개장] {codes}종목 감시를 시작합니다. {known}, 규칙: {named}",
        "en": f"[open] watching {codes} codes, {known}; rules: {named}",
    }[language]


def closing_text(day: date, signals: tuple[SignalRaised, ...], suppressed: int, language: Language) -> str:
    """How the session went; that nothing happened is one line."""
    if not signals:
        return {"ko": f"[마감] {day} 알림 없음", "en": f"[close] {day}: nothing happened"}[language]
    head = {
        "ko": f"[마감] {day} 알림 {len(signals)}건, 보류 {suppressed}건",
        "en": f"[close] {day}: {len(signals)} alerts, {suppressed} suppressed",
    }
    lines = (timed_line(signal, language) for signal in signals[:DIGEST_MAX])
    more = len(signals) - DIGEST_MAX
    return "\n".join((head[language], *lines, *([f"… +{more}"] if more > 0 else [])))


def timed_line(signal: SignalRaised, language: Language) -> str:
    """An alert of the day in one line."""
    return f"· {_time(signal)[11:16]} {signal.name} {_in_short(signal, language)}"


def _in_short(signal: SignalRaised, language: Language) -> str:
    return f"{rule_name(signal, language)} {measured(signal, None, language)}".rstrip()


def rule_name(signal: SignalRaised, language: Language) -> str:
    """What people call the rule of a signal."""
    return rule_label(signal.rule, signal.kind or signal.rule, language)


def rule_label(rule: str, kind: str, language: Language) -> str:
    """What people call a rule: by its kind, and by its own name if it has another."""
    words = RULES[kind].WORDS if kind in RULES else {}
    name = str(words.get(language, kind))
    return name if kind == rule else f"{name} · {rule}"


def in_unit(kind: str, value: float, language: Language) -> str:
    """A value or threshold of that kind of rule, for people; "" for one without a unit."""
    unit = RULES[kind].UNIT if kind in RULES else "ratio"
    return SHOWN[unit](value, language) if unit else ""


def alert_buttons(code: str, language: Language) -> tuple[Button, ...]:
    """What may be pressed under an alert; what a button carries is a command."""
    labels = {"ko": ("1시간 쉼", "오늘 그만", "왜?"), "en": ("1 h off", "off today", "why?")}[language]
    commands = (f"snooze {code} 1h", f"snooze {code} today", f"why {code}")
    return tuple(Button(label, data) for label, data in zip(labels, commands, strict=True))


def chart_url(code: str) -> str:
    """Where anyone can look at `code`."""
    return f"https://finance.naver.com/item/main.naver?code={code}"


def trading_view_url(code: str) -> str:
    """The same at TradingView, which writes KRX:005930."""
    return f"https://www.tradingview.com/chart/?symbol=KRX:{code}"


def measured(signal: SignalRaised, ma_days: int | None, language: Language) -> str:
    """The rule's value and threshold in its unit, and against which average if that is given; "" without a unit."""
    kind = signal.kind or signal.rule
    value, threshold = in_unit(kind, signal.value, language), in_unit(kind, signal.threshold, language)
    if not value:
        return ""
    if kind not in AGAINST_AVERAGE or ma_days is None:
        return {"ko": f"{value} (기준 {threshold})", "en": f"{value} (threshold {threshold})"}[language]
    return {
        "ko": f"{ma_days}일선 대비 {value} (기준 {threshold})",
        "en": f"{value} against the {ma_days}-day average (threshold {threshold})",
    }[language]


def _korean(signal: SignalRaised, alert_id: str, ma_days: int) -> str:
    average = f"{ma_days}일선 {won(round(signal.average_won))}, " if _has_average(signal) else ""
    price = (
        f"현재가 {won(signal.price_won)} (전일 대비 {percent(signal.change_ratio)}), "
        f"{average}거래대금 {won_in_short(signal.cum_turnover_won)}원"
    )
    lines = [
        f"[{rule_name(signal, 'ko')}] {signal.name} ({signal.code}, {signal.market})",
        measured(signal, ma_days, "ko"),
        price if signal.price_won else f"현재가 -{_previous_close(signal, '전일 종가', 'ko')}",
        f"관측 {_time(signal)} KST{_remarks(signal, 'ko')}",
        trading_view_url(signal.code),
        f"{chart_url(signal.code)} · {alert_id}",
    ]
    return "\n".join(line for line in lines if line)


def _english(signal: SignalRaised, alert_id: str, ma_days: int) -> str:
    average = f"average {round(signal.average_won):,} won, " if _has_average(signal) else ""
    price = (
        f"price {signal.price_won:,} won ({percent(signal.change_ratio)} on the day), "
        f"{average}turnover {signal.cum_turnover_won:,} won"
    )
    lines = [
        f"[{rule_name(signal, 'en')}] {signal.name} ({signal.code}, {signal.market})",
        measured(signal, ma_days, "en"),
        price if signal.price_won else f"price -{_previous_close(signal, 'previous close', 'en')}",
        f"seen {_time(signal)} KST{_remarks(signal, 'en')}",
        trading_view_url(signal.code),
        f"{chart_url(signal.code)} · {alert_id}",
    ]
    return "\n".join(line for line in lines if line)


def _previous_close(signal: SignalRaised, words: str, language: Language) -> str:
    """In place of a price, when an interruption came before the first one of the day."""
    return f" ({words} {_won(signal.average_won, language)})" if signal.average_won else ""


def _has_average(signal: SignalRaised) -> bool:
    return (signal.kind or signal.rule) in AGAINST_AVERAGE


def _remarks(signal: SignalRaised, language: Language) -> str:
    """Flags that only the universe file knows are shown as they are."""
    words = [*(["scan"] if signal.source == "scan" else []), *(["halted"] if signal.is_halted else []), *signal.remarks]
    return "".join(f" · {REMARKS.get(word, {}).get(language, word)}" for word in dict.fromkeys(words))


def _time(signal: SignalRaised) -> str:
    return signal.observed_at.astimezone(KST).strftime("%Y-%m-%d %H:%M:%S")


def _ratio(value: float, _: Language) -> str:
    return percent(value)


def _times(value: float, language: Language) -> str:
    return f"{value:.1f}{'배' if language == 'ko' else ' times'}"


def _won(value: float, language: Language) -> str:
    return won(round(value)) if language == "ko" else f"{round(value):,} won"


SHOWN: Mapping[str, Callable[[float, Language], str]] = {"ratio": _ratio, "times": _times, "won": _won}
AGAINST_AVERAGE = ("disparity_threshold", "near_threshold")

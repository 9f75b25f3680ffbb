"""What SubscriptionActor and SignalActor answer in a chat, in Korean and in English; pure."""

from collections.abc import Mapping
from datetime import datetime

from kis_actors.policies.ranking import Ranked
from kis_actors.reply_texts import in_language, some
from kis_actors.signals.standing import Explanation, Standing
from kis_actors.texts import Language, in_unit, rule_label
from kis_actors.units import percent, won

Names = Mapping[str, str]
"""Of the watched stocks, by code."""
Slots = tuple[tuple[str, str, datetime], ...]
"""Code, state, and since when."""

PLACES: Mapping[str, tuple[str, str]] = {
    "slot": ("실시간", "live"),
    "no slot": ("자리 없음", "no slot"),
    "cooling": ("재구독 대기", "cooling down"),
    "refused": ("KIS 거절", "refused by KIS"),
    "churn budget": ("교체 한도", "churn budget"),
}
STATES: Mapping[str, tuple[str, str]] = {
    "requested": ("요청함", "requested"),
    "live": ("실시간", "live"),
    "releasing": ("해지 중", "releasing"),
    "refused": ("KIS 거절", "refused by KIS"),
}
VERDICTS: Mapping[str, tuple[str, str]] = {
    "unseen": ("아직 판정한 가격 없음", "no price judged yet"),
    "unmeasured": ("아직 잴 수 없음 (일봉이나 구간이 모자람)", "too few closes, or no whole window yet"),
    "session": ("정규장 밖", "outside the regular session"),
    "age": ("오래된 체결이라 보지 않음", "the trade was too old"),
    "turnover": ("거래대금 부족", "too little turnover"),
    "interrupted": ("VI·거래정지 중", "trading is interrupted"),
    "far": ("미충족", "not met"),
    "rearming": ("미충족, 더 돌아와야 다시 셈", "not met; must come back further to count again"),
    "holding": ("충족, 유지 시간 대기", "met, not yet for long enough"),
    "told": ("충족, 이미 신호 냄", "met, and raised already"),
    "moot": ("충족, 알릴 것 없음", "met, with nothing to say"),
}


def near_text(ranked: tuple[Ranked, ...], names: Names, language: Language) -> str:
    """The codes nearest to a signal, and why."""
    if not ranked:
        return in_language(language, "아직 순위가 없습니다 (개장 뒤 첫 스캔부터).", "no ranking before the first scan.")
    return "\n".join(near_line(place, one, names, language) for place, one in enumerate(ranked, start=1))


def near_line(place: int, one: Ranked, names: Names, language: Language) -> str:
    """One code of the ranking."""
    where = in_language(language, *PLACES.get(one.place, (one.place, one.place)))
    price = _price(one.price_won, language)
    return f"{place}. {_named(one.code, names)} {price} · {one.rule}{_to_go(one, language)} · {where}"


def subs_text(slots: Slots, pins: tuple[str, ...], names: Names, language: Language) -> str:
    """What is streamed, and what is pinned."""
    lines = [_slot_line(slot, pins, names, language) for slot in slots]
    nothing = in_language(language, "실시간으로 보는 종목이 없습니다.", "nothing is streamed.")
    taken = [code for code, _, _ in slots]
    waiting = [names.get(code, code) for code in pins if code not in taken]
    pinned = [f"{in_language(language, '고정 (대기)', 'pinned, waiting')}: {some(waiting)}"] if waiting else []
    return "\n".join((*(lines or [nothing]), *pinned))


def pins_text(pins: tuple[str, ...], names: Names, language: Language) -> str:
    """What is pinned now."""
    listed = some([_named(code, names) for code in pins]) or in_language(language, "없음", "none")
    soon = in_language(language, "자리는 교체 규칙에 따라 생깁니다.", "Slots follow as the rules of swapping allow.")
    return "\n".join((in_language(language, f"고정 종목: {listed}", f"pinned: {listed}"), *([soon] if pins else [])))


def pins_full_text(count_max: int, language: Language) -> str:
    """No further pin."""
    return in_language(
        language, f"고정은 {count_max}종목까지입니다. /unpin으로 하나를 먼저 푸세요.",
        f"at most {count_max} codes may be pinned; /unpin one first.",
    )  # fmt: skip


def why_text(of: Explanation, language: Language) -> str:
    """What every rule measures of a code, and what keeps it from counting."""
    states = (
        (not of.is_in_session, "장중이 아니므로 판정하지 않습니다", "no session: nothing is judged"),
        (of.is_safe, "안전 모드: 스캔 가격으로는 알리지 않습니다", "safe mode: scans raise no alert"),
        (bool(of.interruption), f"거래 중단: {of.interruption}", f"interrupted: {of.interruption}"),
    )
    live = ("실시간 구독 중", "streamed") if of.is_live else ("스캔으로만 봄", "scans only")
    return "\n".join((
        f"{of.name} ({of.code}, {of.market})", _seen(of, language), in_language(language, *live),
        *(in_language(language, korean, english) for is_on, korean, english in states if is_on),
        *(_standing_line(one, language) for one in of.standings),
    ))  # fmt: skip


def _seen(of: Explanation, language: Language) -> str:
    if of.seen_at is None:
        return in_language(language, "오늘 본 가격 없음", "no price seen today")
    source = in_language(language, *{"trade": ("체결", "trade"), "scan": ("스캔", "scan")}[of.source])
    return f"{_price(of.price_won, language)} ({percent(of.change_ratio)}) · {of.seen_at:%H:%M:%S} {source}"


def _to_go(one: Ranked, language: Language) -> str:
    if one.distance is None:
        return ""
    ratio = percent(abs(one.distance))[1:]
    if one.distance <= 0:
        return in_language(language, f" {ratio} 넘음", f" beyond by {ratio}")
    return in_language(language, f" {ratio} 남음", f" {ratio} to go")


def _slot_line(slot: tuple[str, str, datetime], pins: tuple[str, ...], names: Names, language: Language) -> str:
    code, state, since = slot
    pinned = in_language(language, " · 고정", " · pinned") if code in pins else ""
    return f"· {_named(code, names)} {in_language(language, *STATES[state])} {since:%H:%M:%S}{pinned}"


def _standing_line(one: Standing, language: Language) -> str:
    held = f" {one.held_s:g}/{one.for_s:g}s" if one.verdict == "holding" else ""
    label, verdict = rule_label(one.name, one.kind, language), in_language(language, *VERDICTS[one.verdict])
    return f"· {label}: {_measured(one, language)}{verdict}{held}"


def _measured(one: Standing, language: Language) -> str:
    value = in_unit(one.kind, one.reading.value, language) if one.reading else ""
    if not (one.reading and value):
        return ""
    threshold, distance = in_unit(one.kind, one.reading.threshold, language), percent(abs(one.reading.distance))[1:]
    to_go = in_language(language, f", {distance} 남음", f", {distance} to go") if one.reading.distance > 0 else ""
    return in_language(language, f"{value} (기준 {threshold}{to_go}) ", f"{value} (threshold {threshold}{to_go}) ")


def _named(code: str, names: Names) -> str:
    return f"{names.get(code, code)} ({code})"


def _price(price_won: int, language: Language) -> str:
    return in_language(language, won(price_won), f"{price_won:,} won")

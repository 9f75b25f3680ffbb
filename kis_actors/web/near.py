"""What "Near" shows: the codes closest to a signal, why, whether each has a slot, and how fresh its price is."""

from typing import Any

from kis_actors.actors.subscription import nearest_of
from kis_actors.duties import judgement
from kis_actors.policies.ranking import Ranked
from kis_actors.texts import rule_label
from kis_actors.watch_texts import PLACES, STATES
from kis_actors.web.moment import Moment

NEAR_SHOWN = 60
SPARK_POINTS = 60


def near_of(moment: Moment) -> list[dict[str, Any]] | None:
    """Best first; None while the actors' states are not known yet."""
    if moment.states is None:
        return None
    ranked = nearest_of(moment.states["subscription"])[:NEAR_SHOWN]
    return [_row(moment.states, moment, place, one) for place, one in enumerate(ranked, start=1)]


def spark_of(states: dict[str, Any], code: str) -> list[int]:
    """The day's prices in won, a point for every three minutes, the last one included."""
    signal = states["signal"]
    line = [price_won for _, price_won in judgement.line_of(signal.day, code)][-SPARK_POINTS:]
    last = signal.last_prices.get(code)
    return [*line, last.price_won] if last else line


def both(words: tuple[str, str] | None, otherwise: str) -> dict[str, str]:
    """A word in Korean and in English."""
    korean, english = words or (otherwise, otherwise)
    return {"ko": korean, "en": english}


def label_of(moment: Moment, rule: str) -> dict[str, str]:
    """What people call a rule of the settings."""
    params = moment.picture.settings.monitor.rules.get(rule)
    kind = str(params.__struct_config__.tag) if params else rule
    return {"ko": rule_label(rule, kind, "ko"), "en": rule_label(rule, kind, "en")}


def _row(states: dict[str, Any], moment: Moment, place: int, one: Ranked) -> dict[str, Any]:
    signal, view, code = states["signal"], moment.picture.view, one.code
    last, stock = signal.last_prices.get(code), signal.stocks.get(code)
    slot = view.slot_of(code)
    return {
        "rank": place, "code": code, "name": stock.name if stock else code, "market": stock.market if stock else "",
        "price": last.price_won if last else one.price_won, "change": last.change_ratio if last else None,
        "seen_at": last.traded_at if last else None, "source": last.source if last else "",
        "rule": label_of(moment, one.rule), "distance": one.distance, "disparity": one.disparity, "score": one.score,
        "place": both(PLACES.get(one.place), one.place), "slot": slot, "slot_text": both(STATES.get(slot), slot),
        "is_stale": code in view.stale and slot == "live", "interruption": signal.watch.interruption_of(code),
        "is_pinned": code in states["subscription"].pins, "spark": spark_of(states, code),
    }  # fmt: skip

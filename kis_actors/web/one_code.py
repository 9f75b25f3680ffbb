"""What the page of one code shows: why there is or is not a signal, its events, and the levels of its chart."""

from datetime import date, datetime
from typing import Any

from kis_actors.commands.explaining import moment_of, why_json
from kis_actors.duties import judgement
from kis_actors.market.baseline import completed_total_won
from kis_actors.settings import Signal
from kis_actors.units import KST
from kis_actors.watch_texts import PLACES, STATES, VERDICTS
from kis_actors.web.moment import Moment
from kis_actors.web.near import both, label_of

DAY_S = 86_400
EVENTS_SHOWN = 200


def code_of(moment: Moment, code: str) -> dict[str, Any]:
    """All of it as JSON takes it. Raises ValueError for a code that is not watched, or states not known yet."""
    if moment.states is None or code not in moment.states["signal"].stocks:
        raise ValueError(f"expected a watched code, found {code[:12]!r}")
    why = why_json(moment_of(moment.states, code, moment.path, moment.at))
    for rule in why["rules"]:
        rule |= {"label": label_of(moment, rule["rule"]), "said": both(VERDICTS.get(rule["verdict"]), rule["verdict"])}
    place = why["place"] or ""
    return {
        "at": moment.at, "why": why, "place": both(PLACES.get(place), place),
        "slot": both(STATES.get(why["slot"]), why["slot"]), "events": _events(moment, code),
        "levels": levels_of(moment, code), "spans": _spans(moment, code), "marks": _marks(moment, code),
        "line": line_of(moment, code), "session": _session(moment),
    }  # fmt: skip


def line_of(moment: Moment, code: str) -> list[tuple[int, int]]:
    """The day's prices so far as seconds since 1970 and won, a point for every three minutes and the last price."""
    if moment.states is None:
        return []
    signal = moment.states["signal"]
    midnight_s = int(datetime.combine(date.fromisoformat(moment.path.stem), datetime.min.time(), KST).timestamp())
    line = [(midnight_s + at_s, price_won) for at_s, price_won in judgement.line_of(signal.day, code)]
    last = signal.last_prices.get(code)
    return [*line, (int(last.traded_at.timestamp()), last.price_won)] if last else line


def levels_of(moment: Moment, code: str) -> dict[str, float | None]:
    """average_won: of the closes the rules measure against, with the last price. threshold_won: the price at which the
    main rule counts; both None without enough closes.
    """
    assert moment.states is not None
    signal_state, wanted = moment.states["signal"], moment.picture.settings.monitor.signal
    closes_won, last = signal_state.day.closes_won.get(code, ()), signal_state.last_prices.get(code)
    includes = wanted.ma_includes_today
    total_won = completed_total_won(closes_won, ma_days=wanted.ma_days, includes_today=includes)
    if total_won is None:
        return {"average_won": None, "threshold_won": None}
    price_won = last.price_won if last else (closes_won[-1] if closes_won else 0)
    average_won = (total_won + price_won if includes else total_won) / wanted.ma_days
    return {"average_won": average_won, "threshold_won": threshold_price_won(total_won, wanted)}


def threshold_price_won(total_won: int, wanted: Signal) -> float:
    """The price that is exactly at the threshold. total_won: of the completed closes.

    With the price itself in the average, price = (1 + threshold) * (total + price) / days, solved for the price.
    """
    factor = 1 + wanted.disparity_threshold
    divisor = wanted.ma_days - factor if wanted.ma_includes_today else wanted.ma_days
    return factor * total_won / divisor


def _session(moment: Moment) -> dict[str, Any] | None:
    assert moment.states is not None
    session = moment.states["scan"].today.session
    return {"opens": session.opens, "closes": session.closes} if session else None


def _spans(moment: Moment, code: str) -> list[dict[str, Any]]:
    spans = moment.picture.spans.get(code, [])
    return [{"since": one.since, "until": one.until or moment.at, "is_open": one.until is None} for one in spans]


def _marks(moment: Moment, code: str) -> list[dict[str, Any]]:
    alerts = (alert["signal"] for alert in moment.picture.ledger.alerts.values() if alert["code"] == code)
    return [{"at": one.observed_at, "price": one.price_won, "rule": label_of(moment, one.rule)} for one in alerts]


def _events(moment: Moment, code: str) -> list[dict[str, Any]]:
    """Newest first."""
    happened = list(moment.picture.events.get(code, ()))[-EVENTS_SHOWN:]
    return [{"at": one.at, "seq": one.seq, "type": one.type, "said": one.said} for one in reversed(happened)]

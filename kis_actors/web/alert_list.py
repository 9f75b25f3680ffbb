"""What "Alerts" shows: each alert with its deliveries, and what the price has done since."""

from datetime import datetime
from typing import Any

from kis_actors.duties import judgement
from kis_actors.messages import SignalRaised
from kis_actors.texts import measured, rule_name
from kis_actors.web.moment import Moment


def alerts_in(moment: Moment) -> list[dict[str, Any]]:
    """Newest first."""
    return [_row(moment, alert) for alert in reversed(moment.picture.ledger.alerts.values())]


def _row(moment: Moment, alert: dict[str, Any]) -> dict[str, Any]:
    signal: SignalRaised = alert["signal"]
    return {
        "alert_id": alert["alert_id"], "seq": alert["seq"], "code": signal.code, "name": signal.name,
        "market": signal.market, "observed_at": signal.observed_at, "price": signal.price_won,
        "change": signal.change_ratio, "value": signal.value, "threshold": signal.threshold, "source": signal.source,
        "rule": {language: rule_name(signal, language) for language in ("ko", "en")},
        "measured": {language: measured(signal, None, language) for language in ("ko", "en")},
        "deliveries": list(alert["deliveries"].values()), "since": since_of(moment, signal),
    }  # fmt: skip


def since_of(moment: Moment, signal: SignalRaised) -> dict[str, Any] | None:
    """The price now, and the lowest and highest since, as ratios of the alert's price; None if nothing is known.

    Lowest and highest are of the day's line, a point for every three minutes.
    """
    if moment.states is None or not signal.price_won:
        return None
    state = moment.states["signal"]
    last = state.last_prices.get(signal.code)
    if last is None or last.traded_at < signal.observed_at:
        return None
    line = judgement.line_of(state.day, signal.code)
    later = [price_won for at_s, price_won in line if at_s >= _second_of_day(signal.observed_at)]
    prices_won = [*later, last.price_won]
    return {
        "now": last.price_won / signal.price_won - 1, "low": min(prices_won) / signal.price_won - 1,
        "high": max(prices_won) / signal.price_won - 1, "at": last.traded_at,
    }  # fmt: skip


def _second_of_day(at: datetime) -> int:
    return at.hour * 3600 + at.minute * 60 + at.second

"""Which alerts a day should make, worked out from docs/rules.md in the plainest way; shares no code with the product.

Every price is kept, every question is answered by going through all of them, and ratios are exact fractions. Times are
whole seconds, but for `now`, which is as the clock has it.
"""

from collections.abc import Iterable, Iterator
from fractions import Fraction
from typing import Any, NamedTuple

EVERY_RULE: dict[str, Any] = {
    "enabled": True, "alert": True, "for_sec": 0, "rearm_ratio": 0.005, "cooldown_sec": None, "session": "regular",
    "max_age_sec": 300, "min_turnover_won": 0, "markets": (), "codes": (), "per": {},
}  # fmt: skip
OF_KIND: dict[str, dict[str, Any]] = {
    "disparity_threshold": {"threshold": -0.08},
    "near_threshold": {"threshold": None, "band": 0.01},
    "rapid_fall": {"fall_ratio": 0.03, "window_sec": 300},
    "turnover_surge_fall": {
        "times": 5, "window_sec": 60, "pace_sec": 1200, "previous_day_times": 1, "fall_ratio": 0.01,
    },
    "breakout": {"of": "day_low", "by_ratio": 0, "min_day_sec": 1800},
    "vi_or_halt": {"vi": True, "halt": True},
    "all_of": {}, "any_of": {}, "not": {},
}  # fmt: skip
COMPOSED = ("all_of", "any_of", "not")
SURGE_HALF = Fraction("0.02")
"""A surge that is short of `times` by a half is as far away as one percent of the price."""
SCANS_MISSED = Fraction("2.5")

Rule = dict[str, Any]
Alert = tuple[str, str, int]
"""Code, rule and second."""


class Settings(NamedTuple):
    """What the settings say; rules as in the file, groups and the main line too."""

    rules: dict[str, Rule]
    groups: dict[str, tuple[str, ...]]
    line: float = -0.08
    line_rearm: float = 0.005
    line_max_age_s: float = 300
    regular_only: bool = True
    use_intraday: bool = True
    cooldown_s: float = 600
    scan_interval_s: float = 60

    def book(self) -> dict[str, Rule]:
        """All rules with their defaults, members before what is made of them."""
        line = {"rule": "disparity_threshold", "threshold": self.line, "rearm_ratio": self.line_rearm,
                "max_age_sec": self.line_max_age_s, "session": "regular" if self.regular_only else "all"}  # fmt: skip
        full = {name: EVERY_RULE | OF_KIND[rule["rule"]] | rule
                for name, rule in {"disparity_threshold": line, **self.rules}.items()}  # fmt: skip
        for rule in full.values():
            if rule["rule"] == "near_threshold" and rule["threshold"] is None:
                rule["threshold"] = self.line
        return full


class Stock(NamedTuple):
    """A code and the days before: closes oldest first, high and low of the last; 0 for none."""

    code: str
    market: str
    closes_won: tuple[int, ...] = ()
    high_won: int = 0
    low_won: int = 0


class Price(NamedTuple):
    """One price as it was told. at_s: its stamp. high_won, low_won: of the day by KIS, this price included."""

    code: str
    source: str
    at_s: int
    won: int
    turnover_won: int = 0
    volume: int = 0
    volume_before: int = 0
    high_won: int = 0
    low_won: int = 0
    expected: bool = False
    market_class: str = "2"
    kind: str = ""


class Look(NamedTuple):
    """One look of a rule at a code. since_s: of the price. levels: high and low of the day before it.

    is_back: the price is back so far that the rule may count again. is_spent: it counted now, or will not.
    """

    at_s: int
    holds: bool
    is_back: bool
    levels: tuple[int, int]
    is_spent: bool = False


GAP = Look(0, holds=False, is_back=False, levels=(0, 0))
"""Something was missed, or the clock cannot go on: nothing has held ever since, and nothing came back either."""


class Oracle:
    """The day, told fact by fact. alerts: what it should have made so far."""

    def __init__(self, stocks: Iterable[Stock], settings: Settings) -> None:
        self.stocks = {stock.code: stock for stock in stocks}
        self.settings, self.book = settings, settings.book()
        self.opens_s: int | None = None
        self.closes_s = 0
        self.prices: dict[tuple[str, str], list[Price | int]] = {}
        self.extremes: dict[str, list[int]] = {}
        self.looks: dict[tuple[str, str], list[Look]] = {}
        self.last: dict[tuple[str, str], Price] = {}
        self.newest: dict[str, Price] = {}
        self.stopped: dict[str, str] = {}
        self.live: dict[str, list[Any]] = {}
        self.alerts: list[Alert] = []
        self.told: dict[tuple[str, str], float] = {}

    # --- facts

    def open(self, opens_s: int, closes_s: int) -> None:
        """A new day."""
        self.opens_s, self.closes_s = opens_s, closes_s
        self.prices, self.extremes, self.looks, self.last = {}, {}, {}, {}

    def close(self) -> None:
        self.opens_s = None

    def change(self, now: float, settings: Settings) -> None:
        """Other settings: farther back than anybody looked so far nothing was seen, and what held begins anew."""
        before, self.settings, self.book = self.book, settings, settings.book()
        if longest(self.book) > longest(before):
            for prices in self.prices.values():
                prices.append(int(now))
        for code in self.stocks:
            self.forget(code)

    def restart(self, now: float) -> None:
        self.live = {}
        self.miss(now, tuple(self.stocks))

    def subscribed(self, now: float, code: str) -> None:
        self.live[code] = [None, False, 0, False]
        self.miss(now, (code,))

    def released(self, now: float, code: str) -> None:
        self.live.pop(code, None)
        self.miss(now, (code,))

    def lost(self, now: float) -> None:
        """The link broke, and with it every stream."""
        self.miss(now, tuple(self.live))
        self.live = {}

    def dropped(self, now: float) -> None:
        self.miss(now, tuple(self.live))

    def miss(self, now: float, codes: tuple[str, ...]) -> None:
        """Trades of these codes may have been missed until now."""
        for code in codes:
            self.prices.setdefault((code, "trade"), []).append(int(now))
            self.forget(code)

    def forget(self, code: str) -> None:
        for (of, _), looks in self.looks.items():
            if of == code:
                looks.append(GAP)

    def frame(self, now: float, prices: Iterable[Price]) -> None:
        """One frame of trades: a code whose stream was silent is heard again, and what it missed is missed."""
        prices = tuple(prices)
        for one in prices:
            self._interruption(now, one.code, one.kind)
        for one in prices:
            if self.settings.use_intraday and not one.kind and not one.expected:
                self._price(now, one)
        for code in dict.fromkeys(one.code for one in prices):
            if code in self.live:
                was_stale = self.live[code][3]
                self.live[code][1:] = [True, 0, False]
                if was_stale:
                    self.miss(now, (code,))

    def status(self, now: float, code: str, kind: str) -> None:
        self._interruption(now, code, kind)

    def scan(self, now: float, prices: Iterable[Price]) -> None:
        """One answer of a scan: a live code that traded twice without a word on its stream has a silent stream."""
        prices = tuple(prices)
        stale = [one.code for one in prices if self.opens_s is not None and self._is_silent(one)]
        for one in prices:
            self._interruption(now, one.code, one.kind)
        for one in prices:
            if not one.kind and not one.expected:
                self._price(now, one)
        for code in stale:
            self.miss(now, (code,))

    def clock(self, now: float) -> None:
        """A second passes: what has held long enough by now is told without another price."""
        if self.opens_s is None:
            return
        for (code, name), looks in self.looks.items():
            if not is_waiting(looks) or name not in self.book or not self._applies(self.book[name], code):
                continue
            rule, price = self._special(self.book[name], code), self.last[code, name]
            if price.source == "scan" and now - price.at_s > SCANS_MISSED * Fraction(self.settings.scan_interval_s):
                self.forget(code)
            elif self._may_be_judged(rule, price, age_s=0) and self._is_open_for(rule, now):
                self._look(now, name, rule, price, int(now))

    # --- what a price means

    def _price(self, now: float, price: Price) -> None:
        if self.opens_s is None or not self._is_watched(price):
            return
        heard = self.prices.setdefault((price.code, price.source), [])
        self._note_scans_missed(heard, price)
        if price.source == "trade" and price.high_won > price.won > price.low_won > 0:
            self.extremes.setdefault(price.code, []).extend((price.high_won, price.low_won))
        latest = next((one.at_s for one in reversed(heard) if isinstance(one, Price)), 0) if _since(heard) else 0
        for name, rule in self._rules_for(price.code):
            if self._may_be_judged(rule, price, age_s=now - price.at_s if price.source == "trade" else 0):
                self._look(now, name, rule, price, price.at_s)
        heard.append(price._replace(at_s=max(latest, price.at_s)))
        self.newest[price.code] = price
        known = [won for won in (price.won, price.high_won, price.low_won) if won]
        self.extremes.setdefault(price.code, []).extend(known)

    def _note_scans_missed(self, heard: list[Price | int], price: Price) -> None:
        before = heard[-1] if heard else None
        longest_s = SCANS_MISSED * Fraction(self.settings.scan_interval_s)
        if price.source == "scan" and isinstance(before, Price) and price.at_s - before.at_s > longest_s:
            heard.append(price.at_s)

    def _interruption(self, now: float, code: str, kind: str) -> None:
        was = self.stopped.get(code, "")
        if kind == was or self.opens_s is None:
            return
        self.stopped[code] = kind
        price = self.newest.get(code)
        if price is None:
            return
        if not kind:
            self.forget(code)
            return
        stopped = price._replace(source="trade", at_s=int(now), kind=kind, market_class="2")
        for name, rule in self._rules_for(code):
            if self._may_be_judged(rule, stopped, age_s=0):
                self._look(now, name, rule, stopped, int(now))

    def _is_silent(self, price: Price) -> bool:
        live = self.live.get(price.code)
        if live is None:
            return False
        volume, was_heard, silent, was_stale = live
        has_grown = volume is not None and price.volume > volume
        silent = 0 if was_heard else silent + has_grown
        is_stale = silent >= 2 and not was_stale
        self.live[price.code] = [price.volume, False, silent, was_stale or is_stale]
        return is_stale

    def _is_regular(self, price: Price) -> bool:
        return self.opens_s is not None and price.market_class == "2" and (
            self.opens_s <= price.at_s <= self.closes_s + 60
        )  # fmt: skip

    def _is_open_for(self, rule: Rule, now: float) -> bool:
        return rule["session"] == "all" or now <= self.closes_s + 60

    def _is_watched(self, price: Price) -> bool:
        return self._is_regular(price) or not self.settings.regular_only

    def _may_be_judged(self, rule: Rule, price: Price, *, age_s: float) -> bool:
        if (self.stopped.get(price.code) or price.kind) and rule["rule"] != "vi_or_halt":
            return False
        is_there = self._is_regular(price) or rule["session"] == "all"
        return is_there and age_s <= rule["max_age_sec"] and price.turnover_won >= rule["min_turnover_won"]

    # --- rules

    def _rules_for(self, code: str) -> Iterator[tuple[str, Rule]]:
        for name, rule in self.book.items():
            if self._applies(rule, code):
                yield name, self._special(rule, code)

    def _names(self, code: str) -> list[str]:
        return [group for group, codes in self.settings.groups.items() if code in codes]

    def _applies(self, rule: Rule, code: str) -> bool:
        is_market = not rule["markets"] or self.stocks[code].market in rule["markets"]
        is_code = not rule["codes"] or any(name in rule["codes"] for name in (code, *self._names(code)))
        return rule["enabled"] and is_market and is_code

    def _special(self, rule: Rule, code: str) -> Rule:
        for name in (self.stocks[code].market, *self._names(code), code):
            rule = rule | rule["per"].get(name, {})
        return rule

    def _look(self, now: float, name: str, rule: Rule, price: Price, at_s: int) -> None:
        """One look: it counts if it holds, has held for long enough, and the price was back since it last counted."""
        away = self._away(name, rule, price, at_s)
        if away is None:
            return
        looks = self.looks.setdefault((price.code, name), [])
        look = Look(at_s, away <= 0, away > exact(rule["rearm_ratio"]), self._extremes(price.code))
        began_s = next((one.at_s for one in _run(looks)), at_s)
        if look.holds and self._is_beyond(rule, price):
            look = look._replace(is_spent=True)
        elif look.holds and is_armed(looks) and at_s - began_s >= rule["for_sec"]:
            look = look._replace(is_spent=True)
            self._tell(now, name, rule, price.code)
        looks.append(look)
        self.last[price.code, name] = price

    def _tell(self, now: float, name: str, rule: Rule, code: str) -> None:
        quiet_s = self.settings.cooldown_s if rule["cooldown_sec"] is None else rule["cooldown_sec"]
        if rule["alert"] and not now - self.told.get((code, name), -1e9) < quiet_s:
            self.told[code, name] = now
            self.alerts.append((code, name, int(now)))

    def _is_beyond(self, rule: Rule, price: Price) -> bool:
        """For an approach: the line itself is reached."""
        if rule["rule"] != "near_threshold":
            return False
        line = self._disparity(price)
        return line is not None and _short_of(line, exact(rule["threshold"])) <= 0

    def _away(self, name: str, rule: Rule, price: Price, at_s: int) -> Fraction | None:
        """How far the price is from where the rule holds; zero or less where it does, None if that cannot be said."""
        kind = rule["rule"]
        if kind in COMPOSED:
            return self._away_of_members(kind, rule, price, at_s)
        if kind == "disparity_threshold":
            found = self._disparity(price)
            return None if found is None else _short_of(found, exact(rule["threshold"]))
        if kind == "near_threshold":
            found = self._disparity(price)
            return None if found is None else _short_of(found, exact(rule["threshold"])) - exact(rule["band"])
        if kind == "rapid_fall":
            then = self._at(price, at_s - int(rule["window_sec"]))
            return None if then is None else Fraction(price.won, then.won) - 1 + exact(rule["fall_ratio"])
        if kind == "turnover_surge_fall":
            return self._away_of_surge(rule, price, at_s)
        if kind == "breakout":
            return self._away_of_breakout(name, rule, price, at_s)
        return Fraction(-1 if price.kind and rule[price.kind] else 1)

    def _away_of_members(self, kind: str, rule: Rule, price: Price, at_s: int) -> Fraction | None:
        found = []
        for name in rule["of"]:
            member = self.book[name]
            special = self._special(member, price.code)
            found.append(self._away(name, special, price, at_s) if self._applies(member, price.code) else None)
        known = [one for one in found if one is not None]
        if not known or (kind != "any_of" and None in found):
            return None
        if kind == "all_of":
            return max(known)
        return min(known) if kind == "any_of" else -min(known) or Fraction(1, 10**9)

    def _disparity(self, price: Price) -> Fraction | None:
        """Against 25 days, of which the price is the last."""
        closes = self.stocks[price.code].closes_won[-24:]
        if len(closes) < 24:
            return None
        return Fraction(25 * price.won, sum(closes) + price.won) - 1

    def _away_of_surge(self, rule: Rule, price: Price, at_s: int) -> Fraction | None:
        window_s, pace_s = int(rule["window_sec"]), int(rule["pace_sec"])
        begun, before = self._at(price, at_s - window_s), self._at(price, at_s - window_s - pace_s)
        if begun is None or before is None or begun.turnover_won <= before.turnover_won:
            return None
        pace = Fraction((begun.turnover_won - before.turnover_won) * window_s, pace_s)
        fall = Fraction(price.won, begun.won) - 1 + exact(rule["fall_ratio"])
        away = [fall, _shortfall((price.turnover_won - begun.turnover_won) / pace, rule["times"])]
        if price.source == "trade" and price.volume_before and rule["previous_day_times"]:
            away.append(_shortfall(Fraction(price.volume, price.volume_before), rule["previous_day_times"]))
        return max(away)

    def _away_of_breakout(self, name: str, rule: Rule, price: Price, at_s: int) -> Fraction | None:
        level = self._level(name, rule, price, at_s)
        if not level:
            return None
        beyond = Fraction(price.won, level) - 1
        away = exact(rule["by_ratio"]) + (-beyond if rule["of"].endswith("high") else beyond)
        return away if away or rule["by_ratio"] else Fraction(1, 10**9)

    def _level(self, name: str, rule: Rule, price: Price, at_s: int) -> int:
        of, stock = rule["of"], self.stocks[price.code]
        if of.startswith("previous"):
            return stock.high_won if of == "previous_high" else stock.low_won
        if self.opens_s is None or at_s - self.opens_s < rule["min_day_sec"]:
            return 0
        looks = self.looks.get((price.code, name), [])
        levels = _run(looks)[0].levels if is_waiting(looks) else self._extremes(price.code)
        return levels[0] if of == "day_high" else levels[1]

    def _extremes(self, code: str) -> tuple[int, int]:
        known = self.extremes.get(code, [])
        return (max(known), min(known)) if known else (0, 0)

    def _at(self, price: Price, at_s: int) -> Price | None:
        """The last price at that second, if all since was seen."""
        heard = self.prices.get((price.code, price.source), [])
        seen = _since(heard)
        gap_s = next((one for one in reversed(heard) if isinstance(one, int)), 0)
        if at_s < gap_s:
            return None
        return next((one for one in reversed(seen) if one.at_s <= at_s), None)


def exact(number: float) -> Fraction:
    """The number as it is written."""
    return Fraction(str(number))


def longest(book: dict[str, Rule]) -> float:
    """The farthest that any rule looks back."""
    return max((_window(rule) for rule in book.values()), default=0)


def is_armed(looks: list[Look]) -> bool:
    """Whether the price was back since the rule last counted."""
    return next((not look.is_spent for look in reversed(looks) if look.is_spent or look.is_back), True)


def is_waiting(looks: list[Look]) -> bool:
    """Whether it holds and has not counted yet."""
    return bool(looks) and looks[-1].holds and is_armed(looks)


def _run(looks: list[Look]) -> list[Look]:
    """The looks at which it held without a break up to now."""
    broken = next((back for back, look in enumerate(reversed(looks)) if not look.holds), len(looks))
    return looks[len(looks) - broken :]


def _since(heard: list[Price | int]) -> list[Price]:
    """The prices since something was last missed."""
    missed = next((back for back, one in enumerate(reversed(heard)) if isinstance(one, int)), len(heard))
    return [one for one in heard[len(heard) - missed :] if isinstance(one, Price)]


def _short_of(disparity: Fraction, line: Fraction) -> Fraction:
    return disparity - line if line < 0 else line - disparity


def _shortfall(value: Fraction, wanted: float) -> Fraction:
    return SURGE_HALF * (1 - value / exact(wanted))


def _window(rule: Rule) -> float:
    numbers = (rule, *({**rule, **changes} for changes in rule["per"].values()))
    return max(sum(each.get(key, 0) for key in ("window_sec", "pace_sec")) for each in numbers)

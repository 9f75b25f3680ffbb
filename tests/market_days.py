"""Days drawn from a seed: prices that walk and jump, rules with any numbers, and all that can be missed of them."""

from random import Random
from typing import Any

from market_oracle import Rule, Settings, Stock
from market_script import HALT, VI, Market, seconds

KINDS = ("disparity_threshold", "near_threshold", "rapid_fall", "turnover_surge_fall", "breakout", "vi_or_halt")
STEPS_S = (1, 1, 1, 2, 2, 3, 5, 8, 13, 30)
STEPS = 90
WALK_WON = (-30, -20, -10, -10, 0, 0, 10, 10, 20, 30)


class RandomDay:
    """One day. Play it, and compare the alerts of `market` with those of its oracle."""

    def __init__(self, seed: int) -> None:
        self.chance = Random(seed)
        self.codes = tuple(f"{number:06}" for number in range(1, self.chance.randint(3, 5)))
        stocks = tuple(self._stock(number, code) for number, code in enumerate(self.codes))
        self.is_roomy = self.chance.random() < 0.7
        self.kinds: dict[str, str] = {"disparity_threshold": "disparity_threshold"}
        starts = self.chance.choice(("08:59:50", "08:59:50", "10:15:07", "15:13:00", "15:24:00"))
        slots = 40 if self.is_roomy else self.chance.randint(1, 2)
        self.market = Market(
            stocks, self._settings(), slots=slots, starts=starts, fraction_s=self.chance.choice((0, 0.25, 0.75))
        )
        self.won = {code: 10 * self.chance.randint(940, 1030) for code in self.codes}
        self.stops: dict[str, tuple[str, int]] = {}
        self.muted_until: dict[str, int] = {}

    def play(self) -> None:
        """Step by step to the end."""
        for _ in range(STEPS):
            self._disturb()
            self.market.tick(int(self.market.now) + self.chance.choice(STEPS_S))
            self._unmute()
            self._trade()

    # --- what is drawn first

    def _stock(self, number: int, code: str) -> Stock:
        chance = self.chance
        closes = tuple(10 * chance.randint(990, 1010) for _ in range(22))
        high, low = 10 * chance.randint(1005, 1030), 10 * chance.randint(940, 990)
        return Stock(code, ("KOSPI", "KOSDAQ")[number % 2], (*closes, 9_950, 10_050), high, low)

    def _settings(self) -> Settings:
        chance = self.chance
        rules = {f"rule{number}": self._rule(chance.choice(KINDS)) for number in range(chance.randint(2, 5))}
        for number in range(chance.randint(0, 2)):
            names = [name for name, rule in rules.items() if rule["rule"] != "vi_or_halt"]
            if names:
                members = tuple(chance.sample(names, min(len(names), chance.randint(1, 3))))
                kind = chance.choice(("all_of", "any_of", "not"))
                rules[f"made{number}"] = {"rule": kind, "of": members, **self._common()}
        self.kinds |= {name: rule["rule"] for name, rule in rules.items()}
        return Settings(
            rules=rules, groups={"few": self.codes[:2], "last": self.codes[-1:]},
            line=chance.choice((-0.02, -0.03, -0.05, 0.02)), line_rearm=chance.choice((0.0, 0.002, 0.005)),
            cooldown_s=chance.choice((0, 0, 60, 600)), scan_interval_s=chance.choice((15, 30, 60)),
            regular_only=chance.random() < 0.8, use_intraday=chance.random() < 0.93,
        )  # fmt: skip

    def _rule(self, kind: str) -> Rule:
        chance = self.chance
        own: dict[str, dict[str, Any]] = {
            "disparity_threshold": {"threshold": chance.choice((-0.01, -0.03, -0.04, 0.01, 0.02))},
            "near_threshold": {"threshold": chance.choice((None, -0.03, 0.02)), "band": chance.choice((0.005, 0.01))},
            "rapid_fall": {
                "fall_ratio": chance.choice((0.005, 0.01, 0.02)), "window_sec": chance.choice((5, 20, 60, 150)),
            },
            "turnover_surge_fall": {
                "times": chance.choice((1, 2, 4)), "window_sec": chance.choice((5, 20)), "pace_sec": 60,
                "previous_day_times": chance.choice((0, 1)), "fall_ratio": chance.choice((0.001, 0.005)),
            },
            "breakout": {
                "of": chance.choice(("day_high", "day_low", "previous_high", "previous_low")),
                "by_ratio": chance.choice((0, 0, 0.005, 0.01)), "min_day_sec": chance.choice((0, 60, 240)),
            },
            "vi_or_halt": {"vi": chance.random() < 0.8, "halt": chance.random() < 0.8},
        }  # fmt: skip
        return {"rule": kind, **own[kind], **self._common()}

    def _common(self) -> Rule:
        chance = self.chance
        drawn: Rule = {
            "for_sec": chance.choice((0, 0, 0, 5, 20, 45)), "rearm_ratio": chance.choice((0, 0.001, 0.002, 0.005)),
            "cooldown_sec": chance.choice((None, 0, 0, 30)), "alert": chance.random() < 0.85,
            "max_age_sec": chance.choice((300, 10)), "session": chance.choice(("regular", "regular", "all")),
            "min_turnover_won": chance.choice((0, 0, 0, 10_000_000)), "enabled": chance.random() < 0.95,
        }  # fmt: skip
        if chance.random() < 0.2:
            drawn["markets"] = ("KOSDAQ",)
        if chance.random() < 0.2:
            drawn["codes"] = chance.choice((("few",), (self.codes[0],), ("last", self.codes[1])))
        if chance.random() < 0.3:
            changes = {"for_sec": chance.choice((0, 10)), "rearm_ratio": chance.choice((0, 0.004))}
            drawn["per"] = {chance.choice(("KOSPI", "few", "last", self.codes[0])): changes, "KOSDAQ": {"for_sec": 7}}
        return drawn

    # --- what happens

    def _disturb(self) -> None:
        market, chance = self.market, self.chance
        happens = chance.random()
        if self.stops:
            return
        if happens < 0.02:
            market.lose_link()
        elif happens < 0.03:
            market.drop_frames()
        elif happens < 0.045:
            market.tick(int(market.now) + 1)
            market.restart()
            market.now += chance.choice((3, 40, 200))
        elif happens < 0.06:
            market.change(self._settings())
        elif happens < 0.075 and market.live:
            code = chance.choice(tuple(market.live))
            market.muted[code] = None
            self.muted_until[code] = int(market.now) + chance.choice((60, 200))
        elif happens < 0.09:
            market.scans_fail = not market.scans_fail
        elif happens < 0.13 and self.is_roomy:
            self._stop(chance.choice(self.codes))

    def _stop(self, code: str) -> None:
        market, chance = self.market, self.chance
        if code in market.live and code not in market.muted and market.tallies[code].volume:
            kind = chance.choice((VI, VI, HALT))
            self.stops[code] = kind, int(market.now) + chance.choice((20, 150))
            if chance.random() < 0.5:
                market.send(market.expected(code, self.won[code], kind))
            else:
                market.tell_status(code, kind)

    def _unmute(self) -> None:
        for code, until_s in tuple(self.muted_until.items()):
            if self.market.now >= until_s:
                del self.muted_until[code], self.market.muted[code]

    def _trade(self) -> None:
        chance, market = self.chance, self.market
        if market.now < seconds("08:59:58"):
            return
        told = []
        for code in self.codes:
            is_over = code in self.stops and market.now >= self.stops[code][1]
            if is_over:
                del self.stops[code]
            if code in self.stops:
                told += [market.expected(code, self.won[code] - 500, self.stops[code][0])] * chance.randint(0, 1)
            elif is_over or chance.random() < 0.6:
                told += [self._next(code) for _ in range(chance.choice((1, 1, 1, 2)))]
        is_wide = chance.random() < 0.5
        for place in range(0, len(told), 3):
            market.send(*told[place : place + 3], width=47 if is_wide else 46)

    def _next(self, code: str) -> Any:
        chance, market = self.chance, self.market
        tally = market.tallies[code]
        self.won[code] += chance.choice(WALK_WON)
        if chance.random() < 0.08:
            self.won[code] += 10 * chance.randint(-40, 40)
        if chance.random() < 0.15:
            self.won[code] = round(self.won[code], -2)
        self.won[code] = min(max(self.won[code], 9_200), 10_800)
        tally.volume_before = int(tally.volume * chance.choice((0, 0.8, 1.1)))
        if chance.random() < 0.02:
            market.send(market.expected(code, self.won[code] - 900))
        shares = chance.choice((1, 5, 10, 10, 10, 100, 2000 if chance.random() < 0.1 else 10))
        return market.traded(code, self.won[code], shares=shares, lag_s=self._lag_s())

    def _lag_s(self) -> int:
        return self.chance.choice((15, 100, 400)) if self.chance.random() < 0.03 else self.chance.choice((0, 0, 0, 1))

"""What rules see, for their tests: 005930 with a level average of 10,000 won, at 10:00:00 of a day like `facts.DAY`."""

from typing import Any

from facts import SAMSUNG, at

from kis_actors.signals.book import Rules
from kis_actors.signals.engine import Memories, applied, judge
from kis_actors.signals.params import Groups
from kis_actors.signals.sight import Average, Sight
from kis_actors.signals.tape import Point, Tape

CLOSES_WON = (10_000,) * 24
HOUR_S = 3600


def second(time_of_day: str) -> int:
    """Seconds since 1970."""
    return int(at(time_of_day).timestamp())


TEN = second("10:00:00")


def taped(*prices: tuple[int, int], turnover_won: int = 0, window_s: int = HOUR_S) -> Tape:
    """A tape of these seconds and prices; every price adds `turnover_won` to the day's."""
    tape = Tape()
    for number, (at_s, price_won) in enumerate(prices, start=1):
        tape.add(Point(at_s, price_won, number, number * turnover_won), window_s)
    return tape


def sight(price_won: int = 10_000, at_s: int = TEN, **rest: Any) -> Sight:
    """One price; whatever else it is weighed against is given by name."""
    usual = {
        "code": SAMSUNG, "market": "KOSPI", "cum_volume_shares": 1000, "cum_turnover_won": 1_000_000_000,
        "closes_won": CLOSES_WON, "average": Average(25, True), "tape": Tape(),
    }  # fmt: skip
    return Sight(price_won=price_won, at_s=at_s, **{**usual, **rest})


class Judge:
    """Rules over prices one by one, as SignalActor judges them: each price is on the tape for the next."""

    def __init__(self, rules: Rules, groups: Groups | None = None, **sights: Any) -> None:
        self.rules, self.groups, self.sights = rules, groups or {}, sights
        self.memories: Memories = {}
        self.tape = Tape()
        self.is_waiting = False

    def at(self, at_s: int, price_won: int, *, is_regular: bool = True, age_s: float = 0.0, **rest: Any) -> list[str]:
        """The names of the rules that count with this price, `at_s` seconds after ten."""
        now = sight(price_won, TEN + at_s, **{"tape": self.tape, **self.sights, **rest})
        rules, of_code = applied(self.rules, self.groups, now.code, now.market), self.memories.setdefault(now.code, {})
        fired, self.is_waiting = judge(rules, of_code, now, is_regular=is_regular, age_s=age_s)
        self.tape.add(Point(now.at_s, price_won, now.cum_volume_shares, now.cum_turnover_won), HOUR_S)
        return [one.name for one in fired]

    def over(self, *prices: int | tuple[int, int]) -> list[int]:
        """The seconds at which anything counts; prices come a second apart, or are given with their second."""
        timed = [price if isinstance(price, tuple) else (number, price) for number, price in enumerate(prices)]
        return [at_s for at_s, price_won in timed if self.at(at_s, price_won)]

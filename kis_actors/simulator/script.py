"""What a scenario means for one stock: where its price is pulled, when it trades more, when not at all."""

from typing import NamedTuple

from kis_actors.simulator.scenario import (
    AnyHappening,
    Crash,
    Halt,
    MarketDrop,
    Scenario,
    Slide,
    TurnoverSurge,
    VolatilityInterruption,
    code_of,
)
from kis_actors.simulator.session_clock import CLOSE_S, CLOSING_AUCTION_S, OPEN_S, OPENING_AUCTION_S, second_of_day

CRASH_TIMES = 8.0
SLIDE_TIMES = 2.0
MARKET_DROP_TIMES = 2.5
END_OF_DAY_S = 24 * 3600
VI_S = 150
"""Two minutes of call auction and its drawn-out end."""


class Pull(NamedTuple):
    """From one minute of the session to another the price is moved: to a disparity, or by a ratio."""

    from_minute: int
    until_minute: int
    to_disparity: float | None = None
    by_ratio: float = 0.0


class Burst(NamedTuple):
    """`times` as many trades as usual between two minutes of the session."""

    from_minute: int
    until_minute: int
    times: float


class Pause(NamedTuple):
    """No trades between two seconds of the day; a call auction ends it with one print.

    hour_class: KIS's code of an expected-price phase (B opening, C interruption, A closing), or H while halted.
    """

    from_s: int
    until_s: int
    hour_class: str


class Script(NamedTuple):
    """Everything out of the ordinary for one stock and one day."""

    pulls: tuple[Pull, ...]
    bursts: tuple[Burst, ...]
    pauses: tuple[Pause, ...]

    def pause_at(self, second: int) -> Pause | None:
        """The pause that covers `second` of the day; a halt or an interruption goes before a regular auction."""
        return next((pause for pause in self.pauses if pause.from_s <= second < pause.until_s), None)


def script_for(code: str, sensitivity: float, opening_print_s: int, scenario: Scenario) -> Script:
    """What `scenario` means for `code`, whose price moves `sensitivity` times as much as the market.

    opening_print_s: second of the day at which the opening auction is matched, a little after 09:00:00.
    """
    pulls: list[Pull] = []
    bursts: list[Burst] = []
    pauses: list[Pause] = []
    for happening in scenario.happenings:
        if code_of(happening) in (code, None):
            pulls += _pulls(happening, sensitivity)
            bursts += _bursts(happening)
            pauses += _pauses(happening)
    auctions = (Pause(OPENING_AUCTION_S, opening_print_s, "B"), Pause(CLOSING_AUCTION_S, CLOSE_S, "A"))
    # Where two pulls meet, the one to a disparity has the last word.
    pulls.sort(key=lambda pull: pull.to_disparity is not None)
    return Script(tuple(pulls), tuple(bursts), (*pauses, *auctions))


def _pulls(happening: AnyHappening, sensitivity: float) -> list[Pull]:
    start = _minute(happening)
    match happening:
        case Slide():
            return [Pull(start, start + happening.minutes, to_disparity=happening.to_disparity)]
        case Crash() | TurnoverSurge():
            return [Pull(start, start + happening.minutes, by_ratio=-happening.fall)]
        case MarketDrop():
            fall, low = happening.fall * sensitivity, start + happening.minutes
            rise = 1 / (1 - fall * happening.recover) - 1
            return [Pull(start, low, by_ratio=-fall), Pull(low, low + happening.recover_minutes, by_ratio=rise)]
        case Halt() | VolatilityInterruption():
            return []


def _bursts(happening: AnyHappening) -> list[Burst]:
    start = _minute(happening)
    match happening:
        case Slide():
            return [Burst(start, start + happening.minutes, SLIDE_TIMES)]
        case Crash():
            return [Burst(start, start + 2 * happening.minutes, CRASH_TIMES)]
        case TurnoverSurge():
            return [Burst(start, start + happening.minutes, happening.times)]
        case MarketDrop():
            return [Burst(start, start + happening.minutes, MARKET_DROP_TIMES)]
        case Halt() | VolatilityInterruption():
            return []


def _pauses(happening: AnyHappening) -> list[Pause]:
    start = second_of_day(happening.at)
    match happening:
        case Halt():
            return [Pause(start, second_of_day(happening.until) if happening.until else END_OF_DAY_S, "H")]
        case VolatilityInterruption():
            return [Pause(start, start + VI_S, "C")]
        case _:
            return []


def _minute(happening: AnyHappening) -> int:
    return (second_of_day(happening.at) - OPEN_S) // 60

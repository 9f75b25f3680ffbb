"""Rule tests as data: prices of one code and the alerts they should make, run by `check-config --rules`.

They go through the daemon's own judgement, so what passes here is what the daemon does with such prices.
"""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import NamedTuple

from msgspec.structs import replace

from kis_actors.commands.rule_test_file import (
    DAY,
    Line,
    RuleTest,
    at_time,
    line_of,
    read_tests,
    settings_for,
    watched_in,
)
from kis_actors.duties.judgement import Judgement, consider, evolve, held_on, resume, use
from kis_actors.market.universe import Stock
from kis_actors.messages import BaselineLoaded, SessionOpened, StreamRestored, UniverseLoaded
from kis_actors.policies.freshness import Regular
from kis_actors.settings import Settings
from kis_actors.settings_file import SHIPPED_PATH, Loaded
from kis_actors.signals.engine import Fired
from kis_actors.signals.outlook import Seen
from kis_actors.texts import in_unit
from kis_actors.witness import Notes

FILE_NAME = "rules.test.yaml"


class Outcome(NamedTuple):
    """What one test said: each alert as its time and rule. nearest: how near to one the rules that failed it came."""

    name: str
    expected: tuple[str, ...]
    found: tuple[str, ...]
    nearest: tuple[str, ...] = ()

    @property
    def has_passed(self) -> bool:
        """Whether the alerts are those expected, and no others."""
        return self.expected == self.found

    def __str__(self) -> str:
        if self.has_passed:
            return f"ok    {self.name}"
        said = (f"expected {_listed(self.expected)}", f"found {_listed(self.found)}", *self.nearest)
        return f"FAIL  {self.name}: {'; '.join(said)}"


def show_outcomes(loaded: Loaded, named: str, write: Callable[[str], None]) -> bool:
    """Runs the tests of the file `named`, or of the one beside the settings, or the shipped one; whether all passed.

    Raises SettingsError with every mistake in the file, before any test is run.
    """
    path = file_of(loaded, named)
    outcomes = [outcome_of(name, test, loaded.settings) for name, test in read_tests(path, loaded.settings).items()]
    for outcome in outcomes:
        write(str(outcome))
    failed = sum(not outcome.has_passed for outcome in outcomes)
    write(f"{path}: {len(outcomes)} rule tests, {failed} failed")
    return not failed


def file_of(loaded: Loaded, named: str) -> Path:
    """The file `named`; or else the one beside the settings; or else the shipped one."""
    beside = Path(loaded.path).parent / FILE_NAME
    return Path(named) if named else beside if beside.exists() else SHIPPED_PATH.parent / FILE_NAME


def outcome_of(name: str, test: RuleTest, settings: Settings) -> Outcome:
    """What a sound test says: the alerts that come through the cooldown, which runs for each rule."""
    settings, notes = settings_for(test, settings), Notes()
    watched, told, found = watched_in(test, settings), dict[str, datetime](), []
    for at, fired in _judged(test, settings, notes):
        quiet_s, last = fired.params.cooldown_sec, told.get(fired.name)
        quiet_s = settings.monitor.alert_cooldown_sec if quiet_s is None else quiet_s
        if fired.name in watched and (last is None or (at - last).total_seconds() >= quiet_s):
            told[fired.name] = at
            found.append(f"{at:%H:%M:%S} {fired.name}")
    expected = tuple(" ".join(one.split()) for one in test.expect)
    return Outcome(name, expected, tuple(found), tuple(_nearest(test, settings, notes, expected, found)))


def _nearest(
    test: RuleTest, settings: Settings, notes: Notes, expected: Sequence[str], found: Sequence[str]
) -> Iterator[str]:  # fmt: skip
    """The rules about which the two differ, and the nearest that each came to its line."""
    rules, of_code = settings.monitor.rule_book(), notes.nearest.get(test.code, {})
    differing = (one for one in (*expected, *found) if (one in expected) != (one in found))
    for name in dict.fromkeys(one.partition(" ")[2] for one in differing):
        if name not in of_code or name not in rules:
            yield f"{name} could judge no price"
            continue
        reading, at = of_code[name]
        kind = str(rules[name].__struct_config__.tag)
        if value := in_unit(kind, reading.value, "en"):
            yield f"{name} came nearest at {at:%H:%M:%S}: {value}, threshold {in_unit(kind, reading.threshold, 'en')}"


def _judged(test: RuleTest, settings: Settings, notes: Notes) -> Iterator[tuple[datetime, Fired]]:
    """Every rule that counts, and when; the clock goes on to the close while one has to hold."""
    day, seen = _morning(test, settings), None
    is_interrupted, now = False, at_time("00:00:00")
    regular = Regular(at_time("09:00:00"), at_time("15:30:00"))
    for line in (*map(line_of, test.prices), None):
        yield from _clock(day, now, line.at if line else regular.closes)
        if line is None:
            return
        now = line.at
        if line.word == "gap":
            evolve(day, StreamRestored(code=test.code, link=1), now)
        elif line.word == "resume":
            is_interrupted = False
            resume(day, test.code)
        elif line.word:
            is_interrupted = True
            last = seen or Seen(test.code, 0, 0.0, 0, 0, now, "trade")
            yield from _considered(day, replace(last, seen_at=now, interruption=line.word), notes)
        elif not is_interrupted and (regular.has(now) or not settings.monitor.signal.regular_only):
            seen = _seen(test, line, seen, is_regular=regular.has(now))
            yield from _considered(day, seen, notes)


def _clock(day: Judgement, now: datetime, until: datetime) -> Iterator[tuple[datetime, Fired]]:
    """Every second in between, while there is something to wait for."""
    while day.holding and (now := now + timedelta(seconds=1)) < until:
        yield from ((now, fired) for _, fired in held_on(day, now))


def _considered(day: Judgement, seen: Seen, notes: Notes) -> Iterator[tuple[datetime, Fired]]:
    fired = consider(day, seen)
    notes.take(day, seen, {})
    yield from ((seen.seen_at, one) for one in fired)


def _seen(test: RuleTest, line: Line, last: Seen | None, *, is_regular: bool) -> Seen:
    turnover_won = line.turnover_won if line.turnover_won is not None else last.cum_turnover_won if last else 0
    volume_shares = line.volume_shares if line.volume_shares is not None else last.cum_volume_shares if last else 0
    return Seen(
        test.code, line.price_won, 0.0, volume_shares, turnover_won, line.at, "trade",
        previous_volume_shares=test.previous_volume_shares, is_regular=is_regular,
    )  # fmt: skip


def _morning(test: RuleTest, settings: Settings) -> Judgement:
    """The day as it is before its first price."""
    day, opens, closes = Judgement(), at_time("09:00:00"), at_time("15:30:00")
    use(day, settings)
    days = settings.monitor.signal.ma_days
    closes_won = test.closes_won or (() if test.average_won is None else (test.average_won,) * days)
    stock = Stock(test.code, test.code, test.market)
    levels = {"high_won": test.previous_high_won, "low_won": test.previous_low_won}
    for event in (
        UniverseLoaded(stocks=(stock,), source=FILE_NAME),
        BaselineLoaded(code=test.code, day=DAY, closes_won=closes_won, **levels),
        SessionOpened(day=DAY, opens=opens, closes=closes, regular_opens=opens, regular_closes=closes),
    ):
        evolve(day, event, opens)
    return day


def _listed(alerts: tuple[str, ...]) -> str:
    return ", ".join(alerts) or "nothing"

"""The file of rule tests: what a test may say, and every mistake in it with its place."""

import difflib
import re
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any, Literal, NamedTuple

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from kis_actors.limits import PRESETS, range_in_rule
from kis_actors.problems import Problem, SettingsError
from kis_actors.rule_problems import PREFIX, senseless
from kis_actors.rules import AnyParams
from kis_actors.scalars import shown
from kis_actors.settings import Monitor, Settings
from kis_actors.signals.book import RulesError
from kis_actors.signals.params import Groups
from kis_actors.units import KST
from kis_actors.yaml_file import Reading, read_text, read_yaml

DAY = date(2026, 11, 20)
"""Any day would do: a test has one session, from 09:00 to 15:30."""
_LINE = re.compile(r"(([01]\d|2[0-3]):[0-5]\d:[0-5]\d) +(\S.*)")
_WORDS = re.compile(r"gap|vi|halt|resume")
_PRICE = re.compile(r"(?P<price>[0-9,]+)( +turnover (?P<turnover>[0-9,]+))?( +volume (?P<volume>[0-9,]+))?")
_ADVICE = 'write "09:30:00 9300" or "09:30:00 9300 turnover 1000000 volume 100"; or a time and gap, vi, halt, resume'


class RuleTest(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One test of one code.

    rules: only these are run; without them, those of the settings. mode: a preset with its defaults instead of them,
    and `rules` besides. groups: names for several codes. average_won: what every close was; or closes_won, oldest
    first. previous_: of the day before, the volume up to the same time.
    prices: a time with a price (turnover and volume are of the day so far, and stay if left out), or with gap, vi,
    halt or resume. expect: a time with the name of the rule that alerts, in order, and no other alert.
    """

    rules: dict[str, AnyParams] = {}
    mode: Literal["A", "B"] | None = None
    groups: Groups = {}
    code: str = "005930"
    market: Literal["KOSPI", "KOSDAQ"] = "KOSPI"
    average_won: int | None = None
    closes_won: tuple[int, ...] = ()
    previous_high_won: int = 0
    previous_low_won: int = 0
    previous_volume_shares: int = 0
    prices: tuple[str, ...]
    expect: tuple[str, ...] = ()


class RuleTests(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The file: tests by name, which is any sentence."""

    tests: dict[str, RuleTest]


class Line(NamedTuple):
    """What happens at one moment. word: gap, vi, halt, resume, or "" for a price."""

    at: datetime
    word: str
    price_won: int = 0
    turnover_won: int | None = None
    volume_shares: int | None = None


def read_tests(path: Path, settings: Settings) -> dict[str, RuleTest]:
    """The tests by name. Raises SettingsError with every mistake in the file."""
    reading = read_yaml(read_text(path), RuleTests, str(path))
    problems = [*reading.problems, *_out_of_range(reading), *_unnamed(reading)]
    if not (problems or reading.values):
        problems = [Problem(str(path), 1, 1, "the file has no tests", "add tests:")]
    tests = {} if problems else msgspec.convert(reading.values, RuleTests).tests
    problems += [problem for name, test in tests.items() for problem in _mistakes(name, test, settings, reading)]
    if problems:
        raise SettingsError(tuple(sorted(problems, key=lambda problem: (problem.line, problem.column))))
    return tests


def settings_for(test: RuleTest, settings: Settings) -> Settings:
    """Those the test is run with."""
    monitor = _preset(test.mode) if test.mode else settings.monitor
    others = monitor.rules if test.mode or not test.rules else {}
    groups = {**monitor.groups, **test.groups}
    return replace(settings, monitor=replace(monitor, rules={**others, **test.rules}, groups=groups))


def _preset(mode: str) -> Monitor:
    """The mode with nothing else written out."""
    rules: dict[str, dict[str, Any]] = {}
    for key, value in PRESETS["monitor.mode"][mode].items():
        if key.startswith(PREFIX):
            name, _, field = key.removeprefix(PREFIX).partition(".")
            rules.setdefault(name, {})[field] = value
    return Monitor(rules=msgspec.convert(rules, dict[str, AnyParams]))


def watched_in(test: RuleTest, settings: Settings) -> tuple[str, ...]:
    """The rules whose alerts count in this test."""
    book = settings_for(test, settings).monitor.rule_book()
    return tuple(test.rules if test.rules and not test.mode else book)


# --- mistakes


def _mistakes(name: str, test: RuleTest, settings: Settings, reading: Reading) -> Iterator[Problem]:
    key = f"tests.{name}"
    if test.closes_won and test.average_won is not None:
        yield Problem(*reading.places[f"{key}.average_won"], f"{key} has closes_won too", "keep one of the two")
    yield from _bad_lines(key, test, reading)
    try:
        watched = watched_in(test, settings)
    except RulesError as error:
        yield from senseless(error, reading.places, reading.places[key].path, f"{key}.rules.")
        return
    for index, text in enumerate(test.expect):
        yield from _bad_expectation(text, watched, f"{key}.expect[{index}]", reading)


def _bad_lines(key: str, test: RuleTest, reading: Reading) -> Iterator[Problem]:
    last: datetime | None = None
    for index, text in enumerate(test.prices):
        where = f"{key}.prices[{index}]"
        try:
            line = line_of(text)
        except ValueError as error:
            yield Problem(*reading.places[where], f"{where}: {error}, found {shown(text)}", _ADVICE)
            continue
        if last and line.at < last:
            what = f"{where}: {line.at:%H:%M:%S} comes after {last:%H:%M:%S}"
            yield Problem(*reading.places[where], what, "write the prices in the order of their times")
        last = line.at


def _bad_expectation(text: str, watched: tuple[str, ...], where: str, reading: Reading) -> Iterator[Problem]:
    found = _LINE.fullmatch(text)
    if not found:
        what = f"{where}: expected a time and a rule, found {shown(text)}"
        yield Problem(*reading.places[where], what, f'write "09:30:05 {watched[0]}"')
    elif found[3] not in watched:
        near = difflib.get_close_matches(found[3][:60], watched, 1)
        what = f"{where}: {shown(found[3])} is no rule of this test"
        yield Problem(*reading.places[where], what, f"write {near[0] if near else ' or '.join(watched)}")


def _out_of_range(reading: Reading) -> Iterator[Problem]:
    for key, value, (low, high) in _numbers(reading.values, ""):
        if not low <= value <= high:
            what = f"{key}: expected {low:g} to {high:g}, found {value:g}"
            yield Problem(*reading.places[key], what, f"write {low if value < low else high:g}")


def _numbers(values: Mapping[str, Any], prefix: str) -> Iterator[tuple[str, float, tuple[float, float]]]:
    """Every number of a rule that has a range, and that."""
    for name, value in values.items():
        if isinstance(value, dict):
            yield from _numbers(value, f"{prefix}{name}.")
        elif isinstance(value, int | float) and (limits := range_in_rule(name)):
            yield f"{prefix}{name}", value, limits


def _unnamed(reading: Reading) -> Iterator[Problem]:
    """Rules that do not say which they are."""
    for name, test in reading.values.get("tests", {}).items():
        for rule, params in test.get("rules", {}).items():
            if "rule" not in params:
                key = f"tests.{name}.rules.{rule}"
                yield Problem(*reading.places[key], f"{key} has no rule", "add rule: and its kind")


# --- text


def line_of(text: str) -> Line:
    """One line of `prices`. Raises ValueError."""
    found = _LINE.fullmatch(text)
    if not found:
        raise ValueError("expected a time and a price")
    at, rest = at_time(found[1]), found[3].strip()
    if _WORDS.fullmatch(rest):
        return Line(at, rest)
    price = _PRICE.fullmatch(rest)
    if not price or not _won(price["price"]):
        raise ValueError("expected a price, or gap, vi, halt or resume")
    return Line(at, "", _won(price["price"]) or 0, _won(price["turnover"]), _won(price["volume"]))


def _won(text: str | None) -> int | None:
    digits = (text or "").replace(",", "")
    return int(digits) if digits else None


def at_time(time_of_day: str) -> datetime:
    """That moment of the day of every test."""
    return datetime.fromisoformat(f"{DAY} {time_of_day}").replace(tzinfo=KST)

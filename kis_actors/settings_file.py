"""Reads the settings file and `--set`, refuses what is unsafe, and reports every problem at once with its place.

The settings themselves, their types and defaults, are `settings.py`; no key is named here but those with a limit.
"""

import ipaddress
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import msgspec

from kis_actors.dotted import fields_of, flat, tree_of
from kis_actors.limits import BATCH_MAX, FLOORS, PAPER_GAP_S, PRESETS, RANGES, RATIOS, SCHEMES, range_in_rule
from kis_actors.rule_problems import PREFIX, dotted_names, misfits, senseless
from kis_actors.scalars import shown
from kis_actors.settings import Settings
from kis_actors.shipped import SHIPPED
from kis_actors.signals.book import RulesError
from kis_actors.yaml_file import Place, Problem, Reading, SettingsError, read_assignment, read_text, read_yaml

__all__ = ["Loaded", "Problem", "SettingsError", "flatten", "load", "named_in", "resolve", "with_overrides"]

DEFAULT_PATH = Path("config/settings.yaml")
SHIPPED_PATH = SHIPPED / DEFAULT_PATH
ON_COMMAND_LINE = "--set"
_CODE = re.compile(r"[0-9A-Z]{6}")


class Loaded(msgspec.Struct, frozen=True, kw_only=True):
    """Settings that passed every check, what the user should know about them, and the file they came from."""

    settings: Settings
    warnings: tuple[str, ...]
    path: str


def load(path: Path | None, overrides: Sequence[str] = ()) -> Loaded:
    """The settings of a run; `overrides` are KEY=VALUE and win. Raises `SettingsError` with every problem.

    path: None means config/settings.yaml under the working directory or, failing that, the shipped one.
    """
    source = path or (DEFAULT_PATH if DEFAULT_PATH.exists() else SHIPPED_PATH)
    readings = [read_yaml(read_text(source), Settings, str(source))]
    readings += [read_assignment(text, Settings, ON_COMMAND_LINE) for text in overrides]
    written = _written(readings)
    _refuse(_problems(written, readings))
    values, warnings = _adjusted({**_preset(written), **written})
    settings = _sound(values, readings, str(source))
    return Loaded(settings=settings, warnings=_overruled(written) + warnings, path=str(source))


def _sound(values: Mapping[str, Any], readings: Sequence[Reading], path: str) -> Settings:
    """The settings, whose rules make sense together. Raises `SettingsError`."""
    places, tree = _places(readings), tree_of(values)
    bare: dict[str, Any] = {name: {} for reading in readings for name in _rules_in(reading.values)}
    _refuse(misfits({**bare, **_rules_in(tree)}, places, path))
    settings = msgspec.convert(tree, Settings)
    try:
        settings.monitor.rule_book()
    except RulesError as error:
        _refuse(senseless(error, places, path))
    return settings


def _rules_in(values: Mapping[str, Any]) -> Mapping[str, Any]:
    rules: Mapping[str, Any] = values.get("monitor", {}).get("rules", {})
    return rules


def named_in(path: Path | None) -> Loaded:
    """Defaults with the files that unusable settings name, so that those can be looked at too."""
    source = path or (DEFAULT_PATH if DEFAULT_PATH.exists() else SHIPPED_PATH)
    try:
        written = _written([read_yaml(read_text(source), Settings, str(source))])
    except SettingsError:
        written = {}
    named: dict[str, Any] = {key: written[key] for key in ("universe.file", "market.file") if key in written}
    return Loaded(settings=msgspec.convert(tree_of(named), Settings), warnings=(), path=str(source))


def with_overrides(settings: Settings, overrides: Sequence[str]) -> Settings:
    """`settings` of a past run with some KEY=VALUE over them. Raises `SettingsError` with every problem."""
    readings = [read_assignment(text, Settings, ON_COMMAND_LINE) for text in overrides]
    written = _written(readings)
    _refuse(_problems(written, readings))
    return _sound({**flatten(settings), **written}, readings, ON_COMMAND_LINE)


def resolve(settings_path: Path | str, value: str) -> Path:
    """The file a setting names: as it is if absolute or found here, else under the project the settings belong to.

    The project is the directory above the settings file's own; what is not there either may be a file shipped with
    kis-actors, such as the calendar. `log.data_dir` needs no such search: it is taken from the working directory.
    """
    named = Path(value).expanduser()
    if named.is_absolute() or named.exists():
        return named
    beside, shipped = Path(settings_path).resolve().parent.parent / named, SHIPPED / named
    return shipped if shipped.exists() and not beside.exists() else beside


def flatten(settings: Settings) -> dict[str, Any]:
    """Every setting by its dotted key."""
    return flat(fields_of(settings))


def _problems(written: Mapping[str, Any], readings: Sequence[Reading]) -> Iterator[Problem]:
    """What is wrong with each key by itself."""
    for reading in readings:
        yield from reading.problems
        yield from dotted_names(reading.values, reading.places)
    yield from _limits(written, _places(readings))


def _refuse(problems: Iterable[Problem]) -> None:
    """Raises `SettingsError` with all of them, if there are any."""
    if found := tuple(sorted(problems, key=_reading_order)):
        raise SettingsError(found)


def _places(readings: Sequence[Reading]) -> dict[str, Place]:
    """Where each key stands that counts: a value is that of the last reading, a section is where it came first."""
    places: dict[str, Place] = {}
    for reading in readings:
        values = flat(reading.values)
        places |= {
            key: place for key, place in reading.places.items() if key.partition("[")[0] in values or key not in places
        }  # fmt: skip
    return places


def _reading_order(problem: Problem) -> tuple[bool, int, int]:
    return problem.path == ON_COMMAND_LINE, problem.line, problem.column


def _limits(written: Mapping[str, Any], places: Mapping[str, Place]) -> Iterator[Problem]:
    """What is of the right type and still unusable."""
    for key, value in written.items():
        place = places[key]
        if key in RANGES:
            yield from _out_of_range(key, value, place)
        elif key.startswith(PREFIX) and (known := range_in_rule(key.rpartition(".")[2])) and value is not None:
            yield from _out_of_range(key, value, place, known)
        if key in SCHEMES and value is not None:
            yield from _bad_address(key, value, place)
        if key in FLOORS and not _on_loopback(written):
            yield from _below_floor(key, value, place)
    yield from _half_a_clock(written, places)
    yield from _bad_codes(written, places)


def _out_of_range(key: str, value: Any, place: Place, limits: tuple[float, float] | None = None) -> Iterator[Problem]:
    low, high = limits or RANGES[key]
    if not _numbers(value):
        yield Problem(*place, f"{key}: expected at least one number, found an empty list", "write [1, 2, 4]")
    for number in _numbers(value):
        if low <= number <= high:
            continue
        if key in RATIOS and abs(number) >= 1:
            what = f"{key} is a ratio from {low:g} to {high:g}: {number:g} means {number * 100:,.0f} %"
            yield Problem(*place, what, f"write {number / 100:g} for {number:g} %")
        else:
            nearest = low if number < low else high
            yield Problem(*place, f"{key}: expected {low:g} to {high:g}, found {number:g}", f"write {nearest:g}")


def _below_floor(key: str, value: Any, place: Place) -> Iterator[Problem]:
    floor, why = FLOORS[key]
    lowest = min(_numbers(value), default=floor)
    if lowest < floor:
        what = f"{key}: {lowest:g} is below the safety floor of {floor:g} ({why}; only loopback addresses may go below)"
        yield Problem(*place, what, f"write {floor:g} or more")


def _bad_address(key: str, url: str, place: Place) -> Iterator[Problem]:
    schemes = SCHEMES[key]
    try:
        parts = urlsplit(url)
        usable = parts.scheme in schemes and bool(parts.hostname) and parts.port != 0
    except ValueError:
        usable = False
    if not usable:
        what = f"{key}: expected an address of {' or '.join(schemes)} with a host and a port of 1 to 65535"
        yield Problem(*place, f"{what}, found {shown(url)}", f"write {schemes[0]}://HOST:PORT")


def _half_a_clock(written: Mapping[str, Any], places: Mapping[str, Place]) -> Iterator[Problem]:
    for given, absent in (("clock.anchor", "clock.shows"), ("clock.shows", "clock.anchor")):
        if written.get(given) and not written.get(absent):
            yield Problem(*places[given], f"{given} without {absent} sets no clock", f"add {absent}, or remove {given}")


def _bad_codes(written: Mapping[str, Any], places: Mapping[str, Place]) -> Iterator[Problem]:
    keys = ("universe.pins", "universe.exclusions")
    for key in keys:
        for code in written.get(key, ()):
            if not _CODE.fullmatch(code):
                what = f"{key}: expected codes of six digits or capitals such as 000660, found {shown(code)}"
                yield Problem(*places[key], what, "write [000660]")
    both = [code for code in written.get(keys[0], ()) if code in written.get(keys[1], ())]
    if both:
        what = f"{keys[1]}: {', '.join(both)} is among universe.pins too"
        yield Problem(*places[keys[1]], what, "keep one of the two")


def _adjusted(values: Mapping[str, Any]) -> tuple[dict[str, Any], tuple[str, ...]]:
    """The values as KIS can take them, and a warning for each that had to change."""
    adjusted, warnings = dict(values), []
    batch_size = values.get("monitor.rest_batch_size", BATCH_MAX)
    if batch_size > BATCH_MAX:
        adjusted["monitor.rest_batch_size"] = BATCH_MAX
        what = f"{batch_size} is more than KIS takes; using {BATCH_MAX}, so 250 codes take 9 calls a scan"
        warnings.append(f"monitor.rest_batch_size: {what}")
    gap_s = values.get("kis.rate_limit_sleep_sec", Settings().kis.rate_limit_sleep_sec)
    if values.get("kis.env") == "paper" and gap_s < PAPER_GAP_S and not _on_loopback(values):
        adjusted["kis.rate_limit_sleep_sec"] = PAPER_GAP_S
        what = f"{gap_s:g} is less than paper asks for; using {PAPER_GAP_S:g}, one call a second"
        warnings.append(f"kis.rate_limit_sleep_sec: {what}")
    if values.get("kis.env") == "paper":
        warnings += _without_what_paper_lacks(adjusted)
    per_code = 1 + bool(adjusted.get("kis.ws_status")) + bool(adjusted.get("kis.ws_quotes"))
    room = adjusted.get("kis.ws_registrations_max", Settings().kis.ws_registrations_max) // per_code or 1
    wanted = adjusted.get("monitor.max_ws_subs", Settings().monitor.max_ws_subs)
    if wanted > room:
        warnings.append(f"monitor.max_ws_subs: {wanted} codes of {per_code} feeds are too many; following {room}")
    return adjusted, tuple(warnings)


def _without_what_paper_lacks(values: dict[str, Any]) -> list[str]:
    """Sets `values` to what paper has; a warning for each that had to change."""
    lacks = {"market.hours": ("nxt", "unified"), "kis.ws_status": (True,)}
    instead = {"market.hours": "krx", "kis.ws_status": False}
    changed = [key for key, unusable in lacks.items() if values.get(key) in unusable]
    values.update({key: instead[key] for key in changed})
    return [f"{key}: paper does not have it; using {shown(str(instead[key]).lower())}" for key in changed]


def _preset(written: Mapping[str, Any]) -> dict[str, Any]:
    """What the chosen presets set."""
    usual = {"kis.pace": "paper"} if written.get("kis.env") == "paper" else {}
    chosen = (of[written.get(key, usual.get(key, next(iter(of))))] for key, of in PRESETS.items())
    return {
        key: value for preset in chosen for key, value in preset.items() if not _is_of_another(key, preset, written)
    }  # fmt: skip


def _is_of_another(key: str, preset: Mapping[str, Any], written: Mapping[str, Any]) -> bool:
    """Whether `key` is of a preset's rule whose name is given to a rule of another kind."""
    kind = f"{key.rpartition('.')[0]}.rule"
    return key.startswith(PREFIX) and written.get(kind, preset.get(kind)) != preset.get(kind)


def _overruled(written: Mapping[str, Any]) -> tuple[str, ...]:
    """Whoever changes only the preset in the shipped file would otherwise wonder why nothing changes."""
    return tuple(
        f"{key}: {_shown(written[key])} is written out and wins over the {_shown(value)} "
        f"of {preset.partition('.')[2]} {written[preset]}"
        for preset, of in PRESETS.items()
        if written.get(preset, next(iter(of))) != next(iter(of))
        for key, value in of[written[preset]].items()
        if written.get(key, value) != value
    )


def _on_loopback(values: Mapping[str, Any]) -> bool:
    """Whether nothing of this run can reach KIS."""
    return all(_is_loopback(values.get(key)) for key in ("kis.rest_url", "kis.ws_url"))


def _is_loopback(url: str | None) -> bool:
    try:
        host = urlsplit(url or "").hostname or ""
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _numbers(value: Any) -> tuple[float, ...]:
    return value if isinstance(value, tuple) else (value,)


def _written(readings: Sequence[Reading]) -> dict[str, Any]:
    return {key: value for reading in readings for key, value in flat(reading.values).items()}


def _shown(value: Any) -> str:
    return f"{value:g}" if isinstance(value, int | float) else str(value)

"""What shall happen on the simulated day, as a YAML file tells it: the start, the happenings, the servers' faults."""

import datetime
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Any, Literal, Union, dataclass_transform

import msgspec
import yaml
from msgspec import Meta, Struct

from kis_actors.simulator.faults import Fault

MinuteOfDay = Annotated[str, Meta(pattern="^(09|1[0-4]):[0-5][0-9]$|^15:[01][0-9]$")]
Disparity = Annotated[float, Meta(gt=-0.5, lt=0.5)]
Fall = Annotated[float, Meta(gt=-0.3, lt=0.3)]
Minutes = Annotated[int, Meta(ge=1, le=380)]

COMPARE = "see config/scenario.yaml, which has every line there is"
LISTED = "; take one of `kis-actors universe show`"
_FORMATS = {
    "matching regex '^([01]": "a time of day such as 09:04 or 09:04:30",
    "matching regex '^(09|1": "a whole minute of continuous trading, 09:00 to 15:19",
}


@dataclass_transform(frozen_default=True, kw_only_default=True)
class Entry(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One line of a scenario."""


@dataclass_transform(frozen_default=True, kw_only_default=True)
class Happening(Entry, frozen=True, kw_only=True, tag_field="what"):
    """Something that befalls one stock, or all of them."""

    at: MinuteOfDay


class Slide(Happening, frozen=True, kw_only=True, tag="slide"):
    """The price glides until it stands at `to_disparity` against its 25-day average (the price itself included)."""

    code: str
    to_disparity: Disparity
    minutes: Minutes


class Crash(Happening, frozen=True, kw_only=True, tag="crash"):
    """The price loses `fall` (ratio) of itself, on many trades."""

    code: str
    fall: Fall
    minutes: Minutes = 3


class TurnoverSurge(Happening, frozen=True, kw_only=True, tag="turnover_surge"):
    """`times` as many trades as usual, while the price loses `fall` (ratio)."""

    code: str
    times: Annotated[float, Meta(ge=1, le=50)]
    fall: Fall = 0.0
    minutes: Minutes


class Halt(Happening, frozen=True, kw_only=True, tag="halt"):
    """No trades until `until`, or for the rest of the day."""

    code: str
    until: MinuteOfDay | None = None

    def __post_init__(self) -> None:
        if self.until is not None and self.until <= self.at:
            raise ValueError(f"Expected `until` later than {self.at}")


class VolatilityInterruption(Happening, frozen=True, kw_only=True, tag="vi"):
    """A call auction of two and a half minutes instead of continuous trading."""

    code: str


class MarketDrop(Happening, frozen=True, kw_only=True, tag="market_drop"):
    """Every stock loses `fall` (ratio; times its own sensitivity), then wins `recover` of that loss back."""

    fall: Fall
    minutes: Minutes
    recover: Annotated[float, Meta(ge=0, le=1)] = 0.5
    recover_minutes: Minutes = 30


class Start(Entry, frozen=True, kw_only=True):
    """How the stocks stand at the previous close, against their 25-day averages.

    disparity: these codes exactly there.
    near_codes: so many more, drawn by the seed, between the two near_disparity.
    """

    disparity: dict[str, Disparity] = {}
    near_codes: Annotated[int, Meta(ge=0)] = 0
    near_disparity: tuple[Disparity, Disparity] = (-0.074, -0.05)


AnyHappening = Union[Slide, Crash, TurnoverSurge, Halt, VolatilityInterruption, MarketDrop]  # noqa: UP007 - msgspec's tags


class Split(Entry, frozen=True, kw_only=True):
    """One old share became 1 / `ratio` new ones: 0.2 is five for one, 10 is one for ten."""

    code: str
    ratio: Annotated[float, Meta(ge=0.01, le=100)]


class CorporateAction(Entry, frozen=True, kw_only=True):
    """What the simulated day is the first day after."""

    split: Split


class Stream(Entry, frozen=True, kw_only=True):
    """How densely trades come.

    trades_per_min: of every stock alike, in each minute of continuous trading; 0: as the stock and the hour have it.
    trades_per_frame: the most that one frame carries; 20 is the most that was recorded.
    """

    trades_per_min: Annotated[int, Meta(ge=0, le=6000)] = 0
    trades_per_frame: Annotated[int, Meta(ge=1, le=20)] = 20


class Scenario(Entry, frozen=True, kw_only=True):
    """A whole day's script; empty, nothing out of the ordinary happens.

    holidays: what chk-holiday says of these days, whatever they are.
    """

    start: Start = Start()
    stream: Stream = Stream()
    holidays: dict[datetime.date, Literal["closed", "open"]] = {}
    corporate_actions: tuple[CorporateAction, ...] = ()
    happenings: tuple[AnyHappening, ...] = ()
    faults: tuple[Fault, ...] = ()


class ScenarioUnusable(ValueError):
    """The file is no scenario; the message says where, what was expected and what came."""


def read_scenario(path: Path) -> Scenario:
    """The scenario in the file. Raises `ScenarioUnusable`."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "not UTF-8"
        what = f"{path}: expected a scenario here: {reason}"
        raise ScenarioUnusable(f"{what}; name one like config/scenario.yaml") from error
    return parse_scenario(text, str(path))


def parse_scenario(text: str, name: str) -> Scenario:
    """The scenario that the YAML `text` tells; `name` stands in the messages. Raises `ScenarioUnusable`."""
    try:
        # Every scalar stays text until the structs above say what it is: 000660 keeps its zeros, 10:15 its colon.
        root = yaml.compose(text, Loader=yaml.BaseLoader)
        values = yaml.load(text, Loader=yaml.BaseLoader)
    except yaml.YAMLError as error:
        raise ScenarioUnusable(f"{name}: expected YAML: {_first_line(error)}; {COMPARE}") from error
    try:
        return msgspec.convert(values or {}, Scenario, strict=False)
    except msgspec.ValidationError as error:
        raise ScenarioUnusable(f"{_explained(str(error), name, root, values)}; {COMPARE}") from error


def _first_line(error: yaml.YAMLError) -> str:
    return " ".join(str(error).split())


def check_codes(scenario: Scenario, codes: Iterable[str], name: str) -> None:
    """Raises `ScenarioUnusable` when the scenario speaks of a code that is not listed."""
    listed = frozenset(codes)
    for index, happening in enumerate(scenario.happenings):
        if (code := code_of(happening)) and code not in listed:
            raise ScenarioUnusable(f"{name}: happenings[{index}].code: expected a listed code, found {code!r}{LISTED}")
    for index, fault in enumerate(scenario.faults):
        if fault.code and fault.code not in listed:
            place = f"faults[{index}].code"
            raise ScenarioUnusable(f"{name}: {place}: expected a listed code, found {fault.code!r}{LISTED}")
    for index, action in enumerate(scenario.corporate_actions):
        if (code := action.split.code) not in listed:
            place = f"corporate_actions[{index}].split.code"
            raise ScenarioUnusable(f"{name}: {place}: expected a listed code, found {code!r}{LISTED}")
    for code in scenario.start.disparity:
        if code not in listed:
            raise ScenarioUnusable(f"{name}: start.disparity: expected listed codes, found {code!r}{LISTED}")


def without_unlisted(scenario: Scenario, codes: Iterable[str]) -> Scenario:
    """The scenario less what befalls codes that are not listed; for the default scenario over another universe."""
    listed = frozenset(codes)
    kept = tuple(happening for happening in scenario.happenings if code_of(happening) in listed | {None})
    faults = tuple(fault for fault in scenario.faults if fault.code in listed | {""})
    disparity = {code: value for code, value in scenario.start.disparity.items() if code in listed}
    start = msgspec.structs.replace(scenario.start, disparity=disparity)
    actions = tuple(action for action in scenario.corporate_actions if action.split.code in listed)
    return msgspec.structs.replace(
        scenario, happenings=kept, faults=faults, start=start, corporate_actions=actions
    )


def code_of(happening: AnyHappening) -> str | None:
    """The code it befalls; None when it is all of them."""
    return None if isinstance(happening, MarketDrop) else happening.code


def _explained(message: str, name: str, root: yaml.Node | None, values: Any) -> str:
    """msgspec says what it expected and the place; the file knows the line and what came instead."""
    what, _, place = message.partition(" - at `$")
    steps = re.findall(r"\[(\d+)\]|\.(\w+)", place)
    node: yaml.Node | None = root
    for index, key in steps:
        values, node = _inside(values, node, int(index) if index else key)
    line = node.start_mark.line + 1 if node else 1
    where = place.strip("`.") or "the file"
    wording = next((words for part, words in _FORMATS.items() if part in what), None)
    return f"{name}:{line}: {where}: {'Expected ' + wording if wording else what}, found {values!r:.80}"


def _inside(values: Any, node: yaml.Node | None, key: int | str) -> tuple[Any, yaml.Node | None]:
    if isinstance(key, int) and isinstance(values, list) and isinstance(node, yaml.SequenceNode):
        return values[key], node.value[key]
    if isinstance(values, dict) and isinstance(node, yaml.MappingNode) and key in values:
        return values[key], next(value for name, value in node.value if name.value == key)
    return values, node

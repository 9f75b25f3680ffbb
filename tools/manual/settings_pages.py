"""The page of every setting, read off the settings' own types, their docstrings and their limits."""

from collections.abc import Iterator
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, NamedTuple, Union, get_args, get_origin

import msgspec
from msgspec.structs import FieldInfo, fields

from kis_actors.limits import FLOORS, RANGES, RATIOS
from kis_actors.settings import Section, Settings
from manual.wording import Unsaid, claim_of, in_korean, korean, meanings_of

TITLES = {"en": "Settings", "ko": "설정"}
INTROS = {
    "en": """All settings of `config/settings.yaml`, with their names as `--set` and error messages write them.
A *floor* protects the account: below it a setting is refused, but on
loopback. Ratios are fractions: `-0.08` is -8 %. A line
left out keeps its default. What rules take is on [their page](../rules.md#what-every-rule-takes).
Two presets change defaults: [`monitor.mode`](../rules.md#presets-a-and-b) and [`kis.pace`](../kis-limits.md).""",
    "ko": """`config/settings.yaml`의 모든 설정입니다. 이름은 `--set`과 오류 메시지에 쓰이는 그대로입니다.
*하한*은 계좌를 지키는 값으로, 그보다 낮은 설정은 거절합니다(루프백은 예외).
비율은 소수로 적습니다: `-0.08`은 -8 %입니다. 적지 않은 줄은 기본값입니다.
규칙이 받는 값은 [규칙](../rules.md)에 있습니다.
두 묶음 설정이 기본값을 바꿉니다: [`monitor.mode`](../rules.md#묶음-설정-a와-b), [`kis.pace`](../kis-limits.md).""",
}
COLUMNS = {
    "en": "| setting | what it takes | default | range | meaning |\n|---|---|---|---|---|",
    "ko": "| 설정 | 값 | 기본값 | 범위 | 뜻 |\n|---|---|---|---|---|",
}
WORDS = {
    "en": {"bool": "`true` or `false`", "int": "whole number", "float": "number", "str": "text", "or": " or ",
           "list": "list: ", "dict": "names and values", "datetime": "instant", "none": "none", "ratio": "ratio",
           "s": ", seconds", "days": ", days", "floor": "; floor ", "to": " to "},
    "ko": {"bool": "`true` 또는 `false`", "int": "정수", "float": "수", "str": "글", "or": " 또는 ",
           "list": "목록: ", "dict": "이름과 값", "datetime": "시각", "none": "없음", "ratio": "비율", "s": ", 초",
           "days": ", 일", "floor": "; 하한 ", "to": " ~ "},
}  # fmt: skip


class Setting(NamedTuple):
    """One leaf. key: dotted, as people write it. owner: the class whose docstring speaks of it."""

    key: str
    owner: type
    info: FieldInfo

    @property
    def name(self) -> str:
        """What the Korean book calls it: one name for what several sections inherit."""
        return f"{self.owner.__name__}.{self.info.name}"


def sections(kind: type = Settings, key: str = "") -> Iterator[tuple[str, type, tuple[Setting, ...]]]:
    """Each section with its dotted key and its own leaves, in the order of the file."""
    leaves, inner = [], []
    for info in fields(kind):
        path = f"{key}.{info.name}".lstrip(".")
        if isinstance(info.type, type) and issubclass(info.type, Section):
            inner.append((path, info.type))
        else:
            leaves.append(Setting(path, _owner(kind, info.name), info))
    if leaves:
        yield key, kind, tuple(leaves)
    for path, section in inner:
        yield from sections(section, path)


def meaning(setting: Setting, language: str) -> str:
    """In words; English out of the docstring, or where that is silent out of the book. Raises Unsaid."""
    entry = in_korean("settings", setting.name)
    if language == "ko":
        return entry["ko"] if isinstance(entry, dict) else entry
    said = meanings_of(setting.owner, setting.owner.__struct_fields__).get(setting.info.name)
    if said and isinstance(entry, dict):
        raise Unsaid(f"{setting.name} has two English lines: leave the one in tools/manual/korean/settings.yaml out")
    if not said and not isinstance(entry, dict):
        raise Unsaid(f"{setting.owner.__name__}'s docstring says nothing of {setting.info.name}; say it there")
    return said.rstrip(".") if said else entry["en"]


def page(language: str) -> str:
    """The whole page."""
    parts = [f"# {TITLES[language]}", INTROS[language]]
    for key, kind, leaves in sections():
        claim = claim_of(kind, kind.__struct_fields__) if language == "en" else in_korean("settings", kind.__name__)
        rows = [_row(setting, language) for setting in leaves]
        parts += [f"## {key}", claim, "\n".join([COLUMNS[language], *rows])]
    return "\n\n".join(parts) + "\n"


def strangers() -> list[str]:
    """Names in the Korean book that are no setting any more."""
    known = {name for _, kind, leaves in sections() for name in (kind.__name__, *(one.name for one in leaves))}
    return sorted(set(korean("settings")) - known)


def _owner(kind: type, name: str) -> type:
    """The farthest ancestor that has the field: a section's own default changes no meaning."""
    ancestors = [one for one in kind.__mro__ if issubclass(one, Section)]
    return [one for one in ancestors if name in one.__struct_fields__][-1]


def _row(setting: Setting, language: str) -> str:
    info = setting.info
    default = info.default if info.default_factory is msgspec.NODEFAULT else info.default_factory()
    shown = "; ".join(default) if isinstance(default, dict) else _yaml(default)
    cells = (
        f"`{setting.key}`", _type(setting, language), f"`{shown}`" if shown else "–",
        _range(setting.key, language), meaning(setting, language).replace("|", "\\|"),
    )  # fmt: skip
    return f"| {' | '.join(cells)} |"


def _type(setting: Setting, language: str) -> str:
    words, name = WORDS[language], setting.info.name
    if setting.key in RATIOS:
        return words["ratio"]
    unit = words["s"] if name.endswith("_sec") else words["days"] if name.endswith("_days") else ""
    return _of(setting.info.type, words) + unit


def _of(kind: Any, words: dict[str, str]) -> str:
    """A type in words."""
    origin, inner = get_origin(kind), get_args(kind)
    if origin is Annotated:
        return _of(inner[0], words)
    if origin is Literal:
        return words["or"].join(f"`{one}`" for one in inner)
    if origin in (Union, UnionType):
        return words["or"].join(words["none"] if one is NoneType else _of(one, words) for one in inner)
    if origin is tuple:
        return words["list"] + _of(inner[0], words)
    return words["dict"] if origin is dict else words[kind.__name__]


def _yaml(value: Any) -> str:
    """As people write it in the file."""
    if isinstance(value, tuple):
        return f"[{', '.join(map(_yaml, value))}]"
    if isinstance(value, bool) or value is None:
        return {True: "true", False: "false", None: "null"}[value]
    return f"{value:.12g}" if isinstance(value, float) else str(value)


def _range(key: str, language: str) -> str:
    words = WORDS[language]
    if key not in RANGES:
        return ""
    least, most = (f"{bound:.12g}" for bound in RANGES[key])
    floor = f"{words['floor']}{FLOORS[key][0]:g}" if key in FLOORS else ""
    return f"{least}{words['to']}{most}{floor}"

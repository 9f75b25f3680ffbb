"""The page of every event, read off `kis_actors/messages/`: its files, their docstrings and their fields."""

import ast
import inspect
from collections.abc import Iterator
from typing import NamedTuple

from kis_actors.messages import (
    NAMES,
    application,
    channels,
    clock,
    disk,
    link,
    notify,
    replies,
    rest,
    scan,
    signal,
    subscription,
    telegram,
    values,
    ws,
)
from manual.wording import claim_of, in_korean, korean, meanings_of

SPEAKERS = (
    values, application, clock, disk, rest, link, channels, telegram, replies, scan, subscription, ws, signal, notify,
)  # fmt: skip
"""Who says events, in the order of the page."""

TITLES = {"en": "Events", "ko": "이벤트"}
INTROS = {
    "en": """What the log can hold, grouped by who says it; `kis-actors events --type NAME` shows them. Names stay; a
version is raised when a field changes or goes ([how](../architecture.md#changing-an-event)), and old logs
stay readable. Instants carry KST, money is whole won, quantities are shares, ratios are fractions.""",
    "ko": """로그에 남을 수 있는 모든 것이며, 누가 말하는지로 묶었습니다.
`kis-actors events --type NAME`으로 볼 수 있습니다. 이름은 바뀌지 않고,
필드가 바뀌거나 없어지면 버전이 올라가며([방법](../architecture.md#changing-an-event)), 옛 로그도 계속 읽힙니다.
시각은 KST, 돈은 원 단위 정수, 수량은 주, 비율은 소수입니다. 필드 하나하나의 뜻은 영어 쪽에 있습니다.""",
}
VALUES = {"en": "Values that several events carry", "ko": "여러 이벤트가 담는 값"}
COLUMNS = "| field | type | meaning |\n|---|---|---|"


class Told(NamedTuple):
    """A struct of a speaker's file. group: who says it. types: of its fields, as the source writes them."""

    group: str
    kind: type
    types: dict[str, str]

    @property
    def name(self) -> str:
        """As the log has it; a value's own name."""
        return NAMES.get(self.kind, (self.kind.__name__,))[0]

    @property
    def is_event(self) -> bool:
        """Whether it is in the log by itself."""
        return self.kind in NAMES


def told() -> Iterator[Told]:
    """All of them, speaker by speaker, in the order of each file."""
    for speaker in SPEAKERS:
        for node in ast.parse(inspect.getsource(speaker)).body:
            if isinstance(node, ast.ClassDef):
                lines = [line for line in node.body if isinstance(line, ast.AnnAssign)]
                types = {ast.unparse(line.target): ast.unparse(line.annotation) for line in lines}
                yield Told((speaker.__doc__ or "").rstrip("."), vars(speaker)[node.name], types)


def page(language: str) -> str:
    """The whole page. Raises Unsaid."""
    parts, group = [f"# {TITLES[language]}", INTROS[language]], ""
    for one in (one for one in told() if one.is_event):
        if one.group != group:
            group = one.group
            parts.append(f"## {group if language == 'en' else in_korean('events', group)}")
        parts += [f"### {one.name}", *_said(one, language)]
    parts.append(f"## {VALUES[language]}")
    for one in (one for one in told() if not one.is_event):
        parts += [f"### {one.name}", *_said(one, language)]
    return "\n\n".join(parts) + "\n"


def strangers() -> list[str]:
    """Names in the Korean book that are no event, value or group any more."""
    return sorted(set(korean("events")) - {name for one in told() for name in (one.name, one.group)})


def _said(one: Told, language: str) -> Iterator[str]:
    version = f" (v{NAMES[one.kind][1]})" if one.is_event else ""
    if language == "ko":
        yield in_korean("events", one.name) + version
        if one.types:
            yield "필드: " + ", ".join(f"`{name.rstrip('_')}`" for name in one.types)
        return
    yield claim_of(one.kind, tuple(one.types)) + version
    meanings = meanings_of(one.kind, tuple(one.types))
    rows = [
        f"| `{name.rstrip('_')}` | `{kind}` | {meanings.get(name, '')} |".replace(" | None", " or None")
        for name, kind in one.types.items()
    ]
    if rows:
        yield "\n".join([COLUMNS, *rows])

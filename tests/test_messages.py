"""The events as the log knows them: names that stay, payloads that stay readable, and values that never change."""

import json
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
from typing import Any

import msgspec
import pytest
from facts import NOW
from hypothesis import given, settings
from hypothesis import strategies as st
from strategies import any_of

from kis_actors import messages
from kis_actors.messages import NAMES, Event, LinkOpened, Record, Rows
from kis_actors.recovery import CODEC
from kis_actors.units import ns_of_instant

GOLDEN = [json.loads(line) for line in (Path(__file__).parent / "golden_events.jsonl").read_text("utf-8").splitlines()]
"""One line an event and version, as some day's log has it: lines are added, never changed."""

PUBLIC = """
    RunStarted RunEnded ClockTicked SessionOpened SessionClosed UniverseLoaded BaselineLoaded BaselineMissing
    ScanRequested ScanReturned ScanFailed TargetsChanged SubscribeRequested SubscribeConfirmed SubscribeRefused
    UnsubscribeRequested UnsubscribeConfirmed LinkRequested LinkOpened LinkLost LinkBlocked FrameReceived FrameRejected
    FramesDropped SignalRaised AlertDecided AlertSuppressed NotifyRequested NotifySent NotifyFailed NotifyUnknown
    ActorFailed
"""
"""Names that people's scripts rely on."""

each_kind = pytest.mark.parametrize("kind", NAMES, ids=lambda kind: kind.__name__)


def test_every_event_has_a_name_in_the_log():
    assert [kind.__name__ for kind in said() if issubclass(kind, Event) and kind not in NAMES] == []


def test_what_any_speaker_says_is_told_by_the_package():
    assert [kind.__name__ for kind in said() if vars(messages).get(kind.__name__) is not kind] == []


def test_no_two_events_share_a_name():
    assert len({name for name, _ in NAMES.values()}) == len(NAMES)


def test_the_public_names_are_kept():
    names = [name for name, _ in NAMES.values()]
    assert [name for name in PUBLIC.split() if name not in names] == []


@each_kind
def test_every_version_has_a_golden_line(kind):
    assert NAMES[kind] in [(name, version) for name, version, _ in GOLDEN]


@pytest.mark.parametrize("line", GOLDEN, ids=lambda line: f"{line[0]} {line[1]}")
def test_a_golden_line_is_still_read(line):
    name, version, fields = line
    assert type(CODEC.decode(name, version, json.dumps(fields).encode())).__name__ == name


@pytest.mark.parametrize("line", GOLDEN, ids=lambda line: f"{line[0]} {line[1]}")
def test_a_golden_line_keeps_what_it_said(line):
    name, version, fields = line
    _, _, payload = CODEC.encode(CODEC.decode(name, version, json.dumps(fields).encode()))
    assert _common(json.loads(payload), fields) == fields


@each_kind
@settings(max_examples=5)
@given(data=st.data())
def test_an_event_is_read_back_as_it_was(kind, data):
    event = data.draw(any_of(kind))
    assert CODEC.decode(*CODEC.encode(event)) == event


@each_kind
@settings(max_examples=2)
@given(data=st.data())
def test_an_event_is_written_the_same_twice(kind, data):
    event = data.draw(any_of(kind))
    assert CODEC.encode(CODEC.decode(*CODEC.encode(event))) == CODEC.encode(event)


@each_kind
def test_an_event_cannot_be_changed(kind):
    assert kind.__struct_config__.frozen


@each_kind
def test_an_event_holds_no_list_set_or_table(kind):
    loose = (msgspec.inspect.ListType, msgspec.inspect.SetType, msgspec.inspect.DictType)
    fields = msgspec.inspect.type_info(kind).fields
    assert [field.name for field in fields if isinstance(field.type, loose)] == []


@each_kind
def test_an_event_says_what_is_now_true(kind):
    assert kind.__doc__ and kind.__doc__.splitlines()[0].strip()


def test_a_record_s_instant_is_korean_time():
    record = Record(seq=1, stream="socket", cause=0, at_ns=ns_of_instant(NOW), event=LinkOpened(link=1))
    assert record.at.isoformat() == "2026-11-20T10:00:00+09:00"


def test_rows_are_names_to_text():
    assert Rows(("a", "b"), (("1", "2"), ("3", "4"))).each() == ({"a": "1", "b": "2"}, {"a": "3", "b": "4"})


def said() -> list[type]:
    """Every event and value, from every speaker's file."""
    speakers = [import_module(f"{messages.__name__}.{name}") for _, name, _ in iter_modules(messages.__path__)]
    kinds = [kind for speaker in speakers for kind in vars(speaker).values() if isinstance(kind, type)]
    return [kind for kind in kinds if kind.__module__.startswith(f"{messages.__name__}.") and kind is not Event]


def _common(today: Any, golden: Any) -> Any:
    """`today` without what was added since, at any depth."""
    if not (isinstance(today, dict) and isinstance(golden, dict)):
        return today
    return {key: _common(today[key], golden[key]) for key in golden if key in today}

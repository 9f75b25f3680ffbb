"""What a log holds stays readable: an event changes only by a default, by a new version, or not at all."""

from datetime import date

import msgspec
import pytest
from event_fields import FILE, changes, fields_of, golden_fields, required_of

from eventlog.codec import Codec, UnknownEvent
from eventlog.integrity import START
from eventlog.reading import open_reader
from eventlog.schema import Row
from eventlog.seal import seal
from eventlog.store import Writer
from kis_actors.messages import NAMES, Event, LinkOpened

GOLDEN = golden_fields()
HELP = f"Give it a default, or a new version and an upcaster: docs/architecture.md. What is new goes to {FILE.name} by "
HELP += "`PYTHONPATH=. python tests/event_fields.py`"
each_kind = pytest.mark.parametrize("kind", NAMES, ids=lambda kind: kind.__name__)


@each_kind
def test_what_was_written_in_this_version_is_still_read(kind):
    found = changes(GOLDEN.get(NAMES[kind], {}), fields_of(kind), required_of(kind))
    assert not found or NAMES[kind] not in GOLDEN, f"{NAMES[kind]}: {'; '.join(found)}. {HELP}"


@each_kind
def test_the_fields_of_today_are_noted(kind):
    assert GOLDEN.get(NAMES[kind]) == fields_of(kind), HELP


def test_no_version_is_forgotten():
    versions = {name: version for name, version in NAMES.values()}
    known = {(name, version) for name, last in versions.items() for version in range(1, last + 1)}
    assert known <= set(GOLDEN)


# --- the check itself


class Nested(msgspec.Struct, frozen=True):
    """A value within an event."""

    side: str = "buy"


class Fill(Event):
    """As it was once."""

    code: str
    price_won: int
    parts: tuple[Nested, ...] = ()


class Renamed(Event):
    """Another name for a field."""

    code: str
    paid_won: int = 0
    parts: tuple[Nested, ...] = ()


class Retyped(Event):
    """Another type of a field."""

    code: str
    price_won: str
    parts: tuple[Nested, ...] = ()


class Forced(Event):
    """One more field, that old payloads do not have."""

    code: str
    price_won: int
    venue: str
    parts: tuple[Nested, ...] = ()


class Longer(Event):
    """One more field, and something else in one there was."""

    code: str
    price_won: int | None
    parts: tuple[Nested, ...] = ()
    venue: str = "KRX"


class Dated(Event):
    """A text becomes a date."""

    code: date
    price_won: int
    parts: tuple[Nested, ...] = ()


class Inner(msgspec.Struct, frozen=True):
    """A value within an event, whose field has another type now."""

    side: int = 0


class Deep(Event):
    """Another type further down."""

    code: str
    price_won: int
    parts: tuple[Inner, ...] = ()


@pytest.mark.parametrize(
    ("kind", "found"),
    [
        (Fill, []), (Longer, []),
        (Renamed, ["price_won is gone or renamed"]),
        (Retyped, ["price_won was int, now it is str"]),
        (Dated, ["code was str, now it is date"]),
        (Deep, ["parts[].side was str, now it is int"]),
        (Forced, ["venue is new and has no default"]),
    ],
)  # fmt: skip
def test_a_change_without_a_new_version_is_found(kind, found):
    assert changes(fields_of(Fill), fields_of(kind), required_of(kind)) == found


# --- how an event changes: by a version and a step from each to the next, from a real file to today's shape


class Paid(msgspec.Struct, frozen=True):
    """Version 3. Version 1 had `cost` in thousands; version 2 had `cost_won` and no code."""

    code: str
    price_won: int


STEPS = {
    ("Paid", 1): lambda fields: {"cost_won": fields["cost"] * 1000},
    ("Paid", 2): lambda fields: {"price_won": fields["cost_won"], "code": "005930"},
}
OLD_AND_NEW = [
    Row(1, "edge", "Paid", 1, 0, 1, b'{"cost":71}'),
    Row(2, "edge", "Paid", 2, 0, 2, b'{"cost_won":71500}'),
    Row(3, "edge", "Paid", 3, 0, 3, b'{"code":"000660","price_won":93000}'),
]


@pytest.fixture(params=[".db", ".sealed"])
def path(request, tmp_path):
    """A day in which three versions of the code ran."""
    path = tmp_path / "2026-11-20.db"
    writer = Writer.create(path, day=path.stem, last_seq=0, chain=START, durability="normal")
    writer.append(OLD_AND_NEW)
    writer.close()
    if request.param == ".sealed":
        seal(path, "test")
    return path.with_suffix(request.param)


def test_a_day_of_three_versions_is_read_in_today_s_shape(path):
    codec = Codec({Paid: ("Paid", 3)}, STEPS)
    with open_reader(path) as reader:
        events = [codec.decode(row.type, row.version, row.payload) for row in reader.rows()]
    assert events == [Paid("005930", 71_000), Paid("005930", 71_500), Paid("000660", 93_000)]


def test_reading_changes_no_row(path):
    with open_reader(path) as reader:
        assert list(reader.rows()) == OLD_AND_NEW
        assert reader.check() is None


def test_a_step_that_is_missing_is_named(path):
    codec = Codec({Paid: ("Paid", 3)}, {("Paid", 2): STEPS["Paid", 2]})
    with open_reader(path) as reader, pytest.raises(UnknownEvent, match="has no step to version 2"):
        [codec.decode(row.type, row.version, row.payload) for row in reader.rows()]


def test_an_event_has_fields_to_note():
    assert fields_of(LinkOpened)["link"] == ("int",)

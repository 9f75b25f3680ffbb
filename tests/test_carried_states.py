"""The states that one version carries over are what the next one begins with: they change only with a thought."""

import msgspec
import pytest
from days import logged, written
from event_fields import STATES_FILE, changes, golden_fields, required_in, state_fields_of, states
from facts import DAY, tick

from eventlog.codec import Codec
from eventlog.schema import Row
from eventlog.store import Writer
from kis_actors.cores import CORES
from kis_actors.day_files import OtherVersion, open_day
from kis_actors.messages import NAMES, LinkOpened, StateCarried
from kis_actors.recovery import Unreadable, carried_states

GOLDEN = golden_fields(STATES_FILE)
HELP = (
    "Give a new field a default that is true of every state before it. For anything else raise the version of "
    "StateCarried in messages.NAMES, and give recovery.CODEC a step that makes the new shape of the old one "
    "(docs/architecture.md, 'Changing an event'). Then `PYTHONPATH=. python tests/event_fields.py` notes it"
)
each_state = pytest.mark.parametrize("key", states(), ids=lambda key: key[0])


@each_state
def test_a_state_that_was_carried_over_is_still_read(key):
    golden, kind = GOLDEN.get(key, {}), states()[key]
    found = changes(golden, state_fields_of(kind), required_in(kind, golden))
    assert not found or key not in GOLDEN, f"the state of {key[0]}: {'; '.join(found)}. {HELP}"


@each_state
def test_the_shape_of_today_is_noted(key):
    assert GOLDEN.get(key) == state_fields_of(states()[key]), f"the state of {key[0]} has something new. {HELP}"


# --- the check itself


class Inner(msgspec.Struct):
    """A part of a state."""

    count: int


class Before(msgspec.Struct):
    """As it was once."""

    by_code: dict[str, Inner] = {}


class InnerForced(msgspec.Struct):
    """With one more field that old states do not have."""

    count: int
    since: int


class Forced(msgspec.Struct):
    """Holds it."""

    by_code: dict[str, InnerForced] = {}


class Part(msgspec.Struct):
    """A new part may have what fields it wants."""

    name: str


class Wider(msgspec.Struct):
    """With a part more that has a default itself."""

    by_code: dict[str, Inner] = {}
    part: Part | None = None


def problems(after: type) -> list[str]:
    golden = state_fields_of(Before)
    return changes(golden, state_fields_of(after), required_in(after, golden))


def test_a_forced_field_deep_within_is_found():
    assert problems(Forced) == ["by_code{}.since is new and has no default"]


def test_a_new_part_with_a_default_is_no_problem():
    assert problems(Wider) == []


# --- a start that meets one it cannot read


FOREIGN = StateCarried(actor="scan", state=msgspec.Raw(b'{"rounds":7}'))


def test_a_state_of_another_shape_is_named():
    with pytest.raises(Unreadable, match="the state of scan that was carried over cannot be read: Expected"):
        carried_states(CORES, FOREIGN)


def test_a_start_says_that_another_version_wrote_the_log(tmp_path):
    path = written(tmp_path, logged(("carried", 0, FOREIGN), ("clock", 0, tick("10:00:00"))))
    before = path.read_bytes()
    what = "the state of scan .* The log is whole, and nothing was written to it. Start the version that wrote it"
    with pytest.raises(OtherVersion, match=what):
        open_day(tmp_path, DAY, CORES, "normal")
    assert path.read_bytes() == before


def test_a_log_of_a_newer_version_is_said_to_be_one(tmp_path):
    path = written(tmp_path, logged(("socket", 0, LinkOpened(link=1))))
    writer = Writer(path, "normal")
    writer.append([Row(2, "socket", "LinkOpened", 9, 0, 0, b'{"link":2}')])
    writer.close()
    with pytest.raises(OtherVersion, match="LinkOpened version 9: this code knows up to 1"):
        open_day(tmp_path, DAY, CORES, "normal")


def test_a_lifted_state_is_gone_on_with():
    """What the help asks for: a step in the codec, by the name of the actor."""

    def with_rounds(fields):
        state = {**fields["state"], "rounds": {"number": fields["state"]["rounds"]}}
        return {**fields, "state": state} if fields["actor"] == "scan" else fields

    codec = Codec({**NAMES, StateCarried: ("StateCarried", 2)}, {("StateCarried", 1): with_rounds})
    lifted = codec.decode("StateCarried", 1, msgspec.json.encode(FOREIGN))
    assert carried_states(CORES, lifted)["scan"].rounds.number == 7

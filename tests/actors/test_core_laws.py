"""What holds for every core in every state: facts stand, the same turn comes out the same, and state can be carried."""

from copy import deepcopy
from typing import Any

import msgspec
import pytest
from facts import at, tick
from hypothesis import given, settings
from hypothesis import strategies as st
from strategies import any_of, heard_or_decided

from kis_actors.cores import CORES
from kis_actors.messages import NAMES, ClockTicked, Event, FrameReceived, Record
from kis_actors.recovery import CODEC
from kis_actors.turn import Core, count_decisions, heeds_all, take_turn
from kis_actors.units import ns_of_instant

OFTEN, SELDOM = settings(max_examples=150), settings(max_examples=60)
MORNING = tick("08:30:00")
each_core = pytest.mark.parametrize("core", CORES, ids=lambda core: core.name)

encode = msgspec.json.encode


def story(core: Core) -> st.SearchStrategy[list[Event]]:
    """What `core` may hear in a few hours, clock first: answers only come to questions, and those need a clock."""
    heard = st.sampled_from([kind for kind in core.listens if kind in NAMES]).flatmap(any_of)
    return st.lists(heard, min_size=1, max_size=25).map(lambda events: [MORNING, *events])


def turns(core: Core, state: Any, events: list[Event], first_seq: int = 1) -> tuple[Any, list[bytes]]:
    """The state after a turn for each of `events`, and all that was decided, encoded."""
    decided: list[bytes] = []
    instant = at("08:30:00")
    for seq, event in enumerate(events, start=first_seq):
        instant = max(instant, event.now) if isinstance(event, ClockTicked) else instant
        record = Record(seq=seq, stream="test", cause=0, at_ns=ns_of_instant(instant), event=event)
        state, made = take_turn(core, state, record)
        decided += [encode(event) for event in made]
    return state, decided


@each_core
@OFTEN
@given(events=st.lists(heard_or_decided(), max_size=30))
def test_facts_stand_in_any_order(core, events):
    count_decisions(core, core.state(), tuple(events))


@each_core
@pytest.mark.parametrize("kind", NAMES, ids=lambda kind: kind.__name__)
@settings(max_examples=3)
@given(data=st.data())
def test_a_fresh_core_takes_any_fact(core, kind, data):
    core.evolve(core.state(), data.draw(any_of(kind)))


@pytest.mark.parametrize("core", [core for core in CORES if core.heeds is not heeds_all], ids=lambda core: core.name)
@SELDOM
@given(data=st.data())
def test_what_is_not_heeded_changes_and_decides_nothing(core, data):
    """So that it makes no difference whether an actor, recovery or replay is told of it."""
    state, _ = turns(core, core.state(), data.draw(story(core)))
    before = encode(state)
    passed_over = [event for event in data.draw(st.lists(any_of(FrameReceived))) if not core.heeds(event)]
    after, decided = turns(core, state, passed_over)
    assert (encode(after), decided) == (before, [])


@each_core
@SELDOM
@given(data=st.data())
def test_the_same_story_decides_the_same(core, data):
    events = data.draw(story(core))
    assert turns(core, core.state(), events)[1] == turns(core, core.state(), deepcopy(events))[1]


@each_core
@SELDOM
@given(data=st.data())
def test_the_same_story_leaves_the_same_state(core, data):
    events = data.draw(story(core))
    assert encode(turns(core, core.state(), events)[0]) == encode(turns(core, core.state(), deepcopy(events))[0])


@each_core
@SELDOM
@given(data=st.data())
def test_a_state_survives_being_written(core, data):
    state, _ = turns(core, core.state(), data.draw(story(core)))
    assert msgspec.json.decode(encode(state), type=core.state) == state


@each_core
@SELDOM
@given(data=st.data())
def test_a_state_read_back_goes_on_alike(core, data):
    before, after = data.draw(story(core)), data.draw(story(core))
    state, _ = turns(core, core.state(), before)
    carried = msgspec.json.decode(encode(state), type=core.state)
    assert turns(core, carried, after, 100)[1] == turns(core, state, after, 100)[1]


@each_core
@OFTEN
@given(data=st.data())
def test_what_is_decided_is_written_in_one_way(core, data):
    """An int where a float belongs is written 60 and, once read back, 60.0: replay would see a difference."""
    state, instant = core.state(), ns_of_instant(at("08:30:00"))
    for seq, event in enumerate(data.draw(story(core)), start=1):
        record = Record(seq=seq, stream="test", cause=0, at_ns=instant, event=event)
        state, made = take_turn(core, state, record)
        assert [CODEC.encode(CODEC.decode(*CODEC.encode(event))) for event in made] == [*map(CODEC.encode, made)]


@each_core
@SELDOM
@given(data=st.data())
def test_nothing_new_happens_at_the_same_instant(core, data):
    """A core that decided what to do about a tick has nothing left to do at a second tick of the same instant."""
    state, _ = turns(core, core.state(), [*data.draw(story(core)), tick("11:00:00")])
    assert turns(core, state, [tick("11:00:00")], 100)[1] == []

"""The turn itself, over a core that only counts."""

from msgspec.structs import replace

from kis_actors.messages import Event, LinkLost, LinkOpened, LinkReleased, Record
from kis_actors.turn import Core, count_decisions, hears, take_turn


def evolve(state: list[str], event: Event) -> list[str]:
    return [*state, type(event).__name__]


def decide(state: list[str], record: Record) -> tuple[Event, ...]:
    return (LinkReleased(link=len(state)), LinkReleased(link=record.seq))


CORE = Core(name="counter", listens=(LinkOpened,), state=list, evolve=evolve, decide=decide)
RECORD = Record(seq=41, stream="socket", cause=7, at_ns=0, event=LinkOpened(link=1))


def test_decide_sees_the_state_after_the_fact():
    _, decided = take_turn(CORE, [], RECORD)
    assert decided[0] == LinkReleased(link=1)


def test_decide_sees_the_record_s_place():
    _, decided = take_turn(CORE, [], RECORD)
    assert decided[1] == LinkReleased(link=41)


def test_decisions_count_at_once_and_in_order():
    state, _ = take_turn(CORE, [], RECORD)
    assert state == ["LinkOpened", "LinkReleased", "LinkReleased"]


def test_recorded_decisions_count_as_made_ones_do():
    _, decided = take_turn(CORE, [], RECORD)
    assert count_decisions(CORE, evolve([], RECORD.event), decided) == take_turn(CORE, [], RECORD)[0]


def test_a_core_hears_what_it_listens_to():
    assert hears(CORE, RECORD)


def test_a_core_does_not_hear_other_kinds():
    assert not hears(CORE, replace(RECORD, event=LinkLost(link=1, reason="")))


def test_a_core_does_not_hear_its_own_word():
    assert not hears(CORE, replace(RECORD, stream="counter"))

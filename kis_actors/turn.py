"""One turn of one actor: the only way state changes, live, at recovery, in replay and in what-if.

`evolve` says what a fact changes and never refuses; `decide` says what follows from it. Both are pure.
"""

from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

from kis_actors.messages import Event, Record

Evolve = Callable[[Any, Event], Any]
Step = Callable[[Any, Event], tuple[Event, ...]]


def heeds_all(_: Event) -> bool:
    """Of what a core listens to, nothing is passed over."""
    return True


class Core(NamedTuple):
    """What an actor is without its thread.

    name: its stream in the log. listens: the events it hears, besides its own.
    state: the type of its state; State() is a fresh one.
    evolve(state, event) -> state. decide(state, record) -> the events that follow.
    heeds(event) -> whether a turn on it may change or decide anything; others of its kind are not told.
    """

    name: str
    listens: tuple[type[Event], ...]
    state: type
    evolve: Evolve
    decide: Callable[[Any, Record], tuple[Event, ...]]
    heeds: Callable[[Event], bool] = heeds_all


def hears(core: Core, record: Record) -> bool:
    """Whether `record` is an input of `core`: of a kind it listens to, heeded, and not its own word."""
    return type(record.event) in core.listens and record.stream != core.name and core.heeds(record.event)


def hearers_of(cores: tuple[Core, ...]) -> dict[type[Event], tuple[Core, ...]]:
    """By kind of event: which cores hear it, unless it is their own word."""
    kinds = dict.fromkeys(kind for core in cores for kind in core.listens)
    return {kind: tuple(core for core in cores if kind in core.listens) for kind in kinds}


def take_turn(core: Core, state: Any, record: Record) -> tuple[Any, tuple[Event, ...]]:
    """The state after `record` and everything decided on it, and those decisions.

    The decisions count at once; the log takes them as one unit whose cause is `record`.
    """
    state = core.evolve(state, record.event)
    decided = core.decide(state, record)
    return count_decisions(core, state, decided), decided


def count_decisions(core: Core, state: Any, decided: tuple[Event, ...]) -> Any:
    """The state after decisions already made; at recovery they stand as the log has them."""
    for event in decided:
        state = core.evolve(state, event)
    return state


def in_steps(evolve: Evolve, steps: Iterable[Step], state: Any, event: Event) -> tuple[Event, ...]:
    """What each step decides about `event`, in the light of what those before it decided."""
    decided: tuple[Event, ...] = ()
    for step in steps:
        made = step(state, event)
        for one in made:
            state = evolve(state, one)
        decided += made
    return decided

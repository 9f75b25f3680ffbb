"""Whatever channels answer and however often the daemon dies, each message ends in exactly one way (I4, I15)."""

from collections import Counter
from datetime import timedelta
from typing import Any

import msgspec
from facts import at, started
from hypothesis import example, given
from hypothesis import strategies as st
from msgspec.structs import replace
from telling import failed, sent, unknown

from kis_actors.duties import outbox
from kis_actors.duties.outbox import Outbox
from kis_actors.messages import (
    ClockTicked,
    Event,
    NotifyExpired,
    NotifyFailed,
    NotifyRequested,
    NotifySent,
    NotifyUnknown,
    RunStarted,
)
from kis_actors.turn import in_steps

CHANNELS = ("telegram", "discord")
WORTH_S = 600
RUN = started(notify={"language": "en"})


class World:
    """An outbox, and channels that answer when and as they are told to. It is written and read back every turn."""

    def __init__(self) -> None:
        self.box, self.now, self.log = Outbox(), at("10:00:00"), list[Event]()
        self.under_way: list[NotifyRequested] = []
        self.said: list[str] = []
        self.hear(RUN)

    def hear(self, event: Event) -> None:
        before = msgspec.json.decode(msgspec.json.encode(self.box), type=Outbox)
        box = outbox.evolve(before, event)
        decided = in_steps(outbox.evolve, (outbox.repeat, outbox.ask_again, outbox.recap), box, event)
        self.log.append(event)
        for one in decided:
            box = outbox.evolve(box, one)
            self._decided(one)
        self.box = box

    def _decided(self, event: Event) -> None:
        self.log.append(event)
        if isinstance(event, NotifyRequested):
            self.under_way.append(event)

    def say(self, is_for_ever: bool = False) -> None:
        """A new message, to every channel; worth sending for ten minutes or for ever."""
        alert_id = f"message-{len(self.said)}"
        self.said.append(alert_id)
        until = None if is_for_ever else self.now + timedelta(seconds=WORTH_S)
        for name in CHANNELS:
            asked = NotifyRequested(alert_id=alert_id, channel=name, attempt=1, text=f"about {alert_id}", until=until)
            self.box = outbox.evolve(self.box, asked)
            self._decided(asked)

    def answer(self, place: int, how: Any) -> None:
        """One of the questions under way has an outcome."""
        if self.under_way:
            self.hear(how(self.under_way.pop(place % len(self.under_way))))

    def wait(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)
        self.hear(ClockTicked(now=self.now))

    def die(self, seconds: float) -> None:
        """What was under way has no outcome; the next run starts later, with the state of this one."""
        self.now += timedelta(seconds=seconds)
        in_doubt, self.under_way = tuple(self.under_way), []
        self.hear(replace(RUN, in_doubt=in_doubt))

    def heal(self) -> None:
        """Every channel works from now on, and there is something more to say."""
        for _ in range(4):
            self.say(is_for_ever=True)
            while self.under_way:
                self.answer(0, sent)
            self.wait(5000.0)
        while self.under_way:
            self.answer(0, sent)

    def of(self, alert_id: str, channel: str) -> list[Any]:
        """All that the log has of one message."""
        kinds = (NotifyRequested, NotifySent, NotifyFailed, NotifyUnknown, NotifyExpired)
        about = (one for one in self.log if isinstance(one, kinds))
        return [one for one in about if (one.alert_id, one.channel) == (alert_id, channel)]


def ends(world: World, alert_id: str, channel: str) -> list[str]:
    """How a message ended; more than one is a repeat or a contradiction, none is a loss."""
    log = world.of(alert_id, channel)
    recaps = [one for one in world.log if isinstance(one, NotifyRequested) and one.attempt == 1
              and one.channel == channel and alert_id in one.covers]  # fmt: skip
    doubts = sum(isinstance(one, NotifyUnknown) for one in log)
    found = ["sent" for one in log if isinstance(one, NotifySent)]
    found += ["refused" for one in log if isinstance(one, NotifyFailed) and one.retry_after_s < 0]
    found += ["recapped"] * len(recaps)
    return found + ["in doubt twice"] * (doubts // 2)


PLACES = st.integers(0, 20)
ANSWERS = st.one_of(
    st.just(sent), st.just(unknown), st.just(lambda asked: failed(asked, -1.0)),
    st.sampled_from([0.0, 5.0, 90.0, 700.0]).map(lambda seconds: lambda asked: failed(asked, seconds)),
)  # fmt: skip
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("say"), st.booleans()),
        st.tuples(st.just("answer"), PLACES, ANSWERS),
        st.tuples(st.just("answer"), PLACES, ANSWERS),
        st.tuples(st.just("wait"), st.sampled_from([1.0, 8.0, 60.0, 599.0, 601.0])),
        st.tuples(st.just("die"), st.sampled_from([1.0, 599.0, 7200.0])),
    ),
    min_size=3, max_size=40,
)  # fmt: skip


def lived(steps: list[tuple[Any, ...]]) -> World:
    world = World()
    for name, *how in steps:
        getattr(world, name)(*how)
    world.heal()
    return world


@given(STEPS)
@example([("say", False), ("answer", 0, lambda asked: failed(asked, 5.0)), ("wait", 601.0)])
@example([("say", False), ("wait", 601.0), ("answer", 0, unknown)])
@example([("say", False), ("wait", 1.0), ("die", 7200.0)])
def test_each_message_ends_in_exactly_one_way(steps):
    world = lived(steps)
    outcomes = {(said, name): ends(world, said, name) for said in world.said for name in CHANNELS}
    assert {message: found for message, found in outcomes.items() if len(found) != 1} == {}


@given(STEPS)
def test_each_message_is_repeated_at_most_once_and_marked(steps):
    """Certain failures aside, a person may have it twice, and then the second one says so."""
    world = lived(steps)
    for said, name in ((said, name) for said in world.said for name in CHANNELS):
        log = world.of(said, name)
        failures = {one.attempt for one in log if isinstance(one, NotifyFailed)}
        maybe = [one for one in log if isinstance(one, NotifyRequested) and one.attempt not in failures]
        assert [one.is_repeat for one in maybe] in ([], [False], [True], [False, True])
        assert all(one.text.startswith("repeat") == one.is_repeat for one in maybe)


@given(STEPS)
def test_no_try_has_two_numbers_alike(steps):
    world = lived(steps)
    tries = Counter((one.alert_id, one.channel, one.attempt) for one in world.log if isinstance(one, NotifyRequested))
    assert {key: count for key, count in tries.items() if count > 1} == {}


@given(STEPS)
@example([("wait", 1.0), ("say", False), ("die", 1.0), ("say", False), ("answer", 0, unknown)])
def test_nothing_is_asked_for_when_it_is_not_worth_it(steps):
    """Whatever the clock of the run before showed."""
    world, now = lived(steps), None
    for event in world.log:
        now = event.now if isinstance(event, ClockTicked) else None if isinstance(event, RunStarted) else now
        if isinstance(event, NotifyRequested) and event.attempt > 1:
            assert now is not None and (event.until is None or now < event.until)


@given(STEPS)
def test_nothing_is_left_over_once_all_is_well(steps):
    box = lived(steps).box
    assert (box.open, box.waiting, box.expired, box.unlisted) == ({}, {}, (), {})

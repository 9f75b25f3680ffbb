"""What SignalActor keeps of a day fills by the clock and then stays as it is, however many trades come."""

import gc
import sys
from datetime import timedelta

from facts import DAY, OPENED, SAMSUNG, at, frame, level_closes, started, trade, universe

from kis_actors.actors.signal import CORE as SIGNAL
from kis_actors.kis import usual
from kis_actors.messages import ClockTicked, Event, Record
from kis_actors.signals.tape import SPARE_POINTS
from kis_actors.turn import take_turn
from kis_actors.units import ns_of_instant

FULL_S, ROUNDS = 1_900, 6
"""When the longest window, 21 minutes, is full, with what may gather beyond it; and how often that is cut off then."""
PHASE_BLOCKS = 500
"""What is emptied at a bound of its own may stand at another place between two cuts."""
RULES = {"surge": {"rule": "turnover_surge_fall"}, "fall": {"rule": "rapid_fall", "fall_ratio": 0.25}}


class Actor:
    """A core that hears one thing after the other."""

    def __init__(self, *facts: Event) -> None:
        self.state, self.seq, self.second = SIGNAL.state(), 0, 0
        for fact in facts:
            self.hear(fact)

    def hear(self, event: Event) -> None:
        self.seq += 1
        record = Record(seq=self.seq, stream="test", cause=0, at_ns=ns_of_instant(at("09:00:00")), event=event)
        self.state, _ = take_turn(SIGNAL, self.state, record)

    def trade_for(self, seconds: int) -> int:
        """A trade each second, each at a price of its own; how much memory is taken then, in Python's blocks."""
        for _ in range(seconds):
            self.second += 1
            now = at("09:00:00") + timedelta(seconds=self.second)
            stamp = {"BSOP_DATE": f"{DAY:%Y%m%d}", "STCK_CNTG_HOUR": f"{now:%H%M%S}", "ACML_VOL": f"{self.second}"}
            self.hear(ClockTicked(now=now))
            self.hear(frame(trade(10_000 + self.second, **stamp)))
        for remembered in (usual._PRICES, usual._RANGES, usual._VOLUMES):
            remembered.clear()  # they have a bound that so short a day does not reach
        gc.collect()
        return sys.getallocatedblocks()


def test_a_day_of_trades_takes_no_more_than_its_windows():
    run = started(monitor={"rules": RULES})
    actor = Actor(run, universe(SAMSUNG), OPENED, level_closes(SAMSUNG))
    full = actor.trade_for(FULL_S)
    tape = actor.state.day.trades[SAMSUNG]
    assert tape.points[-1].at_s == actor.second + int(at("09:00:00").timestamp()), "the trades were judged"
    assert len(tape.points) <= actor.state.day.window_s + SPARE_POINTS + 2
    later = actor.trade_for(ROUNDS * (SPARE_POINTS + 1))
    assert later - full < PHASE_BLOCKS

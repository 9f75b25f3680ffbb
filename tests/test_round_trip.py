"""The trip clock, log, actors, log: when it has ended, when it is late, and who holds it up."""

import pytest

from kis_actors.round_trip import LATE_S, RoundTrip


class Actor:
    seq = 0


class Trip:
    """Two actors, a clock that is moved by hand, and the trip past them."""

    def __init__(self) -> None:
        self.now_s = 100.0
        self.scan, self.signal = Actor(), Actor()
        self.trip = RoundTrip({"scan": self.scan, "signal": self.signal}, lambda: self.now_s, LATE_S)

    def look(self, tick_seq: int, log_seq: int) -> bool:
        return self.trip.look(tick_seq=tick_seq, log_seq=log_seq)

    def handled(self, seq: int) -> None:
        self.scan.seq = self.signal.seq = seq


@pytest.fixture
def around() -> Trip:
    return Trip()


def test_a_trip_ends_when_the_log_goes_on_after_all_actors(around):
    assert not around.look(5, 5)
    around.handled(5)
    assert not around.look(5, 5)
    assert around.look(5, 6)


def test_one_tick_makes_one_trip(around):
    around.handled(5)
    around.look(5, 5)
    assert around.look(5, 6)
    assert not any(around.look(5, seq) for seq in range(7, 12))


def test_the_next_tick_makes_the_next_trip(around):
    around.handled(9)
    around.look(5, 5)
    around.look(5, 6)
    around.look(8, 9)
    assert around.look(8, 10)


def test_without_a_tick_no_trip_ends(around):
    around.handled(100)
    assert not any(around.look(0, seq) for seq in range(10))


def test_one_actor_that_is_behind_holds_it_up(around):
    around.scan.seq, around.signal.seq = 9, 4
    assert not any(around.look(5, seq) for seq in range(5, 20))


def test_later_ticks_do_not_begin_the_trip_anew(around):
    around.look(5, 5)
    around.handled(5)
    around.look(9, 9)
    assert around.look(9, 10)


def test_a_log_that_stands_still_holds_it_up(around):
    around.handled(5)
    assert not any(around.look(5, 5) for _ in range(9))


def test_it_says_how_long_it_took(around):
    around.look(5, 5)
    around.handled(5)
    around.now_s += 0.5
    around.look(5, 5)
    around.now_s += 1.0
    around.look(5, 6)
    around.now_s += 0.25
    assert (around.trip.took_s, around.trip.age_s()) == (1.5, 0.25)


def test_a_trip_is_late_only_after_its_time(around):
    around.now_s += LATE_S
    assert around.trip.trouble() == ""


@pytest.mark.parametrize(
    ("handled", "looks", "trouble"),
    [
        (0, [], "no tick of the clock in the log for 11 s"),
        (0, [(5, 5)], "scan, signal: no record handled for 11 s"),
        (5, [(5, 5)], "nothing was written to the log for 11 s"),
    ],
)
def test_it_says_who_holds_it_up(around, handled, looks, trouble):
    around.handled(handled)
    for tick_seq, log_seq in looks:
        around.look(tick_seq, log_seq)
    around.now_s += LATE_S + 1
    assert around.trip.trouble() == trouble


def test_a_trip_that_ends_after_all_ends_the_trouble(around):
    around.look(5, 5)
    around.now_s += LATE_S + 1
    around.handled(5)
    around.look(5, 5)
    around.look(5, 6)
    assert around.trip.trouble() == ""

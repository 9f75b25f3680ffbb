"""The tape: what is known of a code's last seconds, and what is not."""

from hypothesis import given
from hypothesis import strategies as st
from sights import TEN, taped

from kis_actors.signals.tape import SPARE_POINTS, Point, Tape

WINDOW_S = 300


def price_at(tape: Tape, at_s: int) -> int | None:
    point = tape.at(at_s)
    return point.price_won if point else None


def test_an_empty_tape_knows_nothing():
    assert Tape().at(TEN) is None


def test_the_state_at_a_second_is_the_last_price_by_then():
    assert price_at(taped((0, 100), (10, 110)), 9) == 100


def test_a_price_holds_from_its_own_second():
    assert price_at(taped((0, 100), (10, 110)), 10) == 110


def test_the_last_price_holds_until_another_comes():
    assert price_at(taped((0, 100), (10, 110)), 5000) == 110


def test_before_the_first_price_nothing_is_known():
    assert price_at(taped((10, 110)), 9) is None


def test_the_last_price_of_a_second_stands_for_it():
    assert taped((10, 110), (10, 120)).points == [Point(10, 120, 2, 0)]


def test_time_never_runs_backwards_on_the_tape():
    tape = taped((10, 110), (20, 120), (15, 90))
    assert [(point.at_s, point.price_won) for point in tape.points] == [(10, 110), (20, 90)]


def test_after_a_gap_nothing_from_before_is_known():
    tape = taped((0, 100), (10, 110))
    tape.begin(60)
    assert [tape.at(second) for second in (0, 10, 59, 60, 100)] == [None] * 5


def test_after_a_gap_the_first_price_is_known():
    tape = taped((0, 100))
    tape.begin(60)
    tape.add(Point(65, 120, 2, 0), WINDOW_S)
    assert (price_at(tape, 64), price_at(tape, 65)) == (None, 120)


def test_a_gap_takes_no_extremes_away():
    tape = taped((0, 100), (10, 110))
    tape.begin(60)
    assert (tape.low_won, tape.high_won) == (100, 110)


def test_extremes_told_by_others_count():
    tape = taped((0, 100))
    tape.note_extremes(130, 90)
    assert (tape.low_won, tape.high_won) == (90, 130)


def test_extremes_within_those_known_change_nothing():
    tape = taped((0, 100), (1, 120))
    tape.note_extremes(110, 105)
    assert (tape.low_won, tape.high_won) == (100, 120)


def test_100_000_points_keep_only_the_window():
    tape, most = Tape(), 0
    for second in range(100_000):
        tape.add(Point(second, 10_000, second, second), WINDOW_S)
        most = max(most, len(tape.points))
    assert most <= WINDOW_S + SPARE_POINTS + 3


def test_100_000_points_in_one_second_are_one():
    tape = Tape()
    for number in range(100_000):
        tape.add(Point(TEN, 10_000 + number % 7, number, number), WINDOW_S)
    assert len(tape.points) == 1


def test_the_last_price_before_the_window_is_kept():
    tape = taped(*((second, second + 1) for second in range(1000)), (5000, 7), window_s=WINDOW_S)
    assert price_at(tape, 5000 - WINDOW_S) == 1000


STEPS = st.lists(st.tuples(st.integers(-3, 40), st.integers(1, 100), st.booleans()), max_size=400)


@given(STEPS, st.integers(1, 60))
def test_a_tape_tells_what_a_full_record_tells(steps, window_s):
    """Within its window, and whatever the order of the seconds; what it says is never from before a gap."""
    tape, record, since_s, now_s = Tape(), {}, None, 0
    for step_s, price_won, is_gap in steps:
        at_s = now_s + step_s
        if is_gap:
            now_s = max(now_s, at_s)
            record, since_s = {}, now_s
            tape.begin(now_s)
        else:
            now_s = max(now_s, at_s)
            tape.add(Point(at_s if record else now_s, price_won, 0, 0), window_s)
            record[now_s] = price_won
            since_s = now_s if since_s is None else since_s
        for asked_s in (now_s - window_s, now_s - window_s // 2, now_s):
            known = [second for second in record if second <= asked_s]
            wanted = record[max(known)] if known and asked_s >= since_s else None
            assert price_at(tape, asked_s) == wanted


@given(st.lists(st.integers(1, 10**7), min_size=1, max_size=50))
def test_the_extremes_are_of_all_prices(prices):
    tape = taped(*enumerate(prices), window_s=5)
    assert (tape.high_won, tape.low_won) == (max(prices), min(prices))


def test_a_trade_stamped_before_the_gap_ended_counts_from_its_end():
    tape = taped((0, 100))
    tape.begin(60)
    tape.add(Point(58, 120, 2, 0), WINDOW_S)
    assert (price_at(tape, 59), price_at(tape, 60)) == (None, 120)

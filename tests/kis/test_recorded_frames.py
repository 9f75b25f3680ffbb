"""What the longer collection of recorded frames says of itself, if it is there."""

import re
from itertools import pairwise

import pytest

from kis_actors.kis.frames import FrameError, Status, feed_of, frame_of, is_known_width, ticks_of, width_of

from .recordings import recorded_messages


def recorded_trades() -> list[tuple[str, str]]:
    return [(note, text) for note, text in recorded_messages() if feed_of(text) == "H0STCNT0"]


def test_recorded_frames_are_as_wide_as_their_notes_say():
    for note, text in recorded_messages():
        if feed_of(text):
            count, width = map(int, re.findall(r"(\d+)x(\d+) fields", note)[0])
            assert (int(text.split("|")[2]), width_of(text)) == (count, width), note


def test_recorded_trades_are_dated_as_their_notes_say():
    for note, text in recorded_trades():
        day = re.findall(r"20\d\d-\d\d-\d\d", note)[0]
        assert [str(tick.traded_at.date()) for tick in ticks_of(text)] == [day] * int(text.split("|")[2])


def test_recorded_trades_agree_with_their_other_columns():
    """The columns left unread tell the same again: change in won, mean price of the day, best ask and bid."""
    for _, text in recorded_trades():
        fields, width = text.split("|")[3].split("^"), width_of(text)
        for number, tick in enumerate(ticks_of(text)):
            change_won, mean_won, ask_won, bid_won = (float(fields[number * width + at]) for at in (4, 6, 10, 11))
            assert tick.change_ratio == pytest.approx(change_won / (tick.price_won - change_won), abs=0.0001)
            assert tick.cum_turnover_won / tick.cum_volume_shares == pytest.approx(mean_won, rel=0.00001)
            assert bid_won <= tick.price_won <= ask_won
            assert tick.day_low_won <= tick.price_won <= tick.day_high_won


def test_recorded_trades_of_one_frame_add_up():
    pairs = [pair for _, text in recorded_trades() for pair in pairwise(ticks_of(text))]
    assert len(pairs) == 11
    for before, after in pairs:
        assert after.cum_volume_shares - before.cum_volume_shares == after.volume_shares
        assert after.cum_turnover_won - before.cum_turnover_won == after.volume_shares * after.price_won


def test_recorded_quotes_and_statuses_are_no_trades():
    for _, text in recorded_messages():
        if feed_of(text) not in ("", "H0STCNT0"):
            with pytest.raises(FrameError, match="expected a feed of trades"):
                ticks_of(text)


def test_every_recorded_frame_is_read_in_a_known_width():
    frames = [frame_of(text) for _, text in recorded_messages() if feed_of(text)]
    assert len(frames) == 21
    assert all(is_known_width(frame.tr_id, frame.width) for frame in frames)


def test_recorded_trades_are_the_same_ticks_in_a_frame():
    for _, text in recorded_trades():
        assert frame_of(text).ticks == ticks_of(text)


def test_recorded_statuses_are_read():
    statuses = [status for _, text in recorded_messages() if feed_of(text) for status in frame_of(text).statuses]
    assert statuses == [
        Status(code="011170", is_halted=False, is_interrupted=False, halt_reason="", operation="AB1"),
        Status(code="003160", is_halted=False, is_interrupted=True, halt_reason="", operation="AB1"),
        Status(code="396300", is_halted=False, is_interrupted=False, halt_reason="", operation=""),
    ]

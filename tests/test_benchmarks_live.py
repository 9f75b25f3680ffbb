"""The KIS that the running daemon is measured with: what it sends is what KIS sends, and each fall is one alert."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

import msgspec
import pytest
from benchmarks.children import Child, ChildFailed
from benchmarks.subjects.alerting import apart_ms, p99
from benchmarks.trading import Errand, Falls, Sent, Stock, Tape
from websocket import WebSocket, create_connection

from kis_actors.adapters.clock import Clock
from kis_actors.kis.control import Acknowledgement, control_of, subscribe_message
from kis_actors.kis.frames import frame_of
from kis_actors.settings import Clock as ClockSettings
from kis_actors.units import KST

STOCKS = (Stock("005930", 70_000, 64_000), Stock("000660", 200_000, 183_000), Stock("035720", 40_000, 36_500))
HEAD_BYTES = 4
SHOWN = ClockSettings(
    anchor=datetime(2026, 1, 1, tzinfo=KST), shows=datetime(2026, 11, 20, 9, 40, tzinfo=KST), speed=1e-6
)
"""A clock that hardly moves."""


def errand(frames: int = 1, **how: object) -> Errand:
    return Errand(stocks=STOCKS, frames=frames, clock=SHOWN, **how)


def tick_of(data: bytes):
    (tick,) = frame_of(data[HEAD_BYTES:].decode()).ticks
    return tick


@contextmanager
def linked() -> Iterator[tuple[Child, WebSocket]]:
    with Child(sys.executable, "benchmarks.trading", ()) as trading:
        client = create_connection(f"ws://127.0.0.1:{trading.hear()['port']}/tryitout", timeout=20)
        try:
            yield trading, client
        finally:
            client.shutdown()


def test_its_frames_are_read_as_those_of_kis():
    tape = Tape(Clock(SHOWN))
    usual, fallen = (tick_of(tape.frame(errand(), 1, is_fallen=is_fallen)) for is_fallen in (False, True))
    assert (usual.code, fallen.price_won) == ("000660", 183_000)
    assert usual.day_high_won > usual.price_won > fallen.price_won > usual.day_low_won
    assert fallen.cum_volume_shares > usual.cum_volume_shares
    assert f"{usual.traded_at:%Y-%m-%d %H:%M}" == "2026-11-20 09:40"


@pytest.mark.parametrize("per_s", [100, 300, 1000, 5000])
def test_as_many_prices_fall_as_are_wanted(per_s):
    falls = Falls(errand(per_s=per_s, falls_per_s=18))
    due = [number for number in range(per_s * 10) if falls.is_due(number)]
    assert 178 <= len(due) <= 180


def test_no_price_stays_fallen_for_two_trades():
    """Every one is due, and each code is every third."""
    falls = Falls(errand(per_s=10, falls_per_s=10))
    due = [number for number in range(60) if falls.is_due(number)]
    assert due and not {number + 3 for number in due} & set(due)


def test_each_alert_is_set_against_its_own_fall():
    sent = Sent(began_ns=0, ended_ns=0, falls=(("a", 1_000_000), ("b", 2_000_000), ("a", 5_000_000)), late_s=0.0)
    assert apart_ms(sent, [("b", 4_000_000), ("a", 4_000_000), ("a", 9_000_000)]) == [3.0, 2.0, 4.0]


def test_an_alert_that_never_came_is_no_fast_one():
    sent = Sent(began_ns=0, ended_ns=0, falls=(("a", 1), ("a", 2)), late_s=0.0)
    with pytest.raises(ChildFailed, match="2 falls, but 1 alerts"):
        apart_ms(sent, [("a", 3)])


def test_99_of_100_are_within_p99():
    assert 98 <= p99([float(number) for number in range(100)]) <= 99


def test_a_registration_is_confirmed():
    with linked() as (_, client):
        client.send(subscribe_message("key", "H0STCNT0", "005930"))
        said = control_of(client.recv())
    assert isinstance(said, Acknowledgement) and (said.code, said.msg_cd) == ("005930", "OPSP0000")


@pytest.mark.parametrize("how", [{}, {"per_s": 2000, "burst": 7}])
def test_it_sends_what_it_is_asked_for(how):
    with linked() as (trading, client):
        sent = msgspec.convert(trading.ask(msgspec.json.encode(errand(100, ends_fallen=True, **how)).decode()), Sent)
        codes = [frame_of(client.recv()).ticks[0].code for _ in range(100 + len(sent.falls))]
    assert codes[:4] == ["005930", "000660", "035720", "005930"]
    assert [code for code, _ in sent.falls] == ([] if how else ["000660"])

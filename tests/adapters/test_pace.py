"""How far apart calls are where they arrive: by a stopwatch at the server, on a clock of the real world."""

import threading
from pathlib import Path

import pytest
from hand_clock import HandClock
from wire import Wire

from kis_actors.adapters.clock import Clock
from kis_actors.adapters.kis_rest import KisRest
from kis_actors.adapters.pacer import Pacer, SharedTurn
from kis_actors.adapters.retry import Stopping
from kis_actors.credentials import Credentials
from kis_actors.messages import Record, ScanRequested

GAP_S = 0.05
WAIT_S = 20
TOKEN = {"access_token": "token", "expires_in": 86400}
QUOTES = {"rt_cd": "0", "msg_cd": "MCA00000", "output": [{"inter_shrn_iscd": "005930", "inter2_prpr": "71900"}]}
TOO_OFTEN = {"rt_cd": "1", "msg_cd": "EGW00201"}


class Journal:
    """Counts answers."""

    def __init__(self, wanted: int) -> None:
        self.wanted = wanted
        self.all_there = threading.Event()

    def observe(self, stream, event, cause=0):
        self.wanted -= 1
        if not self.wanted:
            self.all_there.set()


def asked(wire: Wire, tmp_path, count: int) -> list[float]:
    """The gaps between all calls of `count` scans."""
    journal = Journal(count)
    rest = KisRest(
        wire.url, tmp_path / "keys.json", Credentials(app_key="key", app_secret="secret"), journal, Clock(),
        gap_s=GAP_S, timeout_s=0.3, fatal=print,
    )  # fmt: skip
    rest.start()
    for scan in range(count):
        question = ScanRequested(scan=scan, batch=1, batches=1, codes=("005930",))
        rest.ask(Record(seq=scan + 1, stream="scan", cause=0, at_ns=0, event=question))
    assert journal.all_there.wait(WAIT_S)
    rest.stop()
    rest.join(WAIT_S)
    return wire.gaps_s()


def test_calls_never_arrive_closer_than_the_gap(wire, tmp_path):
    wire.will_answer(200, TOKEN)
    wire.will_answer(200, QUOTES)
    gaps_s = asked(wire, tmp_path, 20)
    assert (len(gaps_s), min(gaps_s) >= GAP_S) == (20, True), gaps_s


@pytest.mark.parametrize("misdeed", ["reset", "close", "half", "silence", "trickle"])
def test_nor_after_a_misdeed(wire, tmp_path, misdeed):
    wire.will_answer(200, TOKEN)
    for _ in range(3):
        wire.will_answer(200, QUOTES)
        wire.will(misdeed)
    wire.will_answer(200, QUOTES)
    assert min(asked(wire, tmp_path, 6)) >= GAP_S


def test_too_often_slows_all_calls_that_follow(wire, tmp_path):
    wire.will_answer(200, TOKEN)
    wire.will_answer(500, TOO_OFTEN)
    wire.will_answer(200, QUOTES)
    _, retry_s, *later_s = asked(wire, tmp_path, 4)
    assert (retry_s >= 0.5, min(later_s) >= 2 * GAP_S) == (True, True)


def test_a_repeat_after_a_reset_is_at_once_on_a_fresh_connection(wire, tmp_path):
    wire.will_answer(200, TOKEN)
    wire.will("reset")
    wire.will_answer(200, QUOTES)
    gaps_s = asked(wire, tmp_path, 1)
    assert [call.connection for call in wire.calls] == [1, 1, 2]
    assert gaps_s[1] < 0.4


def test_a_trickle_ends_with_its_call(wire, tmp_path):
    wire.will_answer(200, TOKEN)
    wire.will("trickle")
    wire.will_answer(200, QUOTES)
    assert asked(wire, tmp_path, 2)[1] < 5


# --- callers in other processes


def test_two_processes_keep_one_pace(tmp_path: Path) -> None:
    clock, turn = HandClock(), tmp_path / "pace"
    one = Pacer(1.0, clock, clock.note_wait, SharedTurn(turn))
    other = Pacer(1.0, clock, clock.note_wait, SharedTurn(turn))
    with one:
        pass
    ended_at_s = clock.elapsed_s()
    with other:
        assert clock.elapsed_s() - ended_at_s >= 1.0


def test_nobody_calls_during_another_processs_call(tmp_path: Path) -> None:
    clock, turn = HandClock(), tmp_path / "pace"
    waits: list[float] = []

    def wait(duration_s: float) -> None:
        waits.append(duration_s)
        busy.__exit__(None, None, None)

    busy = Pacer(0.0, clock, clock.note_wait, SharedTurn(turn))
    busy.__enter__()
    with Pacer(0.0, clock, wait, SharedTurn(turn)):
        assert len(waits) == 1


def test_a_wait_cut_short_lets_others_go(tmp_path: Path) -> None:
    clock, turn = HandClock(), tmp_path / "pace"

    def stop(_: float) -> None:
        raise Stopping

    with Pacer(5.0, clock, clock.note_wait, SharedTurn(turn)):
        pass
    with pytest.raises(Stopping), Pacer(5.0, clock, stop, SharedTurn(turn)):
        pass
    with Pacer(5.0, clock, clock.note_wait, SharedTurn(turn)):
        pass

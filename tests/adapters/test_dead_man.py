"""The call that says that all is well: made while it is, and never in the way."""

import time

import pytest
from fakes import Fake, Fault, Said, slow
from hand_clock import HandClock

from kis_actors.adapters.dead_man import DeadMan

WAIT_S = 20


class Watcher(Fake):
    """Whoever waits for the calls."""

    def is_message(self, asked):
        return True

    def judged(self, asked):
        return Said(200, b"OK")

    def read(self, asked):
        return {"text": asked.path}


class CountedClock(HandClock):
    """Waiting takes no time, but only so often; then it lasts until a stop."""

    def __init__(self, times):
        super().__init__()
        self._times = times

    def wait(self, signal, duration_s):
        self.note_wait(duration_s)
        return signal.wait(0 if len(self.waits_s) < self._times else WAIT_S)


@pytest.fixture
def watcher():
    server = Watcher()
    yield server
    server.close()


def run(url, times, is_well=lambda: True):
    """Lets it live for so many beats, 60 s apart."""
    clock = CountedClock(times)
    man = DeadMan(f"{url}/ping/SECRET", 60.0, is_well, clock)
    man.start()
    until_s = time.monotonic() + WAIT_S
    while len(clock.waits_s) < times and time.monotonic() < until_s:
        time.sleep(0.01)
    man.stop()
    return man, clock


def test_while_all_is_well_it_calls(watcher):
    _, clock = run(watcher.url, 3)
    assert ([asked.method for asked in watcher.asked], clock.waits_s) == (["GET"] * 3, [60.0] * 3)


def test_it_calls_the_address_given(watcher):
    run(watcher.url, 1)
    assert watcher.asked[0].path == "/ping/SECRET"


def test_while_something_is_wrong_it_keeps_quiet(watcher):
    wells = iter([True, False, False, True])
    run(watcher.url, 4, lambda: next(wells))
    assert len(watcher.asked) == 2


@pytest.mark.parametrize("fault", [Fault(Said(500, b"")), Fault(Said(404, b"")), Fault(is_cut=True)])
def test_a_failed_call_is_only_counted(watcher, fault):
    watcher.faults.append(fault)
    man, _ = run(watcher.url, 2)
    assert (man.failed_count, len(watcher.asked)) == (1, 2)


def test_a_redirect_is_not_followed(watcher):
    watcher.faults.append(Fault(Said(302, b"", {"Location": f"{watcher.url}/elsewhere"})))
    man, _ = run(watcher.url, 1)
    assert (man.failed_count, len(watcher.asked)) == (1, 1)


def test_nobody_there_is_only_counted(dead_url):
    man, _ = run(dead_url, 3)
    assert man.failed_count == 3


def test_a_slow_answer_does_not_hold_a_stop(watcher):
    watcher.faults.append(slow())
    man = DeadMan(watcher.url, 60.0, lambda: True, HandClock())
    man.start()
    watcher.wait_for(lambda: watcher.asked)
    began_s = time.monotonic()
    man.stop()
    assert time.monotonic() - began_s < 1

"""The soak harness finds what it is there for: samples with a leak, a lost link, a missing load planted in them."""

import os
import threading
from concurrent.futures import ThreadPoolExecutor
from random import Random

import orjson
import pytest

from kis_actors.simulator.faults import Fault
from kis_actors.simulator.scenario import parse_scenario
from kis_actors.simulator.session_clock import second_of_day
from soak.judgement import MB, WAL_MAX_BYTES, healed_after_s, judged, slope_mb_per_h
from soak.run import main
from soak.sampling import Gone, Sample, sample_of
from soak.trouble import AT_ONCE, CALM_S, LASTING_S, drawn, last_fault_s, scenario_of

MINUTES, FRAMES_PER_S, EVERY_S = 120, 700, 5
LAST_FAULT_S = last_fault_s(MINUTES)
CODES = ("005930", "000660")


def soaked(minutes=MINUTES, *, mb_per_h=0.0, descriptors_per_fault=0, frames_per_s=FRAMES_PER_S, last=None):
    """Samples of a daemon that is well, but for what is said; its memory goes up early and to and fro all the time."""
    random, samples = Random(1), []
    for at_s in range(5, minutes * 60, EVERY_S):
        rss_bytes = int(MB * (90 + min(at_s / 60, 20) + at_s / 3600 * mb_per_h + random.uniform(-0.5, 0.5)))
        descriptors = 40 + random.choice((-1, 0, 0, 0, 1)) + descriptors_per_fault * (at_s // 60)
        missing = 3 if LAST_FAULT_S <= at_s < LAST_FAULT_S + 8 else 0
        samples.append(
            Sample(at_s, rss_bytes, 20, descriptors, 4 * MB, 12, int(frames_per_s * at_s), missing, 0, "", 1)
        )
    return [*samples[:-1], samples[-1]._replace(**(last or {}))]


def broken(samples):
    return judged(samples, LAST_FAULT_S, FRAMES_PER_S).broken


def test_a_daemon_that_is_well_breaks_nothing():
    assert broken(soaked()) == []


def test_the_slope_is_that_of_the_second_half():
    samples = soaked(mb_per_h=3.0)
    assert slope_mb_per_h(samples[len(samples) // 2 :]) == pytest.approx(3.0, abs=0.1)
    assert slope_mb_per_h(samples) > 5


def test_a_leak_is_found_and_less_is_none():
    assert (broken(soaked(mb_per_h=1.2)), broken(soaked(mb_per_h=0.8))) == (["memory slope"], [])


def test_a_short_run_has_no_slope_to_judge():
    told = judged(soaked(6, mb_per_h=50.0), last_fault_s(6), FRAMES_PER_S)
    assert "memory slope" not in told.broken and any("too short to be judged" in line for line in told.lines)


def test_a_descriptor_lost_at_each_fault_is_found():
    assert broken(soaked(descriptors_per_fault=1)) == ["descriptors"]


def test_threads_that_stay_are_found():
    samples = soaked()
    assert broken([*samples[:-9], *(one._replace(threads=24) for one in samples[-9:])]) == ["threads"]


@pytest.mark.parametrize(
    ("last", "name"),
    [
        ({"wal_bytes": WAL_MAX_BYTES + 1}, "WAL"),
        ({"dropped": 1}, "dropped frames"),
        ({"unwell": "safe mode: scans fail"}, "health at the end"),
        ({"runs": 2}, "one run"),
    ],
)
def test_what_is_wrong_at_the_end_is_named(last, name):
    assert broken(soaked(last=last)) == [name]


def test_a_stream_that_trickles_is_no_soak():
    assert broken(soaked(frames_per_s=400)) == ["load"]


def test_healing_counts_from_the_last_fault():
    assert 8 <= healed_after_s(soaked(), LAST_FAULT_S) <= 8 + EVERY_S
    assert broken([one._replace(missing=int(one.at_s > LAST_FAULT_S)) for one in soaked()]) == [
        "subscriptions live again"
    ]


# --- what befalls it


def second_after_start(fault: Fault) -> float:
    return second_of_day(fault.at) - second_of_day("08:59:30")


@pytest.mark.parametrize("seed", range(20))
def test_faults_are_the_seeds_one_after_another_and_the_last_is_a_lost_link(seed):
    text = scenario_of(seed, MINUTES, CODES, FRAMES_PER_S, 40)
    assert text == scenario_of(seed, MINUTES, CODES, FRAMES_PER_S, 40) != scenario_of(seed + 1, MINUTES, CODES, 700, 40)
    *before, last = faults = parse_scenario(text, "soak").faults
    assert 60 <= len(faults) <= 180
    ends = [second_after_start(fault) + (fault.seconds if fault.fault in LASTING_S else 0) for fault in before]
    begins = [second_after_start(fault) for fault in faults]
    assert all(end < begin for end, begin in zip(ends, begins[1:], strict=True))
    assert (last.fault, begins[-1]) == ("ws_drop", MINUTES * 60 - CALM_S)
    assert begins[-1] - ends[-1] >= 75


def test_every_kind_of_fault_is_drawn():
    assert {fault["fault"] for fault in drawn(1, 360, CODES)} == {*LASTING_S, *AT_ONCE}


def test_the_shortest_soak_has_a_fault_besides_the_last():
    assert len(drawn(1, 5, CODES)) >= 2


@pytest.mark.parametrize("minutes", ["4", "371"])
def test_a_soak_beyond_its_day_is_refused(minutes, capsys):
    assert main(["--minutes", minutes]) == 2
    assert f"expected 5 to 370, found {minutes}" in capsys.readouterr().err


# --- how it looks


def status(**changes):
    told = {
        "healthy": True, "reasons": ["slow", "late"], "written_at": "", "log": {}, "mailboxes": {"scan": 1, "ws": 2},
        "frames": 9, "targets": 5, "slots": {"live": 3}, "dropped": 0, "runs": 1,
    }  # fmt: skip
    return orjson.dumps(told | changes)


def test_a_look_is_at_the_process_and_its_files(tmp_path):
    (tmp_path / "status.json").write_bytes(status())
    (tmp_path / "events").mkdir()
    (tmp_path / "events" / "2026-11-20.db-wal").write_bytes(b"x" * 77)
    before, ended = sample_of(os.getpid(), tmp_path, 3.0), threading.Event()
    path = tmp_path / "status.json"
    with path.open(), path.open(), ThreadPoolExecutor(1) as pool:
        pool.submit(ended.wait)
        after = sample_of(os.getpid(), tmp_path, 4.0)
        ended.set()
    assert before is not None and after is not None
    assert (before.wal_bytes, before.waiting, before.missing, before.unwell) == (77, 3, 2, "slow; late")
    assert (after.descriptors, after.threads) == (before.descriptors + 2, before.threads + 1)
    assert before.rss_bytes > 10 * MB and before.threads >= 1


def test_who_wants_nothing_yet_lacks_something(tmp_path):
    (tmp_path / "status.json").write_bytes(status(targets=0, slots={"live": 0}))
    look = sample_of(os.getpid(), tmp_path, 3.0)
    assert look is not None and look.missing == 1


def test_a_process_that_is_gone_is_no_sample(tmp_path):
    with pytest.raises(Gone):
        sample_of(2**22 + 1, tmp_path, 3.0)


def test_before_the_first_status_there_is_no_sample(tmp_path):
    assert sample_of(os.getpid(), tmp_path, 3.0) is None

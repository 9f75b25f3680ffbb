"""How the tests are shared out among processes."""

from workers import in_order, share_of

DAY = ["tests/e2e/test_day.py::test_a", "tests/e2e/test_day.py::test_b[x]"]
KILL = ["tests/e2e/test_kill.py::test_a"]
FAULTS = ["tests/faults/test_harnesses.py::test_a[kill]", "tests/faults/test_harnesses.py::test_a[power]"]
QUICK = ["tests/actors/test_scan_actor.py::test_a", "tests/actors/test_scan_actor.py::test_b"]


def ordered(nodeids: list[str]) -> list[str]:
    return in_order((nodeid, nodeid) for nodeid in nodeids)


def test_the_tests_of_a_file_stay_together():
    assert {share_of(nodeid) for nodeid in DAY} == {"tests/e2e/test_day.py"}


def test_tests_that_count_for_long_go_to_any_process():
    assert [share_of(nodeid) for nodeid in FAULTS] == FAULTS


def test_what_takes_long_goes_first():
    assert ordered([*QUICK, *DAY]) == [*DAY, *QUICK]


def test_what_waits_goes_beside_what_counts():
    assert ordered([*DAY, *KILL, *FAULTS, *QUICK]) == [*DAY, FAULTS[0], *KILL, FAULTS[1], *QUICK]


def test_no_test_is_left_out_or_doubled():
    every = [*QUICK, *KILL, *DAY, *FAULTS]
    assert sorted(ordered(every)) == sorted(every)

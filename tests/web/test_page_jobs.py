"""Long work: one at a time, asked for once, bounded, and forgotten in time."""

from collections.abc import Iterator
from threading import Event

import pytest

from kis_actors.web.jobs import WAITING_MAX, Busy, Jobs

WAIT_S = 20


@pytest.fixture
def jobs() -> Iterator[Jobs]:
    made = Jobs(kept_max=3)
    yield made
    made.stop()


def test_the_same_question_is_worked_out_once(jobs: Jobs) -> None:
    done: list[int] = []
    for _ in range(3):
        jobs.ask("key", lambda tell: done.append(1)).future.result(WAIT_S)
    assert done == [1]


def test_too_many_questions_are_refused_until_some_are_answered(jobs: Jobs) -> None:
    going_on = Event()
    asked = [jobs.ask(number, lambda tell: going_on.wait(WAIT_S)) for number in range(WAITING_MAX)]
    with pytest.raises(Busy):
        jobs.ask("one more", lambda tell: None)
    assert jobs.ask(0, lambda tell: None) is asked[0]
    going_on.set()
    asked[-1].future.result(WAIT_S)
    assert jobs.ask("one more", lambda tell: 7).future.result(WAIT_S) == 7


def test_old_results_are_forgotten_and_the_last_asked_for_stay(jobs: Jobs) -> None:
    for number in range(6):
        jobs.ask(number, lambda tell: None).future.result(WAIT_S)
        jobs.ask(0, lambda tell: None).future.result(WAIT_S)
    assert jobs.find(0) and jobs.find(5) and not jobs.find(1)
    assert sum(jobs.find(number) is not None for number in range(6)) <= 4


def test_a_share_never_goes_back(jobs: Jobs) -> None:
    def work(tell) -> None:
        for share in (0.5, 0.2, 3.0):
            tell(share)

    job = jobs.ask("key", work)
    job.future.result(WAIT_S)
    assert job.share == 1.0


def test_what_went_wrong_is_raised_to_whoever_asked(jobs: Jobs) -> None:
    def work(tell) -> None:
        raise ValueError("no such record")

    with pytest.raises(ValueError, match="no such record"):
        jobs.ask("key", work).future.result(WAIT_S)
    assert jobs.ask("key", lambda tell: "found").future.result(WAIT_S) == "found"

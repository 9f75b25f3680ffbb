"""What the REST port counts of its calls, for who watches it."""

import pytest
from test_rest_questions import BASELINE, OK, QUOTES, SCAN, TOO_OFTEN, Asking


@pytest.fixture
def asking(loopback, tmp_path):
    return Asking(loopback, tmp_path)


def counts(asking):
    made = asking.rest.counts
    return made.calls, made.retries, made.refusals, {kind: count for kind, count in made.troubles.items() if count}


def test_each_call_counts(asking):
    asking.loopback.will_answer(200, QUOTES)
    asking.answer_to(SCAN, SCAN)
    assert counts(asking) == (2, 0, 0, {})


def test_what_is_asked_again_counts_as_a_refusal_and_a_retry(asking):
    asking.loopback.will_answer(500, TOO_OFTEN)
    asking.loopback.will_answer(500, TOO_OFTEN)
    asking.loopback.will_answer(200, QUOTES)
    asking.answer_to(SCAN)
    assert counts(asking) == (3, 2, 2, {})


def test_a_refusal_for_good_is_no_retry(asking):
    asking.loopback.will_answer(200, OK | {"rt_cd": "1", "msg_cd": "OPSQ2001"})
    asking.answer_to(SCAN)
    assert counts(asking) == (1, 0, 1, {})


def test_a_connection_that_is_cut_is_trouble_and_one_retry(asking):
    asking.loopback.will_hang_up()
    asking.loopback.will_answer(200, QUOTES)
    asking.answer_to(SCAN)
    assert counts(asking) == (2, 1, 0, {"reset": 1})


def test_nobody_there_is_trouble_and_retries_until_the_waits_are_over(asking):
    asking.loopback.close()
    asking.answer_to(BASELINE)
    calls, retries, refusals, troubles = counts(asking)
    assert (calls, refusals, troubles) == (retries + 1, 0, {"refused": calls}) and retries > 1

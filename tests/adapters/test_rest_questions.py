"""KIS by HTTP: how often a question is tried, how long apart, and what its answer is."""

import pytest
from facts import DAY, SAMSUNG
from hand_clock import HandClock

from kis_actors.adapters.kis_rest import KisRest
from kis_actors.credentials import Credentials
from kis_actors.messages import (
    BaselineRequested,
    DailyBarsFailed,
    DailyBarsReturned,
    Record,
    Rows,
    ScanFailed,
    ScanRequested,
    ScanReturned,
)

WAIT_S = 20
TOKEN = {"access_token": "token", "access_token_token_expired": "2026-11-21 09:00:00"}
OK = {"rt_cd": "0", "msg_cd": "MCA00000", "msg1": "ok"}
QUOTES = OK | {"output": [{"inter_shrn_iscd": SAMSUNG, "inter2_prpr": "71900"}]}
BARS = OK | {"output2": [{"stck_bsop_date": "20261119", "stck_clpr": "70000"}, {"stck_bsop_date": "20261118"}]}
TOO_OFTEN = {"rt_cd": "1", "msg_cd": "EGW00201", "msg1": "too often"}
SCAN = ScanRequested(scan=3, batch=2, batches=9, codes=(SAMSUNG,))
BASELINE = BaselineRequested(code=SAMSUNG, start=DAY, end=DAY)


class Answers:
    """What reached the journal: stream, event and cause."""

    def __init__(self):
        self.said = []

    def observe(self, stream, event, cause=0):
        self.said.append((stream, event, cause))


class Asking:
    """A REST port on loopback with a clock set by hand; the token is there already."""

    def __init__(self, loopback, tmp_path, gap_s=0.0):
        loopback.will_answer(200, TOKEN)
        self.loopback, self.clock, self.answers, self.fatal = loopback, HandClock(), Answers(), []
        self.rest = KisRest(
            loopback.url, tmp_path / "keys.json", Credentials(app_key="key", app_secret="secret"), self.answers,
            self.clock, gap_s=gap_s, timeout_s=5, fatal=self.fatal.append,
        )  # fmt: skip

    def answer_to(self, *questions):
        """What is observed of these questions, asked as records 41, 42, ..."""
        for seq, question in enumerate(questions, start=41):
            self.rest.ask(Record(seq=seq, stream="scan", cause=0, at_ns=0, event=question))
        self.rest._jobs.put(None)
        self.rest.start()
        self.rest.join(WAIT_S)
        return self.answers.said

    def waits_s(self):
        return [wait_s for wait_s in self.clock.waits_s if wait_s > 0]


@pytest.fixture
def asking(loopback, tmp_path):
    return Asking(loopback, tmp_path)


def test_a_scan_is_answered_with_its_rows(asking):
    asking.loopback.will_answer(200, QUOTES)
    rows = Rows(("inter_shrn_iscd", "inter2_prpr"), ((SAMSUNG, "71900"),))
    assert asking.answer_to(SCAN) == [("rest", ScanReturned(scan=3, batch=2, rows=rows), 41)]


def test_rows_that_lack_a_column_have_it_blank(asking):
    asking.loopback.will_answer(200, BARS)
    rows = Rows(("stck_bsop_date", "stck_clpr"), (("20261119", "70000"), ("20261118", "")))
    assert asking.answer_to(BASELINE) == [("rest", DailyBarsReturned(code=SAMSUNG, rows=rows), 41)]


def test_questions_are_answered_in_their_order(asking):
    asking.loopback.will_answer(200, QUOTES | BARS)
    assert [cause for _, _, cause in asking.answer_to(SCAN, BASELINE, SCAN)] == [41, 42, 43]


def test_a_call_bears_the_token(asking):
    asking.loopback.will_answer(200, QUOTES)
    asking.answer_to(SCAN)
    assert asking.loopback.requests[-1].headers["authorization"] == "Bearer token"


def test_trouble_is_retried_after_longer_and_longer_waits(asking):
    asking.loopback.will_answer(500, TOO_OFTEN)
    asking.answer_to(SCAN)
    assert asking.waits_s() == [0.5, 1, 2, 4, 4]


def test_a_scan_without_an_answer_has_failed(asking):
    asking.loopback.will_answer(500, TOO_OFTEN)
    assert asking.answer_to(SCAN) == [("rest", ScanFailed(scan=3, batch=2, reason="EGW00201 too often"), 41)]


def test_bars_without_an_answer_have_failed(asking):
    asking.loopback.will_hang_up()
    assert asking.answer_to(BASELINE) == [("rest", DailyBarsFailed(code=SAMSUNG, reason="no answer"), 41)]


def test_a_retry_that_succeeds_is_an_answer(asking):
    asking.loopback.will_hang_up()
    asking.loopback.will_answer(500, TOO_OFTEN)
    asking.loopback.will_answer(200, QUOTES)
    ((_, answer, _),) = asking.answer_to(SCAN)
    assert isinstance(answer, ScanReturned)


def test_a_refused_token_is_renewed_once(asking):
    asking.loopback.will_answer(500, {"rt_cd": "1", "msg_cd": "EGW00123", "msg1": "expired"})
    asking.loopback.will_answer(200, TOKEN | {"access_token": "fresh"})
    asking.loopback.will_answer(200, QUOTES)
    asking.answer_to(SCAN)
    assert asking.loopback.requests[-1].headers["authorization"] == "Bearer fresh"


def test_a_token_refused_twice_is_a_failure(asking):
    expired = {"rt_cd": "1", "msg_cd": "EGW00123", "msg1": "expired"}
    asking.loopback.will_answer(500, expired)
    asking.loopback.will_answer(200, TOKEN)
    asking.loopback.will_answer(500, expired)
    assert asking.answer_to(SCAN) == [("rest", ScanFailed(scan=3, batch=2, reason="EGW00123 expired"), 41)]


def test_a_wrong_question_is_not_retried(asking):
    asking.loopback.will_answer(500, {"rt_cd": "1", "msg_cd": "OPSQ2002", "msg1": "bad code"})
    asking.answer_to(SCAN)
    assert asking.waits_s() == []


def test_a_wrong_account_is_fatal(asking):
    asking.loopback.will_answer(403, {"rt_cd": "1", "msg_cd": "EGW00206", "msg1": "no right"})
    asking.answer_to(SCAN)
    assert asking.fatal == ["EGW00206 no right"]


def test_trouble_that_passes_is_not_fatal(asking):
    asking.loopback.will_answer(500, TOO_OFTEN)
    asking.answer_to(SCAN)
    assert asking.fatal == []


def test_calls_are_paced_with_the_token_s(loopback, tmp_path):
    asking = Asking(loopback, tmp_path, gap_s=0.5)
    loopback.will_answer(200, QUOTES)
    asking.answer_to(SCAN, SCAN)
    assert asking.waits_s() == [0.5, 0.5]


def test_a_stopping_daemon_answers_nothing_more(asking):
    asking.loopback.will_answer(500, TOO_OFTEN)
    asking.rest.stop()
    assert asking.answer_to(SCAN) == []


def test_an_approval_key_waits_for_its_turn(asking):
    asking.loopback.will_answer(200, QUOTES)
    asking.loopback.will_answer(200, {"approval_key": "approval"})
    asking.rest.ask(Record(seq=40, stream="scan", cause=0, at_ns=0, event=SCAN))
    key = asking.rest.approval_key(is_new=False)
    asking.answer_to()
    assert key.result(WAIT_S) == "approval"

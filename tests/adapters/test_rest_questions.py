"""KIS by HTTP: how often a question is tried, how long apart, and what its answer is."""

from contextlib import nullcontext
from time import monotonic, sleep

import pytest
from facts import DAY, SAMSUNG
from hand_clock import HandClock

from kis_actors.adapters.http import Http
from kis_actors.adapters.keys import Keys
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
CREDENTIALS = Credentials(app_key="key", app_secret="secret")
TOKEN = {"access_token": "token", "access_token_token_expired": "2026-11-21 09:00:00"}
OK = {"rt_cd": "0", "msg_cd": "MCA00000", "msg1": "ok"}
QUOTES = OK | {"output": [{"inter_shrn_iscd": SAMSUNG, "inter2_prpr": "71900"}]}
BARS = OK | {"output2": [{"stck_bsop_date": "20261119", "stck_clpr": "70000"}, {"stck_bsop_date": "20261118"}]}
TOO_OFTEN = {"rt_cd": "1", "msg_cd": "EGW00201", "msg1": "too often"}
EXPIRED = {"rt_cd": "1", "msg_cd": "EGW00123", "msg1": "expired"}
SCAN = ScanRequested(scan=3, batch=2, batches=9, codes=(SAMSUNG,))
BASELINE = BaselineRequested(code=SAMSUNG, start=DAY, end=DAY)


class Answers:
    """What reached the journal: stream, event and cause."""

    def __init__(self):
        self.said = []

    def observe(self, stream, event, cause=0):
        self.said.append((stream, event, cause))


class Asking:
    """A REST port on loopback with a clock set by hand; the token is there already, since an hour."""

    def __init__(self, loopback, tmp_path, token="token", credentials=CREDENTIALS, **settings):
        self.loopback, self.clock, self.answers, self.fatal, self.warnings = loopback, HandClock(), Answers(), [], []
        self.path = tmp_path / "keys.json"
        self.credentials, self.asked = credentials, 0
        loopback.will_answer(200, TOKEN | {"access_token": token})
        self.keys().token()
        loopback.replies.clear()
        loopback.requests.clear()
        self.clock.pass_s(3600)
        self.clock.waits_s.clear()
        self.settings = {"gap_s": 0.0, "timeout_s": 5} | settings
        self.rest = self.port()

    def port(self):
        return KisRest(
            self.loopback.url, self.path, self.credentials, self.answers, self.clock,
            fatal=self.fatal.append, warn=self.warnings.append, **self.settings,
        )  # fmt: skip

    def keys(self):
        """As another process has them."""
        return Keys(
            self.path, self.loopback.url, self.credentials, Http(5), self.clock,
            pacer=nullcontext(), wait=self.clock.note_wait,
        )  # fmt: skip

    def ask(self, *questions):
        """Queues them, as records 41, 42, ..."""
        for question in questions:
            self.asked += 1
            self.rest.ask(Record(seq=40 + self.asked, stream="scan", cause=0, at_ns=0, event=question))

    def answer_to(self, *questions):
        """What is observed of all questions, these the last, once each has its answer."""
        self.ask(*questions)
        self.rest.start()
        deadline_s = monotonic() + WAIT_S
        while len(self.answers.said) < self.asked and self.rest._thread.is_alive() and monotonic() < deadline_s:
            sleep(0.002)
        self.rest.stop()
        self.rest.join(WAIT_S)
        return self.answers.said

    def reasons(self, *questions):
        return [answer.reason for _, answer, _ in self.answer_to(*questions)]

    def waits_s(self):
        return [wait_s for wait_s in self.clock.waits_s if wait_s > 0]

    def paths(self):
        return [request.path.split("?")[0].rsplit("/", 1)[-1] for request in self.loopback.requests]


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


# --- asked too often


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (500, TOO_OFTEN), (200, TOO_OFTEN), (403, TOO_OFTEN | {"msg_cd": "EGW00215"}), (429, {}), (429, {"a": 1}),
        (500, {"rt_cd": "1", "msg_cd": "EGW00002"}), (503, {}), (502, b"<html>"), (200, {}),
    ],
)  # fmt: skip
def test_trouble_that_passes_is_retried_after_longer_and_longer_waits(asking, status, body):
    asking.loopback.will_answer(status, body)
    asking.answer_to(SCAN)
    assert (asking.waits_s(), asking.fatal) == ([0.5, 1, 2, 4, 4], [])


def test_a_scan_without_an_answer_has_failed(asking):
    asking.loopback.will_answer(500, TOO_OFTEN)
    assert asking.answer_to(SCAN) == [("rest", ScanFailed(scan=3, batch=2, reason="EGW00201 too often"), 41)]


def test_a_retry_that_succeeds_is_an_answer(asking):
    asking.loopback.will_hang_up()
    asking.loopback.will_answer(500, TOO_OFTEN)
    asking.loopback.will_answer(200, QUOTES)
    ((_, answer, _),) = asking.answer_to(SCAN)
    assert isinstance(answer, ScanReturned)


def test_a_question_ends_with_its_time(loopback, tmp_path):
    asking = Asking(loopback, tmp_path, question_s=5)
    loopback.will_answer(500, TOO_OFTEN)
    assert asking.reasons(SCAN) == ["EGW00201 too often; no more time within 5 s"]
    assert asking.waits_s() == [0.5, 1, 2]


def test_one_poisoned_question_leaves_the_others_their_time(loopback, tmp_path):
    asking = Asking(loopback, tmp_path, question_s=5)
    for _ in range(4):
        loopback.will_answer(500, TOO_OFTEN)
    loopback.will_answer(200, QUOTES)
    answers = [type(answer) for _, answer, _ in asking.answer_to(BASELINE, SCAN)]
    assert (answers, sum(asking.waits_s())) == ([DailyBarsFailed, ScanReturned], 3.5)


@pytest.mark.parametrize(("asked_for", "wait_s"), [("7", 7), ("0", 0.5), ("soon", 0.5)])
def test_a_longer_wait_that_kis_asks_for_is_kept(asking, asked_for, wait_s):
    asking.loopback.will_answer(503, {}, **{"Retry-After": asked_for})
    asking.loopback.will_answer(200, QUOTES)
    asking.answer_to(SCAN)
    assert asking.waits_s() == [wait_s]


def test_a_wait_beyond_the_question_holds_the_next_one_too(asking):
    asking.loopback.will_answer(429, {}, **{"Retry-After": "3600"})
    asking.loopback.will_answer(200, QUOTES)
    assert asking.reasons(SCAN, SCAN) == [
        "HTTP 429 without a code; no more time within 30 s", "KIS may be asked again in 60 s",
    ]  # fmt: skip
    assert len(asking.loopback.requests) == 1


def test_daily_bars_wait_until_kis_may_be_asked_again(asking):
    asking.loopback.will_answer(429, {}, **{"Retry-After": "3600"})
    asking.loopback.will_answer(200, BARS)
    answers = [type(answer) for _, answer, _ in asking.answer_to(SCAN, BASELINE)]
    assert (answers, asking.waits_s()) == ([ScanFailed, DailyBarsReturned], [60])


# --- no answer


@pytest.mark.parametrize("times", [1, 2])
def test_a_lost_connection_is_repeated_once_at_once(asking, times):
    for _ in range(times):
        asking.loopback.will_hang_up()
    asking.loopback.will_answer(200, QUOTES)
    ((_, answer, _),) = asking.answer_to(SCAN)
    assert (isinstance(answer, ScanReturned), asking.waits_s()) == (times == 1, [])


def test_bars_without_an_answer_have_failed(asking):
    asking.loopback.will_hang_up()
    failed = DailyBarsFailed(code=SAMSUNG, reason="connection refused or lost")
    assert asking.answer_to(BASELINE) == [("rest", failed, 41)]
    assert len(asking.loopback.requests) == 2


def test_silence_is_not_asked_again(loopback, tmp_path):
    asking = Asking(loopback, tmp_path, timeout_s=0.2)
    loopback.will_keep_silent()
    assert (asking.reasons(SCAN), len(loopback.requests)) == (["no answer in time"], 1)


def test_silence_ends_with_the_time_of_its_question(loopback, tmp_path):
    asking = Asking(loopback, tmp_path, timeout_s=10, question_s=1.6)
    loopback.will_answer(500, TOO_OFTEN)
    loopback.will_keep_silent()
    began_s = monotonic()
    assert asking.reasons(SCAN) == ["no answer in time"]
    assert monotonic() - began_s < 5


def test_a_server_that_is_away_is_tried_by_the_waits(asking, dead_url):
    asking.rest._rest_url = dead_url
    assert asking.reasons(SCAN) == ["connection refused or lost"]
    assert asking.waits_s() == [0.5, 1, 2, 4, 4]


# --- pace and ends


def test_calls_are_paced_with_the_token_s(loopback, tmp_path):
    asking = Asking(loopback, tmp_path, gap_s=0.5)
    asking.path.unlink()
    loopback.will_answer(200, TOKEN)
    loopback.will_answer(200, QUOTES)
    asking.answer_to(SCAN, SCAN)
    assert asking.waits_s() == [0.5, 0.5]


def test_after_too_often_all_calls_are_twice_as_far_apart(loopback, tmp_path):
    asking = Asking(loopback, tmp_path, gap_s=0.5)
    loopback.will_answer(500, TOO_OFTEN)
    loopback.will_answer(200, QUOTES)
    asking.answer_to(SCAN, SCAN, SCAN)
    assert asking.waits_s() == [0.5, 1, 1]


def test_a_minute_later_they_are_as_before(loopback, tmp_path):
    asking = Asking(loopback, tmp_path, gap_s=20.0)
    loopback.will_answer(500, TOO_OFTEN)
    loopback.will_answer(200, QUOTES)
    asking.answer_to(SCAN, SCAN, SCAN, SCAN)
    assert asking.waits_s() == [0.5, 19.5, 40, 20, 20]


def test_a_stopping_daemon_answers_nothing_more(asking):
    asking.loopback.will_answer(500, TOO_OFTEN)
    asking.rest.stop()
    assert asking.answer_to(SCAN) == []


def test_a_wait_ends_with_the_daemon(asking):
    asking.loopback.will_answer(500, TOO_OFTEN)
    asking.clock.wait = lambda signal, duration_s: asking.rest.stop() or True
    assert (asking.answer_to(SCAN), len(asking.loopback.requests)) == ([], 1)

"""KIS by HTTP: what its refusals are answered with: of a token, of a key, and those for good."""

import pytest
from test_rest_questions import BARS, BASELINE, EXPIRED, QUOTES, SCAN, TOKEN, TOO_OFTEN, WAIT_S, Asking

from kis_actors.adapters.retry import ADVICE, Failed
from kis_actors.credentials import Credentials
from kis_actors.kis.errors import TREATMENTS, Treatment
from kis_actors.messages import DailyBarsReturned, ScanFailed, ScanReturned


@pytest.fixture
def asking(loopback, tmp_path):
    return Asking(loopback, tmp_path)


# --- the token


def test_a_refused_token_is_renewed_once(asking):
    asking.loopback.will_answer(500, EXPIRED)
    asking.loopback.will_answer(200, TOKEN | {"access_token": "fresh"})
    asking.loopback.will_answer(200, QUOTES)
    asking.answer_to(SCAN)
    assert asking.loopback.requests[-1].headers["authorization"] == "Bearer fresh"
    assert asking.waits_s() == []


@pytest.mark.parametrize("status", [200, 401, 403, 500])
@pytest.mark.parametrize("code", ["EGW00121", "EGW00122", "EGW00123"])
def test_a_token_refused_twice_is_a_failure(asking, status, code):
    asking.loopback.will_answer(status, EXPIRED | {"msg_cd": code})
    asking.loopback.will_answer(200, TOKEN | {"access_token": "fresh"})
    asking.loopback.will_answer(status, EXPIRED | {"msg_cd": code})
    assert asking.reasons(SCAN) == [f"{code} expired"]
    assert asking.paths() == ["intstock-multprice", "tokenP", "intstock-multprice"]


def test_a_token_that_stays_refused_is_not_asked_for_within_a_minute(asking):
    asking.loopback.will_answer(500, EXPIRED)
    asking.loopback.will_answer(200, TOKEN | {"access_token": "fresh"})
    asking.loopback.will_answer(500, EXPIRED)
    assert asking.reasons(SCAN, SCAN, SCAN) == ["EGW00123 expired", "token in 61 s", "token in 61 s"]
    assert asking.paths().count("tokenP") == 1


def test_a_token_that_another_process_renewed_is_used(asking):
    asking.loopback.will_answer(200, QUOTES)
    asking.answer_to(SCAN)
    asking.loopback.replies.clear()
    asking.loopback.will_answer(200, TOKEN | {"access_token": "theirs"})
    asking.loopback.will_answer(500, EXPIRED)
    asking.loopback.will_answer(200, QUOTES)
    asking.keys().token(is_new=True)
    again = asking.port()
    again._keys.handed_out = "token"
    asking.rest = again
    asking.answer_to(SCAN)
    assert asking.paths().count("tokenP") == 1
    assert asking.loopback.requests[-1].headers["authorization"] == "Bearer theirs"


def refuse_token(asking, code="EGW00133"):
    asking.path.unlink()
    asking.loopback.will_answer(403, {"error_code": code, "error_description": "1 minute"})


def test_a_scan_does_not_wait_a_minute_for_a_token(asking):
    refuse_token(asking)
    assert asking.reasons(SCAN, SCAN) == ["no token: EGW00133 1 minute", "token in 61 s"]
    assert (asking.paths(), asking.waits_s()) == (["tokenP"], [])


def test_a_scan_waits_for_a_token_that_comes_soon(asking):
    refuse_token(asking)
    asking.loopback.will_answer(200, TOKEN)
    asking.loopback.will_answer(200, QUOTES)
    asking.answer_to(SCAN)
    asking.clock.pass_s(40)
    asking.rest = asking.port()
    ((_, answer, _),) = asking.answer_to(SCAN)[1:]
    assert (isinstance(answer, ScanReturned), asking.waits_s()) == (True, [21])


def test_daily_bars_wait_for_their_token(asking):
    refuse_token(asking)
    asking.loopback.will_answer(200, TOKEN)
    asking.loopback.will_answer(200, BARS)
    answers = [type(answer) for _, answer, _ in asking.answer_to(SCAN, BASELINE, BASELINE)]
    assert answers == [ScanFailed, DailyBarsReturned, DailyBarsReturned]
    assert (asking.waits_s(), asking.paths().count("tokenP")) == ([61], 2)


def test_the_approval_key_does_not_wait_for_the_token(asking):
    asking.loopback.will_answer(200, {"approval_key": "approval"})
    refuse_token(asking)
    asking.loopback.will_answer(200, TOKEN)
    asking.loopback.will_answer(200, BARS)
    asking.ask(SCAN, BASELINE)
    key = asking.rest.approval_key(is_new=False)
    asking.answer_to(SCAN)
    assert key.result(WAIT_S) == "approval"
    assert asking.paths()[:2] == ["Approval", "tokenP"]


def test_a_token_call_that_may_have_arrived_is_not_repeated(asking):
    asking.path.unlink()
    asking.loopback.will_hang_up()
    assert asking.reasons(SCAN, SCAN) == ["no token: connection refused or lost", "token in 61 s"]
    assert asking.paths() == ["tokenP"]


def test_keys_that_cannot_be_kept_are_not_asked_for(asking):
    asking.path.unlink()
    asking.path.mkdir()
    asking.loopback.will_answer(200, TOKEN)
    ((reason), *_) = asking.reasons(SCAN)
    kept = "no token can be kept (Is a directory); make keys.json in the data directory this user's own"
    assert f"{kept}; the next try in 61 s" in reason
    assert asking.loopback.requests == []


# --- refused for good


def test_a_wrong_question_is_not_retried(asking):
    asking.loopback.will_answer(500, {"rt_cd": "1", "msg_cd": "OPSQ2002", "msg1": "bad code"})
    asking.answer_to(SCAN)
    assert (asking.waits_s(), len(asking.loopback.requests), asking.fatal) == ([], 1, [])


@pytest.mark.parametrize(
    ("code", "advice"),
    [
        ("EGW00103", "KIS_APP_KEY"), ("EGW00105", "KIS_APP_SECRET"), ("EGW00304", "KIS_APP_SECRET"),
        ("EGW00206", "open to the account"), ("EGW00207", "IP addresses"), ("EGW00101", "KIS_APP_KEY"),
    ],
)  # fmt: skip
def test_a_refusal_for_good_says_what_to_do(asking, code, advice):
    asking.loopback.will_answer(403, {"rt_cd": "1", "msg_cd": code, "msg1": "no"})
    asking.answer_to(SCAN)
    (told,) = asking.fatal
    assert told.startswith(f"{code} no; ") and advice in told


def test_every_refusal_for_good_has_advice():
    fatal = {code for code, treatment in TREATMENTS.items() if treatment is Treatment.fatal}
    of_the_programs_making = {"EGW00101", "EGW00115", "EGW00116"}
    assert fatal - of_the_programs_making == set(ADVICE)


def test_a_refusal_for_good_is_told_once_and_nothing_more_is_asked(asking):
    asking.loopback.will_answer(403, {"rt_cd": "1", "msg_cd": "EGW00206", "msg1": "no right"})
    assert len(asking.answer_to(SCAN, SCAN, BASELINE)) == 1
    assert (len(asking.fatal), len(asking.loopback.requests)) == (1, 1)


@pytest.mark.parametrize("is_token", [True, False])
def test_keys_refused_for_good_are_fatal(asking, is_token):
    refuse_token(asking, "EGW00103")
    key = None if is_token else asking.rest.approval_key(is_new=False)
    asking.answer_to(SCAN)
    assert len(asking.fatal) == len(asking.loopback.requests) == 1
    assert key is None or isinstance(key.exception(WAIT_S), Failed)


@pytest.mark.parametrize("code", ["EGW00103", "OPSQ2002", "EGW00201"])
def test_a_refusal_that_echoes_what_it_was_sent_shows_none_of_it(loopback, tmp_path, code):
    secret, token = "c2VjcmV0" * 22, "eyJ0eXAi" * 40
    asking = Asking(loopback, tmp_path, token=token, credentials=Credentials(app_key="PSkey", app_secret=secret))
    loopback.will_answer(403, {"rt_cd": "1", "msg_cd": code, "msg1": f"no PSkey, {secret}, Bearer {token}"})
    (reason,) = asking.reasons(SCAN)
    for text in (reason, *asking.fatal):
        assert text.startswith(f"{code} no ***, ***, Bearer ***") and "c2Vj" not in text and "eyJ0" not in text


def test_a_refused_token_call_shows_no_secret(asking):
    refuse_token(asking, "EGW00133")
    asking.loopback.replies[-1] = (403, b'{"error_code": "EGW00133", "error_description": "not secret!"}', {})
    assert asking.reasons(SCAN) == ["no token: EGW00133 not ***!"]


# --- the approval key


def test_an_approval_key_is_the_next_call(asking):
    asking.loopback.will_answer(200, {"approval_key": "approval"})
    asking.loopback.will_answer(200, QUOTES)
    asking.loopback.will_answer(200, QUOTES)
    asking.ask(SCAN)
    key = asking.rest.approval_key(is_new=False)
    asking.answer_to(SCAN)
    assert key.result(WAIT_S) == "approval"


def test_an_approval_key_asked_for_too_fast_is_retried(asking):
    asking.loopback.will_answer(500, TOO_OFTEN)
    asking.loopback.will_answer(200, {"approval_key": "approval"})
    key = asking.rest.approval_key(is_new=False)
    asking.loopback.will_answer(200, QUOTES)
    asking.answer_to(SCAN)
    assert (key.result(WAIT_S), asking.waits_s()) == ("approval", [0.5])


def test_an_approval_key_refused_for_a_minute_fails_at_once(asking):
    asking.loopback.will_answer(403, {"error_code": "EGW00133", "error_description": "1 minute"})
    asking.loopback.will_answer(200, QUOTES)
    keys = [asking.rest.approval_key(is_new=False) for _ in range(2)]
    asking.answer_to(SCAN)
    assert [str(key.exception(WAIT_S)) for key in keys] == ["approval key in 61 s", "EGW00133 1 minute"]
    assert asking.paths() == ["Approval", "intstock-multprice"]

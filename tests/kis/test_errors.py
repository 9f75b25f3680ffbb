import pytest

from kis_actors.kis.errors import Treatment, describe, one_line, treatment_of

from .recordings import recorded_answer

TOO_MANY_CALLS = {"rt_cd": "1", "msg_cd": "EGW00201", "msg1": "초당 거래건수를 초과하였습니다."}
TOO_MANY_TOKENS = {
    "error_description": "접근토큰 발급 잠시 후 다시 시도하세요(1분당 1회)",
    "error_code": "EGW00133",
}
DONE = {"rt_cd": "0", "msg_cd": "MCA00000", "msg1": "정상처리 되었습니다.       "}


@pytest.mark.parametrize("status", [200, 403, 429, 500])
def test_the_code_counts_more_than_the_status(status):
    assert treatment_of(status, TOO_MANY_CALLS) is Treatment.backoff
    assert treatment_of(status, TOO_MANY_TOKENS) is Treatment.wait_for_token
    assert treatment_of(status, {"rt_cd": "1", "msg_cd": "EGW00123"}) is Treatment.renew_token
    assert treatment_of(status, DONE) is Treatment.ok


def test_more_pages_to_come_is_ok():
    assert treatment_of(200, {"rt_cd": "0", "msg_cd": "KIOK0500"}) is Treatment.ok


def test_success_without_a_code_is_ok():
    assert treatment_of(200, {"rt_cd": "0", "output": []}) is Treatment.ok


def test_an_issued_token_or_key_is_ok():
    assert treatment_of(200, {"access_token": "t", "expires_in": 86400}) is Treatment.ok
    assert treatment_of(200, {"approval_key": "k"}) is Treatment.ok


@pytest.mark.parametrize(
    ("status", "body", "treatment"),
    [
        (429, {}, Treatment.backoff),
        (500, {}, Treatment.retry),
        (503, {"message": "down"}, Treatment.retry),
        (500, {"rt_cd": "0"}, Treatment.retry),
        (200, {}, Treatment.unknown),
        (403, {}, Treatment.unknown),
        (500, {"rt_cd": "1", "msg_cd": "EGW99999"}, Treatment.unknown),
        (200, {"rt_cd": "1", "msg_cd": "MCA00000"}, Treatment.unknown),
        (200, {"rt_cd": "7", "msg_cd": "KIOK0500"}, Treatment.unknown),
        (200, {"rt_cd": None, "msg_cd": ["EGW00201"]}, Treatment.unknown),
    ],
)
def test_the_status_decides_only_where_no_code_does(status, body, treatment):
    assert treatment_of(status, body) is treatment


@pytest.mark.parametrize(
    ("code", "treatment"),
    [
        ("EGW00001", Treatment.retry),
        ("EGW00103", Treatment.fatal),
        ("EGW00132", Treatment.bug),
        ("EGW00213", Treatment.configuration),
        ("EGW00215", Treatment.backoff),
        ("OPSQ1002", Treatment.retry),
        ("OPSQ2000", Treatment.configuration),
        ("OPSQ9997", Treatment.bug),
    ],
)
def test_a_code_has_one_treatment(code, treatment):
    assert treatment_of(500, {"rt_cd": "1", "msg_cd": code}) is treatment


def test_an_answer_is_described_by_code_and_words():
    assert describe(TOO_MANY_CALLS) == "EGW00201 초당 거래건수를 초과하였습니다."
    assert describe(TOO_MANY_TOKENS) == "EGW00133 접근토큰 발급 잠시 후 다시 시도하세요(1분당 1회)"
    assert describe(DONE) == "MCA00000 정상처리 되었습니다."


def test_an_answer_without_words_is_described_too():
    assert describe({"rt_cd": "1", "msg_cd": "EGW00201"}) == "EGW00201"
    assert describe({}) == "no code and no message"


def test_a_description_is_one_safe_line():
    body = {"msg_cd": "EGW00001", "msg1": "a\r\nb\x00\x1b[2J\u202ec\ud800" + "d" * 10_000}
    line = describe(body)
    assert line.startswith("EGW00001 a b[2Jcdd")
    assert line.isprintable()
    assert len(line) == 200


def test_one_line_of_nothing_is_empty():
    assert one_line(" \n\x00 ") == ""


# The longer collection.


def test_every_documented_code_has_a_treatment():
    for code in recorded_answer("error_codes.json")["rest_EGW"]:
        assert treatment_of(500, {"rt_cd": "1", "msg_cd": code}) not in (Treatment.unknown, Treatment.ok), code


@pytest.mark.parametrize(
    ("name", "treatment"),
    [
        ("rest_error_EGW00123.json", Treatment.renew_token),
        ("rest_error_EGW00201.json", Treatment.backoff),
        ("tokenP_error_EGW00133.json", Treatment.wait_for_token),
        ("tokenP_ok_SHAPE.json", Treatment.ok),
        ("Approval_ok_SHAPE.json", Treatment.ok),
        ("chk_holiday_CTCA0903R_20260105.json", Treatment.ok),
        ("intstock_multprice_FHKST11300006_20260814_row.json", Treatment.ok),
        ("intstock_multprice_full_shape_SYNTHETIC.json", Treatment.ok),
    ],
)
def test_recorded_answers_are_treated_as_they_deserve(name, treatment):
    answer = recorded_answer(name)
    assert treatment_of(answer["http_status"], answer["body"]) is treatment

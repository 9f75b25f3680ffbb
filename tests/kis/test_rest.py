from datetime import date, timedelta

import pytest

from kis_actors.kis.rest import (
    Bar,
    approval_body,
    bars_of,
    daily_bars_request,
    headers_of,
    holiday_request,
    market_division,
    multprice_request,
    opens_of,
    price_request,
    rows_of,
    token_body,
)

from .recordings import recorded_answer

BLANK_ROW = {"inter_shrn_iscd": "", "inter2_prpr": ""}
ROW = {"inter_shrn_iscd": "123450", "inter2_prpr": "12420"}
BAR_ROW = {
    "stck_bsop_date": "20260820",
    "stck_clpr": "271000",
    "stck_oprc": "257000",
    "stck_hgpr": "273000",
    "stck_lwpr": "252500",
    "acml_vol": "26095919",
    "acml_tr_pbmn": "6961393123500",
}
BAR = Bar(
    day=date(2026, 8, 20),
    open_won=257000,
    high_won=273000,
    low_won=252500,
    close_won=271000,
    volume_shares=26095919,
    turnover_won=6961393123500,
)
NEW_YEAR_2027 = date(2027, 1, 1)


def test_a_batch_request_numbers_its_pairs_from_one():
    request = multprice_request(["005930", "0126Z0"])
    assert (request.method, request.tr_id) == ("GET", "FHKST11300006")
    assert request.path == "/uapi/domestic-stock/v1/quotations/intstock-multprice"
    assert request.params == (
        ("FID_COND_MRKT_DIV_CODE_1", "J"),
        ("FID_INPUT_ISCD_1", "005930"),
        ("FID_COND_MRKT_DIV_CODE_2", "J"),
        ("FID_INPUT_ISCD_2", "0126Z0"),
    )


def test_a_batch_request_may_ask_another_market():
    assert multprice_request(["005930"], market="UN").params[0] == ("FID_COND_MRKT_DIV_CODE_1", "UN")


def test_a_batch_request_takes_thirty_codes_at_most():
    codes = [f"{number:06}" for number in range(31)]
    assert multprice_request(codes[:30]).params[-1] == ("FID_INPUT_ISCD_30", "000029")
    with pytest.raises(ValueError, match="expected 1 to 30 codes, found 31"):
        multprice_request(codes)
    with pytest.raises(ValueError, match="found 0"):
        multprice_request([])


def test_a_single_quote_is_asked_for_by_its_code():
    request = price_request("0126Z0")
    assert (request.method, request.tr_id) == ("GET", "FHKST01010100")
    assert request.path == "/uapi/domestic-stock/v1/quotations/inquire-price"
    assert request.params == (("FID_COND_MRKT_DIV_CODE", "J"), ("FID_INPUT_ISCD", "0126Z0"))
    assert price_request("0126Z0", market="NX").params[0] == ("FID_COND_MRKT_DIV_CODE", "NX")


@pytest.mark.parametrize(("hours", "market"), [("krx", "J"), ("always", "J"), ("nxt", "NX"), ("unified", "UN")])
def test_the_hours_watched_name_the_market(hours, market):
    assert market_division(hours) == market


def test_daily_bars_are_asked_for_adjusted():
    request = daily_bars_request("005930", date(2026, 3, 1), date(2026, 8, 20))
    assert request.tr_id == "FHKST03010100"
    assert request.path == "/uapi/domestic-stock/v1/quotations/inquire-daily-itemchartprice"
    assert dict(request.params) == {
        "FID_COND_MRKT_DIV_CODE": "J",
        "FID_INPUT_ISCD": "005930",
        "FID_INPUT_DATE_1": "20260301",
        "FID_INPUT_DATE_2": "20260820",
        "FID_PERIOD_DIV_CODE": "D",
        "FID_ORG_ADJ_PRC": "0",
    }


def test_holidays_are_asked_for_from_a_day_on():
    request = holiday_request(date(2026, 1, 5))
    assert (request.path.rpartition("/")[2], request.tr_id) == ("chk-holiday", "CTCA0903R")
    assert request.params == (("BASS_DT", "20260105"), ("CTX_AREA_NK", ""), ("CTX_AREA_FK", ""))


def test_the_secret_has_another_name_where_an_approval_is_asked_for():
    grant = {"grant_type": "client_credentials", "appkey": "k"}
    assert token_body("k", "s") == {**grant, "appsecret": "s"}
    assert approval_body("k", "s") == {**grant, "secretkey": "s"}


def test_headers_carry_the_secrets_the_request_does_not():
    request = multprice_request(["005930"])
    assert headers_of(request, token="t", app_key="k", app_secret="s") == {
        "content-type": "application/json; charset=utf-8",
        "authorization": "Bearer t",
        "appkey": "k",
        "appsecret": "s",
        "tr_id": "FHKST11300006",
        "tr_cont": "",
        "custtype": "P",
    }


def test_rows_come_as_an_array_or_as_one_object():
    assert rows_of({"output": [ROW, BLANK_ROW]}) == (ROW, BLANK_ROW)
    assert rows_of({"output": ROW}) == (ROW,)
    assert rows_of({"output2": [ROW]}, "output2") == (ROW,)


@pytest.mark.parametrize(
    "body", [{}, {"output": None}, {"output": ""}, {"output": []}, {"output": {}}, {"output": [1]}]
)
def test_an_answer_without_rows_has_none(body):
    assert rows_of(body) == ()


def test_every_value_of_a_row_is_text():
    assert rows_of({"output": {"a": 1, "b": None, "c": "x", "d": [1]}}) == ({"a": "1", "b": "", "c": "x", "d": ""},)


def test_bars_are_sorted_oldest_first():
    rows = [{**BAR_ROW, "stck_bsop_date": day} for day in ("20260820", "20260818", "20260819")]
    assert [bar.day.day for bar in bars_of(rows, before=NEW_YEAR_2027)] == [18, 19, 20]


def test_the_unfinished_day_is_no_bar():
    assert bars_of([BAR_ROW], before=BAR.day) == ()
    assert bars_of([BAR_ROW], before=BAR.day - timedelta(days=1)) == ()
    assert bars_of([BAR_ROW], before=BAR.day + timedelta(days=1)) == (BAR,)


def test_a_day_told_twice_is_one_bar():
    assert bars_of([BAR_ROW, BAR_ROW], before=NEW_YEAR_2027) == (BAR,)


@pytest.mark.parametrize(
    ("name", "value"),
    [("stck_bsop_date", ""), ("stck_bsop_date", "20260230"), ("stck_clpr", "0"), ("stck_clpr", "")],
)
def test_a_row_without_day_or_close_is_no_bar(name, value):
    assert bars_of([{**BAR_ROW, name: value}, {}], before=NEW_YEAR_2027) == ()


def test_a_day_without_trades_stays_at_its_close():
    row = {**BAR_ROW, "stck_oprc": "0", "stck_hgpr": "0", "stck_lwpr": "0", "acml_vol": "0", "acml_tr_pbmn": "0"}
    (bar,) = bars_of([row], before=NEW_YEAR_2027)
    assert (bar.open_won, bar.high_won, bar.low_won, bar.volume_shares) == (271000, 271000, 271000, 0)


def test_open_days_follow_the_market_not_the_banks():
    rows = [
        {"bass_dt": "20260109", "bzdy_yn": "Y", "tr_day_yn": "Y", "opnd_yn": "Y"},
        {"bass_dt": "20260110", "bzdy_yn": "Y", "tr_day_yn": "Y", "opnd_yn": "N"},
        {"bass_dt": "", "opnd_yn": "Y"},
        {"bass_dt": "20260111", "opnd_yn": ""},
    ]
    assert opens_of(rows) == {date(2026, 1, 9): True, date(2026, 1, 10): False}


# The longer collection.


def test_a_recorded_bar_is_read():
    rows = rows_of(body_of("daily_itemchartprice_FHKST03010100_20260820_row.json"), "output2")
    assert bars_of(rows, before=date(2026, 8, 21)) == (BAR,)


def test_recorded_days_are_open_on_weekdays():
    opens = opens_of(rows_of(body_of("chk_holiday_CTCA0903R_20260105.json")))
    assert list(opens) == [date(2026, 1, 5) + timedelta(days=number) for number in range(24)]
    assert all(is_open == (day.weekday() < 5) for day, is_open in opens.items())


def body_of(name: str) -> dict[str, object]:
    body: dict[str, object] = recorded_answer(name)["body"]
    return body

import pytest
from msgspec.structs import replace

from kis_actors.kis.rest import Quote, quote_of, quotes_in, quotes_of, rows_of

from .recordings import recorded_answer

BLANK_ROW = {"inter_shrn_iscd": "", "inter_kor_isnm": "", "inter2_prpr": ""}
ROW = {
    "hour_cls_code": "0",
    "inter_shrn_iscd": "123450",
    "inter_kor_isnm": "SAMPLE",
    "inter2_prpr": "12420",
    "inter2_prdy_vrss": "320",
    "prdy_vrss_sign": "2",
    "prdy_ctrt": "2.64",
    "acml_vol": "73007",
    "acml_tr_pbmn": "901234560",
    "inter2_oprc": "12300",
    "inter2_hgpr": "12480",
    "inter2_lwpr": "12210",
    "inter2_prdy_clpr": "12100",
    "inter2_sdpr": "12050",
    "inter2_mxpr": "15730",
    "inter2_llam": "8470",
}
PRICE_ROW = {
    "iscd_stat_cls_code": "55",
    "temp_stop_yn": "N",
    "stck_prpr": "12420",
    "prdy_vrss": "320",
    "prdy_vrss_sign": "2",
    "prdy_ctrt": "2.64",
    "acml_tr_pbmn": "901234560",
    "acml_vol": "73007",
    "stck_oprc": "12300",
    "stck_hgpr": "12480",
    "stck_lwpr": "12210",
    "stck_mxpr": "15730",
    "stck_llam": "8470",
    "stck_sdpr": "12050",
    "stck_shrn_iscd": "123450",
    "vi_cls_code": "N",
    "ovtm_vi_cls_code": "N",
}
"""The same stock by inquire-price, which names neither the stock nor its previous close."""


def read(row: dict[str, str]) -> Quote:
    quote = quote_of(row)
    assert quote is not None
    return quote


def test_a_row_of_the_batch_is_a_quote():
    assert quote_of(ROW) == Quote(
        code="123450",
        name="SAMPLE",
        price_won=12420,
        previous_close_won=12100,
        base_price_won=12050,
        change_ratio=0.0264,
        open_won=12300,
        high_won=12480,
        low_won=12210,
        upper_limit_won=15730,
        lower_limit_won=8470,
        cum_volume_shares=73007,
        cum_turnover_won=901234560,
        hour_class="0",
    )


@pytest.mark.parametrize(
    ("sign", "percent", "change_ratio"),
    [
        ("1", "29.95", 0.2995),
        ("2", "2.64", 0.0264),
        ("3", "0.00", 0.0),
        ("3", "1.00", 0.0),
        ("4", "29.95", -0.2995),
        ("4", "-29.95", -0.2995),
        ("5", "0.52", -0.0052),
        ("5", "-0.52", -0.0052),
        ("", "-0.52", -0.0052),
        ("2", "", None),
        ("2", "nan", None),
    ],
)
def test_the_sign_code_decides_the_direction(sign, percent, change_ratio):
    quote = quote_of({**ROW, "prdy_vrss_sign": sign, "prdy_ctrt": percent})
    assert quote is not None
    assert quote.change_ratio == change_ratio


def test_no_change_has_no_sign():
    for sign in "12345":
        quote = quote_of({**ROW, "prdy_vrss_sign": sign, "prdy_ctrt": "-0.00"})
        assert str(quote and quote.change_ratio) == "0.0"


@pytest.mark.parametrize("price", ["", "0", " ", "-100", "12.5", "1_000", "abc", "٣", "9" * 5000])
def test_a_row_without_a_usable_price_is_no_quote(price):
    assert quote_of({**ROW, "inter2_prpr": price}) is None


@pytest.mark.parametrize("code", ["", " ", "00593", "005930;"])
def test_a_row_without_a_usable_code_is_no_quote(code):
    assert quote_of({**ROW, "inter_shrn_iscd": code}) is None


def test_the_blank_row_of_an_unknown_code_is_no_quote():
    assert quote_of(BLANK_ROW) is None
    assert quote_of({}) is None


def test_a_missing_price_is_none_never_zero():
    quote = quote_of({**ROW, "inter2_oprc": "0", "inter2_hgpr": "", "inter2_lwpr": "0", "inter2_sdpr": ""})
    assert quote is not None
    assert (quote.open_won, quote.high_won, quote.low_won, quote.base_price_won) == (None, None, None, None)


def test_a_volume_may_be_zero():
    quote = quote_of({**ROW, "acml_vol": "0", "acml_tr_pbmn": ""})
    assert quote is not None
    assert (quote.cum_volume_shares, quote.cum_turnover_won) == (0, 0)


def test_quotes_are_found_by_code_not_by_place():
    quotes = quotes_of([{**ROW, "inter_shrn_iscd": "999990"}, BLANK_ROW, ROW])
    assert list(quotes) == ["999990", "123450"]
    assert quotes["123450"].code == "123450"


def test_quotes_in_a_table_are_those_of_its_rows():
    rows = [{"inter_shrn_iscd": code, "inter2_prpr": "100", "acml_vol": "7"} for code in ("005930", "", "000660")]
    table = tuple(rows[0]), tuple(tuple(row.values()) for row in rows)
    assert quotes_in(*table) == quotes_of(rows)


def test_nobody_changes_what_others_read_too():
    with pytest.raises(TypeError):
        quotes_in(("inter_shrn_iscd",), ())["005930"] = None


def test_a_row_of_either_call_is_the_same_quote():
    batch = read(ROW)
    single = read(PRICE_ROW)
    assert (batch.name, batch.hour_class, single.name, single.hour_class) == ("SAMPLE", "0", "", "")
    assert replace(single, name="SAMPLE", hour_class="0") == batch


def test_rows_of_both_calls_are_read_together():
    quotes = quotes_of([ROW, {**PRICE_ROW, "stck_shrn_iscd": "999990"}])
    assert [(code, quote.price_won) for code, quote in quotes.items()] == [("123450", 12420), ("999990", 12420)]


def test_an_answer_of_inquire_price_is_one_quote():
    assert list(quotes_of(rows_of({"rt_cd": "0", "output": PRICE_ROW}))) == ["123450"]


@pytest.mark.parametrize(
    ("sign", "change", "previous_close_won"),
    [
        ("1", "320", 12100),
        ("2", "320", 12100),
        ("3", "0", 12420),
        ("3", "320", 12420),
        ("4", "320", 12740),
        ("5", "320", 12740),
        ("5", "-320", 12740),
        ("", "-320", 12740),
        ("2", "", None),
        ("3", "", None),
        ("2", "3.5", None),
        ("2", "12420", None),
        ("2", "99999", None),
    ],
)
def test_the_previous_close_is_the_price_less_the_change(sign, change, previous_close_won):
    quote = read({**PRICE_ROW, "prdy_vrss_sign": sign, "prdy_vrss": change})
    assert quote.previous_close_won == previous_close_won


def test_a_batch_without_a_previous_close_has_none():
    assert read({**ROW, "inter2_prdy_clpr": "0", "prdy_vrss": "320"}).previous_close_won is None


@pytest.mark.parametrize("name", ["stck_shrn_iscd", "stck_prpr"])
def test_a_single_row_needs_code_and_price(name):
    assert quote_of({**PRICE_ROW, name: ""}) is None


@pytest.mark.parametrize(
    ("name", "value", "is_halted"),
    [
        ("iscd_stat_cls_code", "58", True),
        ("temp_stop_yn", "Y", True),
        ("iscd_stat_cls_code", "51", False),
        ("iscd_stat_cls_code", "59", False),
        ("iscd_stat_cls_code", "", False),
        ("temp_stop_yn", "", False),
        ("vi_cls_code", "Y", False),
    ],
)
def test_a_stock_is_halted_by_status_58_or_a_stop(name, value, is_halted):
    assert read({**PRICE_ROW, name: value}).is_halted is is_halted


def test_an_interruption_shows_in_either_call():
    assert read({**PRICE_ROW, "vi_cls_code": "Y"}).is_interrupted
    assert read({**ROW, "hour_cls_code": "C"}).is_interrupted


@pytest.mark.parametrize("hour_class", ["0", "A", "B", "D", ""])
def test_the_other_auctions_are_no_interruption(hour_class):
    assert not read({**ROW, "hour_cls_code": hour_class}).is_interrupted


def test_an_interruption_after_hours_is_another_matter():
    assert not read({**PRICE_ROW, "ovtm_vi_cls_code": "Y"}).is_interrupted


# The longer collection.


def test_a_recorded_quote_without_change_is_read():
    (quote,) = quotes_of(rows_of(body_of("intstock_multprice_FHKST11300006_20260814_row.json"))).values()
    assert (quote.code, quote.price_won, quote.previous_close_won) == ("005930", 274500, 268000)
    assert (quote.cum_volume_shares, quote.cum_turnover_won) == (21669476, 5874450961500)
    assert (quote.change_ratio, quote.upper_limit_won, quote.name) == (None, None, "")


def test_a_quote_sent_as_one_object_is_read():
    quote = quotes_of(rows_of(body_of("intstock_multprice_full_shape_SYNTHETIC.json")))["005930"]
    assert (quote.name, quote.price_won, quote.change_ratio) == ("삼성전자", 57800, -0.0052)
    assert (quote.lower_limit_won, quote.upper_limit_won) == (40100, 74100)


def test_recorded_rows_without_a_price_are_no_quotes():
    rows = rows_of(body_of("intstock_multprice_trading_20260818_preopen.json"))
    assert len(rows) == 12
    assert quotes_of(rows) == {}


def body_of(name: str) -> dict[str, object]:
    body: dict[str, object] = recorded_answer(name)["body"]
    return body

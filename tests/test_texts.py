"""What a person reads, word for word."""

import pytest
from facts import raised
from msgspec.structs import replace

from kis_actors.texts import alert_text, chart_url, opening_text, repeated, rule_name

KOREAN = """\
[이격도 하회] 삼성전자 (005930, KOSPI)
25일선 대비 -8.12% (기준 -8.00%)
현재가 71,900원 (전일 대비 -3.13%), 25일선 78,255원, 거래대금 9억원
관측 2026-11-20 09:31:07 KST
https://www.tradingview.com/chart/?symbol=KRX:005930
https://finance.naver.com/item/main.naver?code=005930 · 005930-7"""

ENGLISH = """\
[disparity below threshold] 삼성전자 (005930, KOSPI)
-8.12% against the 25-day average (threshold -8.00%)
price 71,900 won (-3.13% on the day), average 78,255 won, turnover 901,234,560 won
seen 2026-11-20 09:31:07 KST
https://www.tradingview.com/chart/?symbol=KRX:005930
https://finance.naver.com/item/main.naver?code=005930 · 005930-7"""

ODD_NAMES = ("F&F", "A_B*[x]", "<b>", "`${x}`", "한화우B 2", "\\n")


def korean(**changes: object) -> str:
    return alert_text(replace(raised(), **changes), "005930-7", ma_days=25, language="ko")


def english(**changes: object) -> str:
    return alert_text(replace(raised(), **changes), "005930-7", ma_days=25, language="en")


def test_the_korean_alert_reads_like_this():
    assert korean() == KOREAN


def test_the_english_alert_reads_like_this():
    assert english() == ENGLISH


def test_odd_names_come_through_in_korean():
    assert [korean(name=name).splitlines()[0] for name in ODD_NAMES] == [
        f"[이격도 하회] {name} (005930, KOSPI)" for name in ODD_NAMES
    ]


def test_odd_names_come_through_in_english():
    assert [english(name=name).splitlines()[0] for name in ODD_NAMES] == [
        f"[disparity below threshold] {name} (005930, KOSPI)" for name in ODD_NAMES
    ]


def test_a_halt_is_told_in_korean():
    assert korean(is_halted=True).splitlines()[3] == "관측 2026-11-20 09:31:07 KST · 거래정지"


def test_a_halt_is_told_in_english():
    assert english(is_halted=True).splitlines()[3] == "seen 2026-11-20 09:31:07 KST · halted"


def interrupted(average_won: float) -> dict[str, object]:
    """A VI before the first price of the day."""
    return {"rule": "vi_or_halt", "price_won": 0, "average_won": average_won, "cum_turnover_won": 0}


@pytest.mark.parametrize(("close_won", "told"), [(78_000.0, "현재가 - (전일 종가 78,000원)"), (0.0, "현재가 -")])
def test_without_a_price_the_previous_close_is_told_in_korean(close_won, told):
    assert korean(**interrupted(close_won)).splitlines()[1] == told


@pytest.mark.parametrize(("close_won", "told"), [(78_000.0, "price - (previous close 78,000 won)"), (0.0, "price -")])
def test_without_a_price_the_previous_close_is_told_in_english(close_won, told):
    assert english(**interrupted(close_won)).splitlines()[1] == told


def test_the_days_of_the_average_are_told():
    assert "60일선 대비" in alert_text(raised(), "a", ma_days=60, language="ko")


def test_large_turnover_is_told_in_jo():
    assert "거래대금 5.9조원" in korean(cum_turnover_won=5_874_450_961_500)


def test_small_turnover_is_told_in_man():
    assert "거래대금 1,235만원" in korean(cum_turnover_won=12_345_678)


def test_a_repeat_says_so_first_in_korean():
    assert repeated("text", "ko") == "재전송 (앞선 전송 확인 안 됨)\ntext"


def test_a_repeat_says_so_first_in_english():
    assert repeated("text", "en") == "repeat (first delivery unconfirmed)\ntext"


def test_an_unnamed_rule_keeps_its_name():
    assert rule_name(raised(rule="brand_new"), "ko") == "brand_new"


def test_the_chart_of_a_lettered_code_is_linked():
    assert chart_url("0126Z0") == "https://finance.naver.com/item/main.naver?code=0126Z0"


@pytest.mark.parametrize(
    ("averages", "language", "told"),
    [
        (249, "ko", "[개장] 250종목 감시를 시작합니다. 평균 249종목, 규칙: fall"),
        (0, "ko", "[개장] 250종목 감시를 시작합니다. 평균은 읽는 중, 규칙: fall"),
        (249, "en", "[open] watching 250 codes, 249 with an average; rules: fall"),
        (0, "en", "[open] watching 250 codes, averages still being read; rules: fall"),
    ],
)
def test_the_open_says_what_is_watched(averages, language, told):
    assert opening_text(250, averages, ("fall",), language) == told

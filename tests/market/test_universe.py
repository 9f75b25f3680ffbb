from pathlib import Path

import pytest

from kis_actors.market.universe import ROWS_MAX, Stock, UniverseError, read_universe

SHIPPED = Path(__file__).parents[2] / "config" / "universe.csv"
HEADER = "code,name,market\n"


def refusal(text: str) -> UniverseError:
    with pytest.raises(UniverseError) as caught:
        read_universe(text)
    return caught.value


def test_the_shipped_universe_has_250_stocks():
    assert len(read_universe(SHIPPED.read_text("utf-8"))) == 250


def test_leading_zeros_stay():
    assert read_universe(HEADER + "000660,SK하이닉스,KOSPI\n") == (Stock("000660", "SK하이닉스", "KOSPI"),)


def test_letters_in_a_code_stay():
    assert read_universe(HEADER + "0126Z0,삼성에피스홀딩스,KOSPI\n")[0].code == "0126Z0"


def test_a_name_keeps_its_ampersand():
    assert read_universe(HEADER + "383220,F&F,KOSPI\n")[0].name == "F&F"


def test_a_quoted_name_may_hold_a_comma():
    assert read_universe(HEADER + '383220,"F, F",KOSPI\n')[0].name == "F, F"


def test_further_columns_are_ignored():
    assert len(read_universe("code,name,market,reference_price_won\n000660,SK하이닉스,KOSPI,1\n")) == 1


def test_flags_are_read_wherever_their_column_is():
    text = "code,name,market,base_price_won,flags\n000660,SK하이닉스,KOSPI,1, halted|ex \n000020,동화약품,KOSPI\n"
    assert [stock.flags for stock in read_universe(text)] == [("halted", "ex"), ()]


@pytest.mark.parametrize("row", ["000660,SK하이닉스,KOSPI", "000660,SK하이닉스,KOSPI,halted"])
def test_without_a_column_of_flags_there_are_none(row: str):
    assert read_universe(f"{HEADER}{row}\n")[0].flags == ()


def test_a_byte_order_mark_is_tolerated():
    assert len(read_universe("\ufeff" + HEADER + "000660,SK하이닉스,KOSPI\n")) == 1


def test_windows_line_ends_are_tolerated():
    assert read_universe("code,name,market\r\n000660,SK하이닉스,KOSPI\r\n")[0].market == "KOSPI"


def test_blank_lines_are_skipped():
    assert len(read_universe(HEADER + "\n000660,SK하이닉스,KOSPI\n\n")) == 1


@pytest.mark.parametrize("header", ["", "Code,Name,Market", "name,code,market", "code,name"])
def test_a_header_must_begin_code_name_market(header: str):
    assert refusal(f"{header}\n000660,SK하이닉스,KOSPI\n").line <= 2


@pytest.mark.parametrize("code", ["", "00066", "0006600", "00066a", "００0660", "000 60", "A-0660"])
def test_a_malformed_code_is_refused_with_its_line(code: str):
    assert refusal(f"{HEADER}005930,삼성전자,KOSPI\n{code},SK하이닉스,KOSPI\n").line == 3


def test_a_code_cut_by_a_spreadsheet_is_explained():
    assert "cut it from 000660" in str(refusal(HEADER + "660,SK하이닉스,KOSPI\n"))


def test_a_code_twice_is_refused():
    assert refusal(HEADER + "000660,SK하이닉스,KOSPI\n" * 2).came == "000660 again"


def test_an_unknown_market_is_refused():
    assert str(refusal(HEADER + "000660,SK하이닉스,NYSE\n")) == "line 2: expected KOSPI or KOSDAQ, found 'NYSE'"


def test_a_missing_name_is_refused():
    assert refusal(HEADER + "000660,,KOSPI\n").expected == "a name for 000660"


def test_a_short_row_is_refused():
    assert refusal(HEADER + "000660\n").expected == "code, name and market"


def test_an_empty_universe_is_refused():
    assert refusal(HEADER).came == "no rows"


def test_an_open_quote_is_refused():
    assert refusal(HEADER + '000660,"SK하이닉스,KOSPI\n').expected == "comma-separated text"


def test_too_many_rows_are_refused():
    rows = "".join(f"{number:06},n,KOSPI\n" for number in range(ROWS_MAX + 1))
    assert refusal(HEADER + rows).line == ROWS_MAX + 2

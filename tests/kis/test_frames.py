from datetime import datetime

import pytest

from kis_actors.kis.feeds import TRADE_COLUMNS
from kis_actors.kis.frames import FrameError, Tick, feed_of, frame_of, is_control, ticks_of, width_of
from kis_actors.units import KST

from .recordings import (
    FOUR_OF_46,
    IN_USE,
    LAST_CHARACTER_LOST,
    ONE_OF_46,
    ONE_OF_47,
    PINGPONG,
    QUOTE,
    STATUS,
    SUBSCRIBED,
    THREE_OF_47,
)

TRADES = (ONE_OF_46, FOUR_OF_46, ONE_OF_47, THREE_OF_47)
LOOKED_AT = frozenset(
    (
        *("MKSC_SHRN_ISCD", "STCK_CNTG_HOUR", "STCK_PRPR", "PRDY_CTRT", "STCK_HGPR", "STCK_LWPR", "CNTG_VOL"),
        *("ACML_VOL", "ACML_TR_PBMN", "BSOP_DATE", "NEW_MKOP_CLS_CODE", "PRDY_SMNS_HOUR_ACML_VOL", "HOUR_CLS_CODE"),
        "MARKET_CLS_CODE",
    )
)
"""Columns that do not hold just anything."""


def refusal(text: str) -> FrameError:
    with pytest.raises(FrameError) as caught:
        ticks_of(text)
    return caught.value


def with_field(text: str, column: str, value: str, record: int = 1) -> str:
    head, _, payload = text.rpartition("|")
    fields = payload.split("^")
    fields[(record - 1) * width_of(text) + TRADE_COLUMNS.index(column)] = value
    return f"{head}|{'^'.join(fields)}"


def with_count(text: str, count: str) -> str:
    encrypted, tr_id, _, payload = text.split("|")
    return f"{encrypted}|{tr_id}|{count}|{payload}"


def joined(*texts: str) -> str:
    return f"0|H0STCNT0|{len(texts):03}|{'^'.join(text.split('|')[3] for text in texts)}"


def test_a_trade_of_47_columns_is_read_whole():
    assert ticks_of(ONE_OF_47) == (
        Tick(
            code="005930",
            traded_s=int(datetime(2026, 9, 14, 15, 7, 46, tzinfo=KST).timestamp()),
            price_won=249250,
            change_ratio=-0.0395,
            volume_shares=1,
            cum_volume_shares=14871538,
            cum_turnover_won=3728926343750,
            day_high_won=254500,
            day_low_won=248500,
            is_halted=False,
            hour_class="0",
            market_class="2",
            previous_volume_same_time_shares=12052370,
        ),
    )


def test_a_trade_of_46_columns_has_no_market_class():
    (tick,) = ticks_of(ONE_OF_46)
    assert (tick.code, tick.price_won, tick.change_ratio, tick.market_class) == ("005930", 74700, -0.0066, "")
    assert tick.previous_volume_same_time_shares == 5590467


def test_every_record_of_a_frame_is_a_tick():
    ticks = ticks_of(FOUR_OF_46)
    assert [tick.price_won for tick in ticks] == [73000, 73000, 72900, 72900]
    assert [tick.volume_shares for tick in ticks] == [454, 46, 10, 10]
    assert [tick.cum_volume_shares for tick in ticks] == [126363, 126409, 126419, 126429]


def test_records_of_47_columns_do_not_shift():
    ticks = ticks_of(THREE_OF_47)
    assert [tick.cum_turnover_won for tick in ticks] == [5736602835000, 5736604532000, 5736606229000]
    assert {(tick.code, tick.market_class) for tick in ticks} == {("000660", "2")}


def test_a_column_kis_appends_tomorrow_is_ignored():
    assert ticks_of(ONE_OF_47 + "^NEW") == ticks_of(ONE_OF_47)
    assert ticks_of(joined(ONE_OF_47 + "^7", ONE_OF_47 + "^8")) == ticks_of(ONE_OF_47) * 2


def test_one_frame_may_tell_of_two_codes():
    other = with_field(ONE_OF_47, "MKSC_SHRN_ISCD", "0126Z0")
    assert [tick.code for tick in ticks_of(joined(ONE_OF_47, other))] == ["005930", "0126Z0"]


@pytest.mark.parametrize("tr_id", ["H0UNCNT0", "H0NXCNT0"])
def test_the_other_venues_trades_are_read_alike(tr_id):
    assert ticks_of(ONE_OF_47.replace("H0STCNT0", tr_id)) == ticks_of(ONE_OF_47)


def test_a_recording_without_its_last_character_is_still_read():
    (tick,) = ticks_of(LAST_CHARACTER_LOST)
    assert (tick.code, tick.price_won) == ("000100", 121100)


def test_a_halted_stock_says_so():
    assert ticks_of(with_field(ONE_OF_47, "TRHT_YN", "Y"))[0].is_halted


def test_blank_day_prices_and_references_are_zero():
    for column in ("STCK_HGPR", "STCK_LWPR", "PRDY_SMNS_HOUR_ACML_VOL"):
        (tick,) = ticks_of(with_field(ONE_OF_47, column, ""))
        assert tick.price_won == 249250
    assert ticks_of(with_field(ONE_OF_47, "STCK_HGPR", ""))[0].day_high_won == 0


def test_no_change_has_no_sign():
    assert str(ticks_of(with_field(ONE_OF_47, "PRDY_CTRT", "-0.00"))[0].change_ratio) == "0.0"


def test_a_record_too_narrow_is_refused():
    error = refusal(ONE_OF_46.rpartition("^")[0])
    assert (str(error), error.reason) == ("H0STCNT0: expected 46 or more columns, found 45", "width")


def test_fields_that_do_not_divide_are_refused():
    error = refusal(with_count(joined(ONE_OF_46, ONE_OF_46), "003"))
    assert (str(error), error.reason) == ("H0STCNT0: 92 fields do not divide into 3 records", "count")


def test_two_records_counted_as_one_are_refused():
    for text, start in ((ONE_OF_46, 46), (ONE_OF_47, 47), (ONE_OF_47 + "^NEW", 48)):
        error = refusal(with_count(joined(text, text), "001"))
        assert error.reason == "count"
        assert str(error).endswith(f"found another at {start}")


def test_two_codes_counted_as_one_are_refused():
    other = with_field(ONE_OF_47, "MKSC_SHRN_ISCD", "000660")
    assert refusal(with_count(joined(ONE_OF_47, other), "001")).reason == "count"


def test_a_record_and_a_piece_counted_as_one_are_refused():
    assert refusal(ONE_OF_46 + "^" + "^".join(ONE_OF_46.split("|")[3].split("^")[:5])).reason == "count"


@pytest.mark.parametrize("text", TRADES)
def test_no_wrong_count_is_believed(text):
    right = int(text.split("|")[2])
    for count in range(1, 200):
        if count != right:
            assert refusal(with_count(text, f"{count:03}")).reason in ("count", "width", "code")


@pytest.mark.parametrize("count", ["000", "", "-01", "1000", "abc", "٣", "1 ", "+01"])
def test_a_count_that_is_no_count_is_refused(count):
    assert refusal(with_count(ONE_OF_47, count)).reason == "count"


@pytest.mark.parametrize("text", TRADES)
def test_a_frame_cut_short_is_never_read_wrong(text):
    """Only inside the last column KIS may leave out can a cut go unnoticed, and then only that column differs."""
    whole = ticks_of(text)
    for length in range(len(text)):
        try:
            ticks = ticks_of(text[:length])
        except FrameError:
            continue
        assert length >= len(text) - len("1707000^2")
        assert [known(tick) for tick in ticks] == [known(tick) for tick in whole]
        assert ticks[:-1] == whole[:-1]


def known(tick: Tick) -> tuple[object, ...]:
    """All that is told before the last two columns."""
    names = (name for name in Tick.__struct_fields__ if name != "market_class")
    return tuple(getattr(tick, name) for name in names)


def test_an_encrypted_frame_is_refused():
    error = refusal("1" + ONE_OF_47[1:])
    assert (str(error), error.reason) == ("H0STCNT0: expected flag '0', not encrypted, found '1'", "header")


@pytest.mark.parametrize("text", ["", "0|H0STCNT0|001", ONE_OF_47 + ONE_OF_47, PINGPONG])
def test_text_without_four_parts_is_refused(text):
    assert refusal(text).reason == "header"


@pytest.mark.parametrize("name", sorted(set(TRADE_COLUMNS) - LOOKED_AT))
def test_a_bar_is_nothing_special_in_a_field_that_nobody_looks_at(name):
    assert ticks_of(with_field(ONE_OF_47, name, "1|2")) == ticks_of(ONE_OF_47)
    assert frame_of(with_field(ONE_OF_47, name, "1|2")) == frame_of(ONE_OF_47)


@pytest.mark.parametrize("name", sorted(LOOKED_AT))
def test_a_bar_in_a_field_that_is_looked_at_is_refused(name):
    assert refusal(with_field(ONE_OF_47, name, "1|2")).reason in ("field", "code")


@pytest.mark.parametrize("text", [QUOTE, STATUS, ONE_OF_47.replace("H0STCNT0", "H0STCNI0")])
def test_a_feed_without_trades_is_refused(text):
    assert refusal(text).reason == "feed"


def test_a_quote_in_place_of_trades_is_refused_by_name():
    assert str(refusal(QUOTE)) == "H0STASP0: expected a feed of trades, found one of kind quote"


@pytest.mark.parametrize("code", ["", "00593", "0059301234", "00593a", " 05930", "005930\n", "٠٠٥٩٣٠"])
def test_a_code_that_is_no_code_is_refused(code):
    assert refusal(with_field(ONE_OF_47, "MKSC_SHRN_ISCD", code)).reason == "code"


@pytest.mark.parametrize("number", ["", "-1", "+1", "1.0", "1e5", "1_000", " 1", "1\n", "٣", "²", "9" * 19, "9" * 5000])
@pytest.mark.parametrize("column", ["STCK_PRPR", "CNTG_VOL", "ACML_VOL", "ACML_TR_PBMN"])
def test_a_number_that_is_no_number_is_refused(column, number):
    assert refusal(with_field(ONE_OF_47, column, number)).reason == "field"


def test_a_refusal_names_the_record_and_the_field():
    error = refusal(with_field(THREE_OF_47, "STCK_PRPR", "", record=2))
    assert str(error) == "H0STCNT0: record 2: price '' is not a whole number"


def test_a_price_of_zero_is_refused():
    assert str(refusal(with_field(ONE_OF_47, "STCK_PRPR", "0"))) == "H0STCNT0: record 1: price '0' is not above zero"


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("BSOP_DATE", "2026091"),
        ("BSOP_DATE", "20260230"),
        ("BSOP_DATE", "00000000"),
        ("BSOP_DATE", "２０２６０９１４"),
        ("STCK_CNTG_HOUR", "90001"),
        ("STCK_CNTG_HOUR", "240000"),
        ("STCK_CNTG_HOUR", "126000"),
        ("STCK_CNTG_HOUR", ""),
    ],
)
def test_a_stamp_that_is_no_instant_is_refused(column, value):
    assert refusal(with_field(ONE_OF_47, column, value)).reason == "field"


@pytest.mark.parametrize("percent", ["", "nan", "inf", "1e5", "1_0.0", "٣", "--1", "1.", "1" * 400])
def test_a_change_that_is_no_percentage_is_refused(percent):
    assert refusal(with_field(ONE_OF_47, "PRDY_CTRT", percent)).reason == "field"


@pytest.mark.parametrize("column", ["NEW_MKOP_CLS_CODE", "HOUR_CLS_CODE", "MARKET_CLS_CODE"])
def test_a_class_with_control_characters_is_refused(column):
    assert refusal(with_field(ONE_OF_47, column, "\x1b[2J")).reason == "field"


def test_a_refusal_is_one_short_line():
    for value in ("\n" * 9, "\x1b[31m", "9" * 9999):
        line = str(refusal(with_field(ONE_OF_47, "STCK_PRPR", value)))
        assert line.isprintable()
        assert len(line) < 150


def test_control_messages_are_told_from_data():
    assert all(map(is_control, (SUBSCRIBED, PINGPONG, IN_USE)))
    assert not any(map(is_control, (*TRADES, QUOTE, STATUS, "", "0|")))


def test_the_feed_of_a_frame_is_its_tr():
    assert [feed_of(text) for text in (ONE_OF_46, QUOTE, STATUS)] == ["H0STCNT0", "H0STASP0", "H0UNMKO0"]
    assert feed_of("1|H0STCNI0|001|AbC=") == "H0STCNI0"
    assert [feed_of(text) for text in ("", "0|", "0|H0STCNT0", PINGPONG, "2|H0STCNT0|001|", "0|H0\n|1|")] == [""] * 6


def test_the_width_of_any_frame_can_be_asked():
    assert [width_of(text) for text in (*TRADES, QUOTE, STATUS)] == [46, 46, 47, 47, 62, 10]


@pytest.mark.parametrize("record", [1, 2, 4])
def test_a_code_with_anything_before_it_is_no_code(record):
    with pytest.raises(FrameError, match=f"record {record}: code"):
        frame_of(with_field(FOUR_OF_46, "MKSC_SHRN_ISCD", "x005930", record))

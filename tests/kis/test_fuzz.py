"""Whatever comes over the wire, the readers answer with values or with their own error."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kis_actors.kis.feeds import FEEDS, TRADE_COLUMNS
from kis_actors.kis.frames import FrameError, careful_frame_of, feed_of, frame_of
from kis_actors.kis.rest import quotes_in, quotes_of
from kis_actors.kis.usual import RECORDS_MAX, _Remembered, usual_frame

from .checks import CONTROL_MESSAGES, FRAMES_OF_ALL_FEEDS, check_control, check_frame, check_quote, check_whole_frame
from .recordings import ONE_OF_46, ONE_OF_47
from .test_quotes import ROW as BATCH_ROW

TRADES = tuple(text for text in FRAMES_OF_ALL_FEEDS if FEEDS[feed_of(text)].what == "trade")
PIECES = ("", "0", "-1", "9" * 30, "nan", "|", "^", "\n", "\x00", "٣", "{", '"', "000660", "101502", "20260914", "삼성")
QUOTE_NAMES = (
    *("inter_shrn_iscd", "inter_kor_isnm", "inter2_prpr", "inter2_prdy_clpr", "inter2_sdpr", "hour_cls_code"),
    *("stck_shrn_iscd", "stck_prpr", "stck_sdpr", "prdy_vrss", "prdy_vrss_sign", "prdy_ctrt", "acml_vol"),
    *("iscd_stat_cls_code", "temp_stop_yn", "vi_cls_code", "acml_tr_pbmn", "stck_oprc", "stck_mxpr"),
)
RANDOMLY = settings(max_examples=300, deadline=None)


@st.composite
def mangled(draw: st.DrawFn, texts: tuple[str, ...], separators: str) -> str:
    """One of `texts` with a few of its fields replaced, left out, doubled or swapped, and perhaps cut short."""
    text = draw(st.sampled_from(texts))
    separator = draw(st.sampled_from(separators))
    fields = text.split(separator)
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, max(len(fields) - 1, 0)))
        to = draw(st.integers(0, 2))
        fields[at : at + to] = draw(st.lists(st.sampled_from((*PIECES, *fields[at : at + 2])), max_size=2))
    whole = separator.join(fields)
    return whole[: draw(st.integers(0, len(whole)))] if draw(st.booleans()) else whole


@RANDOMLY
@given(st.text())
def test_any_text_is_read_or_refused(text):
    check_frame(text)
    check_whole_frame(text)
    check_control(text)


@settings(max_examples=2000, deadline=None)
@given(mangled(FRAMES_OF_ALL_FEEDS, "^|"))
def test_a_mangled_frame_of_any_feed_is_read_or_refused(text):
    check_frame(text)
    check_whole_frame(text)


@settings(max_examples=2000, deadline=None)
@given(mangled(TRADES, "^|"))
def test_the_usual_way_reads_what_the_careful_way_reads(text):
    """One pattern over the whole frame, or field by field: nobody may see which it was."""
    told = usual_frame(text)
    if told:
        assert careful_frame_of(text) == told


def test_frames_as_kis_sends_them_are_read_the_usual_way():
    assert all(map(usual_frame, TRADES))


def test_one_price_may_be_up_for_one_code_and_down_for_another():
    head, price, sign, won, _, *rest = _parted(ONE_OF_47, "STCK_PRPR")
    ratios = {
        usual_frame("^".join((head, price, sign, won, text, *rest))).ticks[0].change_ratio
        for text in ("1.25", "-1.25", "0.00")
    }
    assert ratios == {0.0125, -0.0125, 0.0}
    assert usual_frame("^".join((head, "0", sign, won, "0.00", *rest))) is None


@pytest.mark.parametrize("column", ["PRDY_VRSS_SIGN", "PRDY_VRSS"])
def test_nothing_long_is_remembered(column):
    head, _, *rest = _parted(ONE_OF_47, column)
    long = "^".join((head, "9" * 21, *rest))
    assert usual_frame(long) is None
    assert frame_of(long) == frame_of(ONE_OF_47)


@pytest.mark.parametrize("trade", [ONE_OF_46, ONE_OF_47])
def test_many_trades_are_read_alike_whichever_way(trade):
    payload = trade.split("|")[3]
    for count in (2, RECORDS_MAX, RECORDS_MAX + 1):
        text = f"0|H0STCNT0|{count:03}|{'^'.join([payload] * count)}"
        assert (usual_frame(text) is not None) == (count <= RECORDS_MAX)
        assert frame_of(text) == careful_frame_of(text)
        assert len(frame_of(text).ticks) == count


def test_what_is_remembered_has_a_bound():
    remembered = _Remembered(int, 3)
    assert [remembered[text] for text in "12341"] == [1, 2, 3, 4, 1]
    assert dict(remembered) == {"4": 4, "1": 1}


def _parted(text: str, column: str) -> list[str]:
    """What is before a column of the first record, the column, and each of those that follow."""
    fields = text.split("^")
    at = TRADE_COLUMNS.index(column)
    return ["^".join(fields[:at]), *fields[at:]]


@RANDOMLY
@given(st.sampled_from(tuple(FEEDS)), st.lists(st.sampled_from((*PIECES, "Y", "N")), max_size=140), st.integers(0, 4))
def test_any_fields_under_any_feed_are_read_or_refused(tr_id, fields, count):
    check_whole_frame(f"0|{tr_id}|{count:03}|{'^'.join(fields)}")


@RANDOMLY
@given(st.integers(1, 3), st.integers(1, 60))
def test_a_new_width_shows_in_the_frame_or_the_refusal(count, width):
    fields = [*ONE_OF_47.split("|")[3].split("^"), *["NEW"] * 13][:width]
    try:
        told = frame_of(f"0|H0STCNT0|{count:03}|{'^'.join(fields * count)}")
        assert told.width == width >= 46
    except FrameError as error:
        assert (error.tr_id, error.width) == ("H0STCNT0", width)


@RANDOMLY
@given(
    st.sampled_from(("005930", "", "0126Z0")),
    st.dictionaries(st.sampled_from(QUOTE_NAMES), st.sampled_from(("Y", "58", "C", *"012345-", *PIECES)) | st.text()),
)
def test_any_row_is_a_quote_or_none(code, row):
    check_quote(row)
    check_quote({"stck_shrn_iscd": code, "stck_prpr": "70000", **row})
    check_quote({"inter_shrn_iscd": code, "inter2_prpr": "70000", **row})


@settings(max_examples=1000, deadline=None)
@given(
    st.lists(st.sampled_from(QUOTE_NAMES), unique=True),
    st.lists(st.lists(st.sampled_from(("Y", "C", "0", "70000", "71,000", " 5 ", *PIECES)), max_size=16), max_size=3),
)
def test_a_table_is_read_as_its_rows_are(more, rows):
    """By the places of its columns, or row by row by their names: nobody may see which it was."""
    columns = tuple(dict.fromkeys((*BATCH_ROW, *more)))
    values = [tuple(BATCH_ROW.values()), *(tuple(BATCH_ROW.values())[: 16 - len(row)] + tuple(row) for row in rows)]
    values += [(*row, *("70000",) * (len(columns) - len(row))) for row in values]
    assert dict(quotes_in(columns, tuple(values))) == quotes_of(
        dict(zip(columns, row, strict=False)) for row in values
    )


@RANDOMLY
@given(mangled(CONTROL_MESSAGES, '":,'))
def test_a_mangled_message_is_read_or_refused(text):
    check_control(text)


@RANDOMLY
@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(("header", "body", "tr_id", "tr_key", "msg_cd", "rt_cd", "msg1", "datetime")), inner
            )
        ),
        max_leaves=12,
    )
)
def test_any_json_is_read_or_refused(value):
    check_control(json.dumps(value))


def test_deeply_nested_json_is_refused():
    check_control("[" * 100_000)
    check_control('{"header":' * 100_000)
    check_control('{"header":{"tr_id":"x"},"extra":' + "[" * 900 + "]" * 900 + "}")

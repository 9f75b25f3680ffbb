import pytest

from kis_actors.kis.feeds import STATUS_COLUMNS
from kis_actors.kis.frames import Frame, FrameError, Status, frame_of

from .recordings import STATUS

UNIFIED_WITHOUT_CODE = "0|H0UNMKO0|001|N^(null)^AB1^112^^^55^N^N^1"
"""As the documents of H0UNMKO0 have it, which leave the code out: 10 columns, and every one a place too early."""


def status_of(text: str) -> Status:
    (status,) = frame_of(text).statuses
    return status


def refusal(text: str) -> FrameError:
    with pytest.raises(FrameError) as caught:
        frame_of(text)
    return caught.value


def with_field(column: str, value: str) -> str:
    head, _, payload = STATUS.rpartition("|")
    fields = payload.split("^")
    fields[STATUS_COLUMNS.index(column)] = value
    return f"{head}|{'^'.join(fields)}"


def test_a_status_frame_is_read_whole():
    assert frame_of(STATUS) == Frame(
        tr_id="H0UNMKO0",
        width=10,
        statuses=(
            Status(code="011170", is_halted=False, is_interrupted=False, halt_reason="", operation="AB1"),
        ),
    )


@pytest.mark.parametrize("tr_id", ["H0STMKO0", "H0NXMKO0"])
@pytest.mark.parametrize("last", ["", "^1", "^1^NEW"])
def test_one_venues_status_may_name_its_exchange(tr_id, last):
    text = with_field("VI_CLS_CODE", "Y").replace("H0UNMKO0", tr_id) + last
    assert status_of(text) == status_of(with_field("VI_CLS_CODE", "Y"))


def test_every_record_of_a_frame_is_a_status():
    record = STATUS.split("|")[3]
    frame = frame_of(f"0|H0UNMKO0|002|{record}^{record.replace('011170', '0126Z0')}")
    assert [status.code for status in frame.statuses] == ["011170", "0126Z0"]


@pytest.mark.parametrize(
    ("column", "value", "is_halted"),
    [
        ("TRHT_YN", "Y", True),
        ("TRHT_YN", "", False),
        ("ISCD_STAT_CLS_CODE", "58", True),
        ("ISCD_STAT_CLS_CODE", "55", False),
        ("ISCD_STAT_CLS_CODE", "59", False),
        ("ISCD_STAT_CLS_CODE", "", False),
        ("VI_CLS_CODE", "Y", False),
    ],
)
def test_a_stock_is_halted_by_flag_or_status_58(column, value, is_halted):
    assert status_of(with_field(column, value)).is_halted is is_halted


@pytest.mark.parametrize(("flag", "is_interrupted"), [("Y", True), ("N", False), ("", False), (" ", False)])
def test_the_flag_alone_tells_of_an_interruption(flag, is_interrupted):
    assert status_of(with_field("VI_CLS_CODE", flag)).is_interrupted is is_interrupted


def test_an_interruption_after_hours_is_another_matter():
    assert not status_of(with_field("OVTM_VI_CLS_CODE", "Y")).is_interrupted


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("(null)", ""),
        (" (null) ", ""),
        ("", ""),
        (" ", ""),
        ("풍문 또는 보도", "풍문 또는 보도"),
        (" a\n\x1b[31mb\t", "a [31mb"),
        ("가" * 200, "가" * 80),
        ("가" * 79 + " 나", "가" * 79),
    ],
)
def test_a_reason_is_one_short_safe_line(text, reason):
    assert status_of(with_field("TR_SUSP_REAS_CNTT", text)).halt_reason == reason


@pytest.mark.parametrize("tr_id", ["H0UNMKO0", "H0STMKO0", "H0NXMKO0"])
def test_a_status_without_its_code_is_refused(tr_id):
    error = refusal(UNIFIED_WITHOUT_CODE.replace("H0UNMKO0", tr_id))
    assert str(error) == f"{tr_id}: record 1: code 'N' is not 6 to 9 digits or capital letters"
    assert (error.reason, error.tr_id, error.width) == ("code", tr_id, 10)


@pytest.mark.parametrize("column", ["VI_CLS_CODE", "TRHT_YN"])
@pytest.mark.parametrize("flag", ["55", "y", "YY", "(null)"])
def test_a_flag_that_is_none_is_refused(column, flag):
    assert refusal(with_field(column, flag)).reason == "field"


def test_a_status_shifted_by_a_column_is_refused():
    shifted = STATUS.replace("^AB1^", "^NEW^AB1^")
    assert str(refusal(shifted)) == "H0UNMKO0: record 1: interruption '57' is not Y or N"


def test_an_operation_with_control_characters_is_refused():
    assert refusal(with_field("MKOP_CLS_CODE", "\x1b[2J")).reason == "field"


def test_a_status_too_narrow_is_refused():
    error = refusal(STATUS.rpartition("^")[0])
    assert (str(error), error.reason) == ("H0UNMKO0: expected 10 or more columns, found 9", "width")


def test_two_statuses_counted_as_one_are_refused():
    error = refusal(f"{STATUS}^{STATUS.split('|')[3]}")
    assert str(error) == "H0UNMKO0: expected 1 record in 20 columns, found another at 10"
    assert error.reason == "count"

import pytest

from kis_actors.kis.frames import Frame, FrameError, frame_of, is_known_width, ticks_of

from .recordings import FOUR_OF_46, ONE_OF_46, ONE_OF_47, QUOTE, STATUS, THREE_OF_47

TRADES = (ONE_OF_46, FOUR_OF_46, ONE_OF_47, THREE_OF_47)


def refusal(text: str) -> FrameError:
    with pytest.raises(FrameError) as caught:
        frame_of(text)
    return caught.value


def told_by(error: FrameError) -> tuple[str, str, int]:
    return error.reason, error.tr_id, error.width


def joined(*texts: str) -> str:
    return f"0|H0STCNT0|{len(texts):03}|{'^'.join(text.split('|')[3] for text in texts)}"


def with_count(text: str, count: str) -> str:
    encrypted, tr_id, _, payload = text.split("|")
    return f"{encrypted}|{tr_id}|{count}|{payload}"


@pytest.mark.parametrize(("text", "width"), [*zip(TRADES, (46, 46, 47, 47), strict=True)])
def test_a_trade_frame_gives_its_ticks(text, width):
    assert frame_of(text) == Frame(tr_id="H0STCNT0", width=width, ticks=ticks_of(text))


@pytest.mark.parametrize("tr_id", ["H0UNCNT0", "H0NXCNT0"])
def test_the_other_venues_trades_are_read_alike(tr_id):
    assert frame_of(ONE_OF_47.replace("H0STCNT0", tr_id)) == Frame(tr_id, 47, ticks_of(ONE_OF_47))


def test_an_order_book_gives_its_width_alone():
    assert frame_of(QUOTE) == Frame(tr_id="H0STASP0", width=62, ticks=(), statuses=())


def test_a_column_kis_appends_shows_in_the_width():
    for text, width in ((ONE_OF_47, 48), (QUOTE + "^2", 64), (STATUS, 11)):
        frame = frame_of(text + "^NEW")
        assert frame.width == width
        assert not is_known_width(frame.tr_id, frame.width)
    assert frame_of(joined(ONE_OF_47 + "^7", ONE_OF_47 + "^8")) == Frame("H0STCNT0", 48, ticks_of(ONE_OF_47) * 2)


@pytest.mark.parametrize("code", ["", "N", "66", "00066O0660", "00066a", "0006\n0"])
def test_an_order_book_without_a_code_is_refused(code):
    error = refusal(QUOTE.replace("|000660^", f"|{code}^"))
    assert told_by(error) == ("code", "H0STASP0", 62)


def test_an_order_book_too_narrow_is_refused():
    error = refusal("^".join(QUOTE.split("^")[:58]))
    assert str(error) == "H0STASP0: expected 59 or more columns, found 58"
    assert told_by(error) == ("width", "H0STASP0", 58)


def test_two_order_books_counted_as_one_are_refused():
    assert told_by(refusal(f"{QUOTE}^{QUOTE.split('|')[3]}")) == ("count", "H0STASP0", 0)


def test_a_feed_not_known_is_refused_without_its_name():
    error = refusal(ONE_OF_47.replace("H0STCNT0", "H0STCNI0"))
    assert str(error) == "frame: expected a known feed, found 'H0STCNI0'"
    assert told_by(error) == ("feed", "", 0)


# What a refusal tells about the feed, so that a change of its width is seen though nothing could be used.


def test_a_column_taken_away_shows_in_the_refusal():
    error = refusal(ONE_OF_46.rpartition("^")[0])
    assert told_by(error) == ("width", "H0STCNT0", 45)
    assert not is_known_width(error.tr_id, error.width)


def test_a_column_put_between_shows_in_the_refusal():
    shifted = ONE_OF_47.replace("^20260914^", "^NEW^20260914^")
    assert told_by(refusal(shifted)) == ("field", "H0STCNT0", 48)
    assert told_by(refusal(joined(shifted, shifted))) == ("field", "H0STCNT0", 48)


def test_one_bad_record_of_48_columns_tells_the_width():
    bad = ONE_OF_47.replace("^249250^", "^^", 1) + "^8"
    error = refusal(joined(ONE_OF_47 + "^7", bad))
    assert str(error) == "H0STCNT0: record 2: price '' is not a whole number"
    assert told_by(error) == ("field", "H0STCNT0", 48)


def test_a_bad_field_in_a_known_width_is_no_change():
    error = refusal(ONE_OF_47.replace("^249250^", "^^", 1))
    assert told_by(error) == ("field", "H0STCNT0", 47)
    assert is_known_width(error.tr_id, error.width)


def test_a_count_that_cannot_be_right_tells_no_width():
    for text in (with_count(joined(ONE_OF_46, ONE_OF_46), "003"), with_count(joined(ONE_OF_47, ONE_OF_47), "001")):
        assert told_by(refusal(text)) == ("count", "H0STCNT0", 0)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("1" + ONE_OF_47[1:], ("header", "H0STCNT0", 0)),
        (ONE_OF_47 + "|", ("field", "H0STCNT0", 47)),
        (with_count(ONE_OF_47, "abc"), ("count", "H0STCNT0", 0)),
        ("0|H0STCNI0|000|", ("count", "", 0)),
        ("1|H0STCNI0|001|AbC=", ("header", "", 0)),
        ("0|\n|001", ("header", "", 0)),
        ("", ("header", "", 0)),
    ],
)
def test_a_refusal_names_only_feeds_we_know(text, told):
    assert told_by(refusal(text)) == told


def test_ticks_of_another_feed_are_refused_with_its_name():
    with pytest.raises(FrameError) as caught:
        ticks_of(STATUS)
    assert told_by(caught.value) == ("feed", "H0UNMKO0", 0)

"""Whatever comes over the wire, the readers answer with values or with their own error."""

import json

from hypothesis import given, settings
from hypothesis import strategies as st

from kis_actors.kis.control import Acknowledgement, ControlError, PingPong, control_of, without_secrets
from kis_actors.kis.frames import FrameError, feed_of, is_control, ticks_of, width_of

from .recordings import FOUR_OF_46, IN_USE, ONE_OF_46, ONE_OF_47, PINGPONG, QUOTE, STATUS, SUBSCRIBED, THREE_OF_47

DATA_FRAMES = (ONE_OF_46, FOUR_OF_46, ONE_OF_47, THREE_OF_47, QUOTE, STATUS)
CONTROL_MESSAGES = (SUBSCRIBED, PINGPONG, IN_USE)
PIECES = ("", "0", "-1", "9" * 30, "nan", "|", "^", "\n", "\x00", "٣", "{", '"', "000660", "101502", "20260914", "삼성")
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


def check_frame(text: str) -> None:
    feed_of(text)
    is_control(text)
    try:
        ticks = ticks_of(text)
    except FrameError as error:
        assert str(error).isprintable() and error.reason in ("header", "feed", "count", "width", "code", "field")
        return
    assert len(ticks) == int(text.split("|")[2])
    assert width_of(text) >= 46
    for tick in ticks:
        assert 0 < tick.price_won < 10**18
        assert 0 <= tick.cum_turnover_won < 10**18
        assert abs(tick.change_ratio) < 10**4


def check_control(text: str) -> None:
    without_secrets(text)
    try:
        assert isinstance(control_of(text), Acknowledgement | PingPong)
    except ControlError as error:
        assert str(error).isprintable()


@RANDOMLY
@given(st.text())
def test_any_text_is_read_or_refused(text):
    check_frame(text)
    check_control(text)


@settings(max_examples=2000, deadline=None)
@given(mangled(DATA_FRAMES, "^|"))
def test_a_mangled_frame_is_read_or_refused(text):
    check_frame(text)


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

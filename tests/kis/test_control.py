import json

import pytest

from kis_actors.kis.control import (
    MEANINGS,
    Acknowledgement,
    ControlError,
    Meaning,
    PingPong,
    control_of,
    meaning_of,
    subscribe_message,
    unsubscribe_message,
    without_secrets,
)

from .recordings import IN_USE, ONE_OF_47, PINGPONG, QUOTE, SUBSCRIBED, recorded_answer, recorded_messages


def refusal(text: str) -> str:
    with pytest.raises(ControlError) as caught:
        control_of(text)
    return str(caught.value)


def test_an_acknowledgement_names_its_subscription():
    assert control_of(SUBSCRIBED) == Acknowledgement("H0STCNT0", "035720", "OPSP0000", "SUBSCRIBE SUCCESS", "0")


def test_a_word_about_the_session_names_no_subscription():
    assert control_of(IN_USE) == Acknowledgement("", "", "OPSP8996", "ALREADY IN USE appkey", "9")


@pytest.mark.parametrize("key", ['"tr_key":"(null)",', '"tr_key":"",', '"tr_key":null,', ""])
def test_a_missing_code_is_empty(key):
    text = SUBSCRIBED.replace('"tr_key":"035720",', key)
    assert text != SUBSCRIBED
    assert control_of(text) == Acknowledgement("H0STCNT0", "", "OPSP0000", "SUBSCRIBE SUCCESS", "0")


def test_an_acknowledgement_needs_no_output():
    assert "output" not in IN_USE
    assert meaning_of(control_of(IN_USE).msg_cd) is Meaning.in_use


def test_a_ping_tells_when_it_was_sent():
    assert control_of(PINGPONG) == PingPong("20230502221924")


def test_kis_words_are_put_on_one_safe_line():
    text = SUBSCRIBED.replace("SUBSCRIBE SUCCESS", r" a\n\u001b[31mb ")
    assert control_of(text).text == "a [31mb"


def test_a_message_that_is_no_json_is_refused():
    assert refusal(QUOTE).startswith("control message: expected JSON, found '0|H0STASP0|001|00066'")


def test_a_message_without_a_body_is_refused():
    text = '{"header":{"tr_id":"H0STCNT0","tr_key":"005930"}}'
    assert refusal(text) == "control message: expected a body, found none; its tr_id is 'H0STCNT0'"


def test_a_refusal_says_what_was_expected_and_where():
    text = SUBSCRIBED.replace('"msg_cd":"OPSP0000"', '"msg_cd":7')
    assert refusal(text) == "control message: Expected `str`, got `int` - at `$.body.msg_cd`"
    assert refusal("[]") == "control message: Expected `object`, got `array`"
    assert refusal("{}") == "control message: Object missing required field `header`"


@pytest.mark.parametrize("length", range(0, len(SUBSCRIBED), 7))
def test_a_message_cut_short_is_refused(length):
    assert refusal(SUBSCRIBED[:length])


@pytest.mark.parametrize(
    ("msg_cd", "meaning"),
    [
        ("OPSP0000", Meaning.subscribed),
        ("OPSP0001", Meaning.released),
        ("OPSP0002", Meaning.subscribed),
        ("OPSP0003", Meaning.released),
        ("OPSP0008", Meaning.capacity),
        ("OPSP0011", Meaning.new_key),
        ("OPSP8992", Meaning.drop_key),
        ("OPSP9994", Meaning.fatal),
        ("OPSP9999", Meaning.bug),
        ("OPSP4321", Meaning.unknown),
        ("", Meaning.unknown),
    ],
)
def test_a_code_has_one_meaning(msg_cd, meaning):
    assert meaning_of(msg_cd) is meaning


def test_every_documented_code_has_a_meaning():
    documented = recorded_answer("error_codes.json")["ws_OPSP"]
    assert {code: meaning_of(code) for code in documented if meaning_of(code) is Meaning.unknown} == {}
    assert list(MEANINGS) == sorted(documented)


def test_a_subscription_is_asked_for_as_documented():
    assert subscribe_message("<key>", "H0STCNT0", "123450") == (
        '{"header":{"approval_key":"<key>","custtype":"P","tr_type":"1","content-type":"utf-8"},'
        '"body":{"input":{"tr_id":"H0STCNT0","tr_key":"123450"}}}'
    )


def test_a_subscription_is_given_back_with_type_2():
    asked = subscribe_message("<key>", "H0STCNT0", "123450")
    assert unsubscribe_message("<key>", "H0STCNT0", "123450") == asked.replace('"tr_type":"1"', '"tr_type":"2"')


def test_secrets_are_cut_out_and_nothing_else():
    assert without_secrets(SUBSCRIBED) == (
        '{"header":{"tr_id":"H0STCNT0","tr_key":"035720","encrypt":"N"},"body":{"rt_cd":"0","msg_cd":"OPSP0000",'
        '"msg1":"SUBSCRIBE SUCCESS","output":{"iv":"***","key":"***"}}}'
    )


def test_what_we_send_is_logged_without_its_key():
    assert without_secrets(subscribe_message("secret", "H0STCNT0", "005930")) == subscribe_message(
        "***", "H0STCNT0", "005930"
    )


@pytest.mark.parametrize("secret", ["plain", 'quo"ted', "back\\slash", "end\\", "한글\n", ""])
def test_a_secret_of_any_letters_is_cut_out(secret):
    text = json.dumps({"iv": secret, "tr_key": "005930", "approval_key": secret, "n": 1}, indent=1)
    assert json.loads(without_secrets(text)) == {"iv": "***", "tr_key": "005930", "approval_key": "***", "n": 1}


def test_a_secret_in_a_message_cut_short_is_cut_out():
    secret = "abcdefghijklmnopabcdefghijklmnop"
    start = SUBSCRIBED.index(secret)
    for length in range(start + 1, len(SUBSCRIBED)):
        assert "abc" not in without_secrets(SUBSCRIBED[:length])[start - 30 :]


@pytest.mark.parametrize("text", ["", "{", "iv key", ONE_OF_47, QUOTE, PINGPONG, IN_USE])
def test_a_text_without_secrets_stays_as_it_is(text):
    assert without_secrets(text) == text


# The longer collection.


def test_recorded_messages_mean_what_their_notes_say():
    meanings = {}
    for _, text in recorded_messages():
        if text.startswith("{"):
            message = control_of(text)
            if isinstance(message, Acknowledgement):
                meanings[message.code, message.msg_cd] = meaning_of(message.msg_cd)
    assert meanings == {
        ("035720", "OPSP0000"): Meaning.subscribed,
        ("005930", "OPSP0000"): Meaning.subscribed,
        ("", "OPSP8996"): Meaning.in_use,
        ("005930", "OPSP0011"): Meaning.new_key,
        ("000660", "OPSP0008"): Meaning.capacity,
        ("005930", "OPSP0002"): Meaning.subscribed,
        ("005930", "OPSP0001"): Meaning.released,
    }


def test_no_recorded_message_keeps_a_secret():
    for _, text in recorded_messages():
        cut = without_secrets(text)
        assert "abcdefghij" not in cut
        assert cut == text or '"iv":"***","key":"***"' in cut

"""KIS's token and approval key: asked for rarely, kept safely, never another account's."""

import stat
from contextlib import nullcontext

import pytest
from facts import at
from hand_clock import HandClock

from kis_actors.adapters.http import Http, HttpTrouble
from kis_actors.adapters.keys import Keys, Refused
from kis_actors.credentials import Credentials

TOKEN = {"access_token": "token-1", "access_token_token_expired": "2026-11-21 09:00:00", "expires_in": 86400}
SECRET = "the-app-secret"


@pytest.fixture
def clock():
    return HandClock()


@pytest.fixture
def path(tmp_path):
    return tmp_path / "keys.json"


def keys(path, loopback, clock, app_key="app-key"):
    """As a daemon has them after a start."""
    return Keys(
        path, loopback.url, Credentials(app_key=app_key, app_secret=SECRET), Http(5), clock,
        pacer=nullcontext(), wait=clock.note_wait,
    )  # fmt: skip


def asked(loopback):
    return [request.path for request in loopback.requests]


# --- the token


def test_a_token_is_asked_for_with_key_and_secret(path, loopback, clock):
    loopback.will_answer(200, TOKEN)
    keys(path, loopback, clock).token()
    assert loopback.requests[0].body == {
        "grant_type": "client_credentials", "appkey": "app-key", "appsecret": SECRET,
    }  # fmt: skip


def test_a_token_is_asked_for_once(path, loopback, clock):
    loopback.will_answer(200, TOKEN)
    ours = keys(path, loopback, clock)
    assert [ours.token(), ours.token(), asked(loopback)] == ["token-1", "token-1", ["/oauth2/tokenP"]]


def test_a_token_outlives_a_restart(path, loopback, clock):
    loopback.will_answer(200, TOKEN)
    keys(path, loopback, clock).token()
    assert (keys(path, loopback, clock).token(), len(asked(loopback))) == ("token-1", 1)


def test_a_token_is_renewed_ahead_of_its_end(path, loopback, clock):
    loopback.will_answer(200, TOKEN)
    keys(path, loopback, clock).token()
    clock.pass_s(24 * 3600 - 600)
    keys(path, loopback, clock).token()
    assert len(asked(loopback)) == 2


def test_a_token_is_kept_until_then(path, loopback, clock):
    loopback.will_answer(200, TOKEN)
    keys(path, loopback, clock).token()
    clock.pass_s(24 * 3600 - 601)
    keys(path, loopback, clock).token()
    assert len(asked(loopback)) == 1


def test_two_tokens_are_over_a_minute_apart(path, loopback, clock):
    loopback.will_answer(200, TOKEN)
    ours = keys(path, loopback, clock)
    ours.token()
    clock.pass_s(10)
    ours.token(is_new=True)
    assert clock.waits_s == [51]


def test_the_minute_is_kept_over_restarts(path, loopback, clock):
    loopback.will_answer(200, TOKEN)
    keys(path, loopback, clock).token()
    keys(path, loopback, clock).token(is_new=True)
    assert clock.waits_s == [61]


def test_the_minute_counts_after_a_failure_too(path, loopback, clock):
    loopback.will_hang_up()
    loopback.will_answer(200, TOKEN)
    with pytest.raises(HttpTrouble):
        keys(path, loopback, clock).token()
    keys(path, loopback, clock).token()
    assert clock.waits_s == [61]


def test_a_clock_set_back_does_not_wait_for_ever(path, loopback, clock):
    loopback.will_answer(200, TOKEN)
    keys(path, loopback, clock).token()
    clock.pass_s(-3600)
    keys(path, loopback, clock).token(is_new=True)
    assert clock.waits_s == []


def test_a_token_without_an_end_is_valid_a_day(path, loopback, clock):
    loopback.will_answer(200, {"access_token": "token-1"})
    keys(path, loopback, clock).token()
    clock.pass_s(24 * 3600 - 601)
    keys(path, loopback, clock).token()
    assert len(asked(loopback)) == 1


# --- refusals


def test_a_wrong_secret_is_refused_for_good(path, loopback, clock):
    loopback.will_answer(403, {"error_code": "EGW00105", "error_description": "appsecret"})
    with pytest.raises(Refused) as caught:
        keys(path, loopback, clock).token()
    assert caught.value.is_final


def test_asking_too_often_is_not_refused_for_good(path, loopback, clock):
    loopback.will_answer(403, {"error_code": "EGW00133", "error_description": "1 minute"})
    with pytest.raises(Refused) as caught:
        keys(path, loopback, clock).token()
    assert not caught.value.is_final


def test_a_refusal_says_what_kis_said(path, loopback, clock):
    loopback.will_answer(403, {"error_code": "EGW00133", "error_description": "1 minute"})
    with pytest.raises(Refused, match=r"^EGW00133 1 minute$"):
        keys(path, loopback, clock).token()


# --- the approval key


def test_an_approval_key_is_asked_for_with_the_secret_key(path, loopback, clock):
    loopback.will_answer(200, {"approval_key": "approval-1"})
    keys(path, loopback, clock).approval_key()
    assert (asked(loopback), loopback.requests[0].body["secretkey"]) == (["/oauth2/Approval"], SECRET)


def test_an_approval_key_is_asked_for_once(path, loopback, clock):
    loopback.will_answer(200, {"approval_key": "approval-1"})
    keys(path, loopback, clock).approval_key()
    assert (keys(path, loopback, clock).approval_key(), len(asked(loopback))) == ("approval-1", 1)


def test_a_refused_approval_key_is_replaced(path, loopback, clock):
    loopback.will_answer(200, {"approval_key": "approval-1"})
    loopback.will_answer(200, {"approval_key": "approval-2"})
    keys(path, loopback, clock).approval_key()
    assert keys(path, loopback, clock).approval_key(is_new=True) == "approval-2"


def test_an_approval_key_leaves_the_token_alone(path, loopback, clock):
    loopback.will_answer(200, TOKEN)
    loopback.will_answer(200, {"approval_key": "approval-1"})
    keys(path, loopback, clock).token()
    keys(path, loopback, clock).approval_key()
    assert (keys(path, loopback, clock).token(), len(asked(loopback))) == ("token-1", 2)


# --- the file


def test_only_the_user_may_read_the_file(path, loopback, clock):
    loopback.will_answer(200, TOKEN)
    keys(path, loopback, clock).token()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_the_file_holds_no_secret_of_the_account(path, loopback, clock):
    loopback.will_answer(200, TOKEN)
    keys(path, loopback, clock).token()
    assert SECRET not in path.read_text() and "app-key" not in path.read_text()


def test_a_token_of_another_account_is_not_used(path, loopback, clock):
    loopback.will_answer(200, TOKEN)
    keys(path, loopback, clock).token()
    keys(path, loopback, clock, app_key="another").token()
    assert len(asked(loopback)) == 2


@pytest.mark.parametrize("content", [b"", b"not json", b'{"token": 1}', b"[]", b"\xff"])
def test_a_file_that_cannot_be_read_is_replaced(path, loopback, clock, content):
    path.write_bytes(content)
    loopback.will_answer(200, TOKEN)
    assert keys(path, loopback, clock).token() == "token-1"


def test_an_unfinished_file_does_not_matter(path, loopback, clock):
    path.with_suffix(".new").write_bytes(b"half")
    loopback.will_answer(200, TOKEN)
    assert keys(path, loopback, clock).token() == "token-1"


def test_a_link_is_not_read(path, loopback, clock, tmp_path):
    loopback.will_answer(200, TOKEN)
    keys(path, loopback, clock).token()
    path.rename(tmp_path / "elsewhere.json")
    path.symlink_to(tmp_path / "elsewhere.json")
    keys(path, loopback, clock).token()
    assert len(asked(loopback)) == 2


def test_a_link_is_not_written_through(path, loopback, clock, tmp_path):
    (tmp_path / "elsewhere.json").write_text("theirs")
    path.symlink_to(tmp_path / "elsewhere.json")
    loopback.will_answer(200, TOKEN)
    keys(path, loopback, clock).token()
    assert (tmp_path / "elsewhere.json").read_text() == "theirs"


def test_the_end_of_a_token_is_korean_time(path, loopback):
    loopback.will_answer(200, TOKEN)
    keys(path, loopback, HandClock(at("09:00:00"))).token()
    late = HandClock(at("23:59:00"))
    keys(path, loopback, late).token()
    assert len(asked(loopback)) == 1

"""KIS's token and approval key: asked for rarely, kept safely, never another account's."""

import os
import stat
import subprocess
import sys
from contextlib import nullcontext
from pathlib import Path

import pytest
from facts import at
from hand_clock import HandClock

from kis_actors.adapters.file_lock import FileLock
from kis_actors.adapters.http import Http, HttpTrouble
from kis_actors.adapters.keys import Keys, Refused
from kis_actors.credentials import Credentials

TOKEN = {"access_token": "token-1", "access_token_token_expired": "2026-11-21 09:00:00", "expires_in": 86400}
SECRET = "the-app-secret"
ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def clock():
    return HandClock()


@pytest.fixture
def path(tmp_path):
    return tmp_path / "keys.json"


def keys(path, loopback, clock, app_key="app-key", warnings=None):
    """As a daemon has them after a start."""
    return Keys(
        path, loopback.url, Credentials(app_key=app_key, app_secret=SECRET), Http(5), clock,
        pacer=nullcontext(), wait=clock.note_wait, warn=(warnings if warnings is not None else []).append,
    )  # fmt: skip


class TakesTime(nullcontext):
    """A pacer whose turn comes late."""

    def __init__(self, clock, duration_s):
        super().__init__()
        self.clock, self.duration_s = clock, duration_s

    def __enter__(self):
        self.clock.pass_s(self.duration_s)


class Dies(nullcontext):
    """A pacer in whose turn the process ends."""

    def __enter__(self):
        raise KeyboardInterrupt


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


def test_a_token_that_cannot_be_renewed_ahead_serves_to_its_end(path, loopback, clock):
    loopback.will_answer(200, TOKEN)
    loopback.will_answer(403, {"error_code": "EGW00133"})
    ours = keys(path, loopback, clock)
    ours.token()
    clock.pass_s(24 * 3600 - 300)
    assert [ours.token(), ours.token(), len(asked(loopback))] == ["token-1", "token-1", 2]
    clock.pass_s(300)
    with pytest.raises(Refused):
        ours.token()


def test_the_same_token_again_is_not_renewed_over_and_over(path, loopback, clock):
    loopback.will_answer(200, TOKEN)
    ours = keys(path, loopback, clock)
    ours.token()
    clock.pass_s(24 * 3600 - 599)
    for _ in range(9):
        ours.token()
        clock.pass_s(61)
    assert (len(asked(loopback)), clock.waits_s) == (2, [])


def test_a_token_over_by_our_clock_is_valid_a_day(path, loopback, clock):
    loopback.will_answer(200, TOKEN | {"access_token_token_expired": "2026-11-19 09:00:00"})
    ours = keys(path, loopback, clock)
    assert [ours.token(), ours.token(), len(asked(loopback))] == ["token-1", "token-1", 1]


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


def test_the_minute_counts_from_the_end_of_a_call(path, loopback, clock):
    loopback.will_answer(200, TOKEN)
    ours = keys(path, loopback, clock)
    ours._pacer = TakesTime(clock, 7)
    ours.token()
    ours.token(is_new=True)
    assert clock.waits_s == [61]


def test_the_minute_counts_from_the_start_of_a_call_that_never_ended(path, loopback, clock):
    loopback.will_answer(200, TOKEN)
    ours = keys(path, loopback, clock)
    ours._pacer = Dies()
    with pytest.raises(KeyboardInterrupt):
        ours.token()
    keys(path, loopback, clock).token()
    assert clock.waits_s == [61]


def test_a_call_that_never_left_does_not_count(path, loopback, dead_url, clock):
    loopback.will_answer(200, TOKEN)
    ours = keys(path, loopback, clock)
    ours._rest_url = dead_url
    with pytest.raises(HttpTrouble):
        ours.token()
    keys(path, loopback, clock).token()
    assert clock.waits_s == []


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


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o666, 0o610])
def test_a_file_that_others_may_touch_is_not_used(path, loopback, clock, mode):
    warnings = []
    loopback.will_answer(200, TOKEN)
    keys(path, loopback, clock).token()
    path.chmod(mode)
    clock.pass_s(61)
    keys(path, loopback, clock, warnings=warnings).token()
    assert (len(asked(loopback)), stat.S_IMODE(path.stat().st_mode)) == (2, 0o600)
    assert warnings == [f"{path} has mode {mode:04o}, expected 0600; its keys are not used, and others are asked for"]


def test_a_file_that_others_may_touch_still_tells_when_to_ask(path, loopback, clock):
    loopback.will_answer(200, TOKEN)
    keys(path, loopback, clock).token()
    path.chmod(0o644)
    keys(path, loopback, clock).token()
    assert clock.waits_s == [61]


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a file away")
def test_a_file_of_another_user_is_not_used(path, loopback, clock):
    warnings = []
    loopback.will_answer(200, TOKEN)
    keys(path, loopback, clock).token()
    os.chown(path, 12345, -1)
    keys(path, loopback, clock, warnings=warnings).token()
    assert (len(asked(loopback)), path.stat().st_uid) == (2, 0)
    assert "belongs to another user (uid 12345)" in warnings[0]


def test_a_link_is_told(path, loopback, clock, tmp_path):
    warnings = []
    path.symlink_to(tmp_path / "elsewhere.json")
    loopback.will_answer(200, TOKEN)
    keys(path, loopback, clock, warnings=warnings).token()
    assert len(warnings) == 1 and str(path) in warnings[0]


def test_a_pipe_in_its_place_does_not_block(path, loopback, clock):
    os.mkfifo(path)
    loopback.will_answer(200, TOKEN)
    assert keys(path, loopback, clock).token() == "token-1"


def test_a_key_is_on_the_disk_before_it_is_used(path, loopback, clock, monkeypatch):
    synced = []
    monkeypatch.setattr(os, "fsync", lambda descriptor: synced.append(os.fstat(descriptor).st_mode))
    loopback.will_answer(200, TOKEN)
    keys(path, loopback, clock).token()
    assert [stat.S_ISREG(mode) for mode in synced] == [True, False] * 3


# --- several processes


HOLDER = """
import sys
from contextlib import nullcontext
from pathlib import Path
from kis_actors.adapters.clock import Clock
from kis_actors.adapters.http import Http
from kis_actors.adapters.keys import Keys
from kis_actors.credentials import Credentials
credentials = Credentials(app_key="app-key", app_secret="secret")
clock = Clock()
wait = lambda duration_s: clock.sleep(0.05)
keys = Keys(Path(sys.argv[1]), sys.argv[2], credentials, Http(5), clock, pacer=nullcontext(), wait=wait)
sys.stdin.readline()
print(keys.token(), keys.approval_key())
"""


def test_processes_that_start_together_ask_for_one_token(path, wire):
    wire.will_answer(200, {"access_token": "shared", "expires_in": 86400, "approval_key": "approval"})
    command = [sys.executable, "-c", HOLDER, str(path), wire.url]
    started = [
        subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT) for _ in range(4)
    ]
    for process in started:
        process.stdin.write("go\n")
        process.stdin.flush()
    assert [process.communicate(timeout=30)[0] for process in started] == ["shared approval\n"] * 4
    assert [call.path for call in wire.calls].count("/oauth2/tokenP") == 1


def test_keys_in_use_are_waited_for(path, loopback, clock):
    with FileLock(path.with_suffix(".lock"), ""):
        ours = keys(path, loopback, clock)
        ours._wait = refuse
        with pytest.raises(InUse, match="1"):
            ours.token()
    assert asked(loopback) == []


class InUse(Exception):
    """Told instead of waiting."""


def refuse(duration_s):
    raise InUse(f"{duration_s:g}")

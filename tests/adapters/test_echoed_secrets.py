"""What KIS echoes of our own keys never comes near the log."""

from kis_actors.adapters.kis_rest import KisRest
from kis_actors.credentials import Credentials


def rest(tmp_path) -> KisRest:
    credentials = Credentials(app_key="PSAPPKEYPSAPPKEY", app_secret="SECRETSECRETSECRET")
    from hand_clock import HandClock

    return KisRest(
        "http://127.0.0.1:1", tmp_path / "keys.json", credentials, None, HandClock(), gap_s=0, timeout_s=1,
        fatal=lambda _: None,
    )  # fmt: skip


def test_key_and_secret_are_cut_out(tmp_path):
    assert rest(tmp_path).redact("PSAPPKEYPSAPPKEY and SECRETSECRETSECRET") == "*** and ***"


def test_the_token_in_use_is_cut_out(tmp_path):
    port = rest(tmp_path)
    port._keys.handed_out = "eyJ0.token"
    assert port.redact("Bearer eyJ0.token") == "Bearer ***"


def test_other_text_stays_as_it_is(tmp_path):
    text = "0|H0STCNT0|001|005930^100000^71900"
    assert rest(tmp_path).redact(text) == text

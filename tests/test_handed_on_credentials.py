"""Credentials as systemd's LoadCredential= hands them on: a file each in a directory that the environment names."""

from pathlib import Path

import pytest

from kis_actors.credentials import Credentials, CredentialsError, load_credentials, needed_by, page_token
from kis_actors.notify_settings import Notify, Telegram
from kis_actors.settings import Kis, Settings

NOTHING = Settings()
TELEGRAM = Settings(notify=Notify(telegram=Telegram(enabled=True)))


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    made = tmp_path / "credentials"
    made.mkdir(mode=0o700)
    hand_on(made, KIS_APP_KEY="key", KIS_APP_SECRET="secret")
    return made


def hand_on(directory: Path, **values: str) -> None:
    for variable, value in values.items():
        (directory / variable).write_text(f"{value}\n")
        (directory / variable).chmod(0o400)


def loaded(directory: Path, settings: Settings = NOTHING, **environ: str) -> Credentials:
    return load_credentials(settings, {"CREDENTIALS_DIRECTORY": str(directory), **environ})


def refusal(directory: Path, settings: Settings = NOTHING, **environ: str) -> str:
    with pytest.raises(CredentialsError) as caught:
        loaded(directory, settings, **environ)
    return str(caught.value)


def test_files_that_were_handed_on_are_enough(directory):
    assert loaded(directory) == Credentials(app_key="key", app_secret="secret")


def test_every_credential_may_be_handed_on(directory):
    hand_on(directory, TELEGRAM_BOT_TOKEN="1:token", TELEGRAM_CHAT_ID="42")
    found = loaded(directory, TELEGRAM)
    assert (found.telegram_bot_token, found.telegram_chat_id) == ("1:token", "42")


def test_the_environment_wins_over_what_is_handed_on(directory):
    hand_on(directory, DEAD_MAN_URL="https://a.example")
    found = loaded(directory, DEAD_MAN_URL="https://b.example")
    assert (found.dead_man_url, found.app_key) == ("https://b.example", "key")


def test_half_a_pair_is_not_completed_from_another_place(directory):
    assert refusal(directory, KIS_APP_KEY="other").startswith("missing KIS_APP_SECRET: ")


def test_what_is_handed_on_wins_over_the_named_file(directory, tmp_path):
    file = tmp_path / "keys.yaml"
    file.write_text("my_app: in-file\nmy_sec: in-file\ndead_man_url: https://c.example\n")
    file.chmod(0o600)
    found = loaded(directory, Settings(kis=Kis(credentials_file=str(file))))
    assert (found.app_key, found.app_secret, found.dead_man_url) == ("key", "secret", "https://c.example")


def test_what_nobody_handed_on_is_missing(directory):
    assert refusal(directory, TELEGRAM).startswith("missing TELEGRAM_BOT_TOKEN, TELEGRAM_CHAT_ID: ")


def test_a_file_that_is_no_text_is_named_and_not_quoted(directory):
    (directory / "KIS_APP_KEY").unlink()
    (directory / "KIS_APP_KEY").write_bytes(b"\xffhush")
    said = refusal(directory)
    assert "KIS_APP_KEY is not text; write the value alone" in said and "hush" not in said


def test_a_file_that_cannot_be_read_is_named(directory):
    (directory / "KIS_APP_KEY").unlink()
    (directory / "KIS_APP_KEY").mkdir()
    assert "KIS_APP_KEY cannot be read: Is a directory; see LoadCredential=" in refusal(directory)


def test_what_settings_need_grows_with_their_channels():
    assert needed_by(NOTHING) == ("app_key", "app_secret")
    assert needed_by(TELEGRAM) == ("app_key", "app_secret", "telegram_bot_token", "telegram_chat_id")


def test_the_token_of_the_page_is_handed_on_alike(directory):
    hand_on(directory, KIS_ACTORS_WEB_TOKEN="sixteen characters")
    environ = {"CREDENTIALS_DIRECTORY": str(directory)}
    assert page_token(environ) == "sixteen characters"
    assert page_token({**environ, "KIS_ACTORS_WEB_TOKEN": "of the environment"}) == "of the environment"
    assert page_token({}) == page_token({"CREDENTIALS_DIRECTORY": str(directory / "other")}) == ""

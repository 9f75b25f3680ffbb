import os
from collections.abc import Callable
from pathlib import Path

import pytest

from kis_actors.credentials import Credentials, CredentialsError, load_credentials, secrets_of
from kis_actors.notify_settings import Apprise, Discord, Notify, Telegram, Webhook
from kis_actors.settings import Kis, Settings

APP_KEY, APP_SECRET = "PSkeyPSkeyPSkeyPSkey", "c2VjcmV0/c2VjcmV0+c2VjcmV0="
TOKEN = "123456789:AAExampleTokenOfThirtyFiveCharacters"
WEBHOOK = "https://discord.com/api/webhooks/1234567890123456789/ExampleWebhookTokenWhichIsLong"
DEAD_MAN = "https://hc-ping.com/0f8fad5b-d9cb-469f-a165-70867728950e"
ENVIRON = {"KIS_APP_KEY": APP_KEY, "KIS_APP_SECRET": APP_SECRET}
KIS_FILE = f"""\
my_app: "{APP_KEY}"
my_sec: "{APP_SECRET}"
paper_app: paper-key
paper_sec: paper-secret
my_acct_stock: "12345678"
telegram_bot_token: {TOKEN}
"""
TELEGRAM = Settings(notify=Notify(telegram=Telegram(enabled=True)))
DISCORD = Settings(notify=Notify(discord=Discord(enabled=True)))
WEBHOOK_ON = Settings(notify=Notify(webhook=Webhook(enabled=True)))
APPRISE_ON = Settings(notify=Notify(apprise=Apprise(enabled=True)))


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "kis_devlp.yaml"
    path.write_text(KIS_FILE)
    path.chmod(0o600)
    return path


def named(path: Path, env: str = "real") -> Settings:
    return Settings(kis=Kis(credentials_file=str(path), env="paper" if env == "paper" else "real"))


def refusal(settings: Settings, environ: dict[str, str]) -> str:
    with pytest.raises(CredentialsError) as caught:
        load_credentials(settings, environ)
    assert caught.value.__cause__ is None
    return str(caught.value)


def test_the_environment_is_enough():
    assert load_credentials(Settings(), ENVIRON) == Credentials(app_key=APP_KEY, app_secret=APP_SECRET)


def test_blanks_around_a_variable_are_dropped():
    assert load_credentials(Settings(), ENVIRON | {"KIS_APP_KEY": f" {APP_KEY}\n"}).app_key == APP_KEY


def test_the_file_of_kis_is_read_as_it_is(file: Path):
    assert load_credentials(named(file), {}).app_secret == APP_SECRET


def test_paper_has_its_own_keys(file: Path):
    assert load_credentials(named(file, "paper"), {}).app_key == "paper-key"


def test_the_file_may_hold_the_bot_token(file: Path):
    assert load_credentials(named(file), {}).telegram_bot_token == TOKEN


def test_the_environment_wins_over_the_file(file: Path):
    environ = {"KIS_APP_KEY": "key", "KIS_APP_SECRET": "secret"}
    assert load_credentials(named(file), environ).app_key == "key"


def test_a_key_and_a_secret_come_from_one_place(file: Path):
    assert refusal(named(file), {"KIS_APP_KEY": "key"}).startswith("missing KIS_APP_SECRET: ")


def test_a_relative_file_belongs_to_the_settings_project(file: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir("/")
    settings_path = file.parent / "config" / "settings.yaml"
    assert load_credentials(named(Path(file.name)), {}, settings_path).app_key == APP_KEY


def test_missing_keys_are_named():
    assert refusal(Settings(), {}) == (
        "missing KIS_APP_KEY, KIS_APP_SECRET: set them in the environment, "
        "or run `kis-actors init`, which keeps them in a private file"
    )


def test_keys_missing_from_the_file_are_named(file: Path):
    file.write_text("my_app: key\n")
    assert f"write my_sec in {file}" in refusal(named(file), {})


def test_telegram_needs_a_token_and_a_chat():
    assert refusal(TELEGRAM, ENVIRON).startswith("missing TELEGRAM_BOT_TOKEN, TELEGRAM_CHAT_ID: ")


def test_discord_needs_its_webhook():
    assert refusal(DISCORD, ENVIRON).startswith("missing DISCORD_WEBHOOK_URL: ")


@pytest.mark.parametrize(
    ("environ", "absent"),
    [
        ({}, "WEBHOOK_URL, WEBHOOK_SECRET"),
        ({"WEBHOOK_URL": "https://x.y/z"}, "WEBHOOK_SECRET"),
        ({"WEBHOOK_SECRET": "secret"}, "WEBHOOK_URL"),
    ],
)
def test_a_webhook_needs_an_address_and_a_secret(environ: dict[str, str], absent: str):
    assert refusal(WEBHOOK_ON, ENVIRON | environ).startswith(f"missing {absent}: ")


def test_apprise_needs_its_addresses():
    assert refusal(APPRISE_ON, ENVIRON).startswith("missing APPRISE_URLS: ")


def test_apprise_may_have_several_addresses():
    environ = ENVIRON | {"APPRISE_URLS": " ntfy://a/b \n  gotify://c/d"}
    assert load_credentials(APPRISE_ON, environ).apprise_urls == "ntfy://a/b gotify://c/d"


def test_what_is_not_enabled_needs_nothing():
    assert load_credentials(Settings(), ENVIRON).dead_man_url == ""


@pytest.mark.parametrize(
    ("chat_id", "listed", "people"),
    [
        ("42", "", ("42",)),
        ("-10042", "", ()),
        ("@channel", "", ()),
        ("42", "43", ("43",)),
        ("-10042", " 43, 44 45,", ("43", "44", "45")),
        ("", "", ()),
    ],
)
def test_who_may_talk_back_is_listed(chat_id: str, listed: str, people: tuple[str, ...]):
    environ = ENVIRON | {"TELEGRAM_CHAT_ID": chat_id, "TELEGRAM_USER_IDS": listed}
    assert load_credentials(Settings(), environ).telegram_people == people


@pytest.mark.parametrize("listed", ["@me", "-43", "43;44"])
def test_people_are_listed_by_number(listed: str):
    assert refusal(Settings(), ENVIRON | {"TELEGRAM_USER_IDS": listed}).startswith("TELEGRAM_USER_IDS: expected")


@pytest.mark.parametrize("name", ["WEBHOOK_URL", "DEAD_MAN_URL"])
def test_other_addresses_are_addresses_too(name: str):
    assert refusal(Settings(), ENVIRON | {name: "hc-ping.com/SECRET"}) == (
        f"{name}: expected an https address; copy it again, whole"
    )


@pytest.mark.parametrize("webhook", ["discord.com/api/webhooks/1/x", "https://", "https://[::1"])
def test_a_webhook_is_an_address(webhook: str):
    assert refusal(DISCORD, ENVIRON | {"DISCORD_WEBHOOK_URL": webhook}).startswith("DISCORD_WEBHOOK_URL: expected")


@pytest.mark.parametrize("value", ["앱키", "two words", "bell\a"])
def test_a_placeholder_is_not_taken_for_a_key(value: str):
    assert refusal(Settings(), ENVIRON | {"KIS_APP_KEY": value}).startswith("KIS_APP_KEY: expected printable ASCII")


@pytest.mark.parametrize("mode", [0o644, 0o640, 0o604, 0o700])
def test_a_file_open_to_others_is_refused(file: Path, mode: int):
    file.chmod(mode)
    assert refusal(named(file), {}) == f"{file} has mode {mode:04o}, expected 0600; run chmod 600 {file}"


def test_a_link_is_refused(file: Path):
    link = file.with_name("link.yaml")
    link.symlink_to(file)
    assert refusal(named(link), {}) == f"{link} is a symbolic link; name the file itself"


def test_a_pipe_is_refused_without_waiting(tmp_path: Path):
    os.mkfifo(tmp_path / "pipe", 0o600)
    assert "is not a regular file" in refusal(named(tmp_path / "pipe"), {})


def test_another_users_file_is_refused(file: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(os, "geteuid", lambda: file.stat().st_uid + 1)
    assert "belongs to another user" in refusal(named(file), {})


def test_an_absent_file_is_reported(tmp_path: Path):
    assert "cannot be read: No such file" in refusal(named(tmp_path / "absent"), {})


@pytest.mark.parametrize(
    "content",
    [b"\xff", b"- 1\n", b"", b"my_app: [", b"my_sec: SECRET\n\tSECRET: %", b'a: "\\UFFFFFFFF SECRET"', b"[" * 9_000],
)
def test_an_unreadable_file_is_refused_without_quoting_it(file: Path, content: bytes):
    file.write_bytes(content)
    message = refusal(named(file), {})
    assert "write `my_app: ...` lines" in message and "SECRET" not in message


@pytest.mark.parametrize("written", [repr, str, "{}".format, lambda credentials: str(credentials.__rich_repr__())])
def test_printing_credentials_shows_no_value(written: Callable[[Credentials], str]):
    credentials = Credentials(app_key=APP_KEY, app_secret=APP_SECRET, telegram_chat_id="4711")
    assert not any(value in written(credentials) for value in (APP_KEY, APP_SECRET, "4711"))


def test_printing_credentials_shows_which_are_given():
    assert "app_key=given, app_secret=absent" in repr(Credentials(app_key=APP_KEY))


@pytest.mark.parametrize(
    "secret",
    [
        APP_KEY,
        APP_SECRET,
        "c2VjcmV0%2Fc2VjcmV0%2Bc2VjcmV0%3D",
        TOKEN,
        TOKEN.partition(":")[2],
        WEBHOOK,
        WEBHOOK.rpartition("/")[2],
        "https://x.y/hook?key=KeyOfTheWebhook1&a=1",
        "KeyOfTheWebhook1",
        "short-secret",
        "mailto://user:PasswordOfTheUser@x.y",
        "PasswordOfTheUser",
        "tgram://1:ATokenThatIsLong/42",
        "ATokenThatIsLong",
        DEAD_MAN,
        DEAD_MAN.rpartition("/")[2],
    ],
)
def test_every_form_of_a_secret_is_cut_out(secret: str):
    every = Credentials(
        app_key=APP_KEY, app_secret=APP_SECRET, telegram_bot_token=TOKEN, discord_webhook_url=WEBHOOK,
        webhook_url="https://x.y/hook?key=KeyOfTheWebhook1&a=1", webhook_secret="short-secret", dead_man_url=DEAD_MAN,
        apprise_urls="mailto://user:PasswordOfTheUser@x.y tgram://1:ATokenThatIsLong/42",
    )  # fmt: skip
    assert secret in secrets_of(every)


def test_the_longest_secret_is_cut_out_first():
    lengths = [len(secret) for secret in secrets_of(Credentials(app_key="abc", app_secret="abcdef"))]
    assert lengths == [6, 3]


def test_without_credentials_there_are_no_secrets():
    assert secrets_of(Credentials(telegram_chat_id="4711")) == ()

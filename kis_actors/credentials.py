"""The keys to KIS and to the ways of telling a person: from the environment or private files, never from the settings.

Must not show a value, whatever goes wrong: messages name variables, keys and files only.
"""

import errno
import os
import re
import stat
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

import msgspec
import yaml

from kis_actors.portable import PRIVATE_READING, user_number
from kis_actors.settings import Settings
from kis_actors.settings_file import resolve

BYTES_MAX = 100_000
SECRET_PART_LENGTH_MIN = 16
"""Parts of a secret shorter than this are too common to be cut out of text."""

VARIABLES: Mapping[str, str] = {
    "app_key": "KIS_APP_KEY",
    "app_secret": "KIS_APP_SECRET",
    "telegram_bot_token": "TELEGRAM_BOT_TOKEN",
    "telegram_chat_id": "TELEGRAM_CHAT_ID",
    "telegram_user_ids": "TELEGRAM_USER_IDS",
    "discord_webhook_url": "DISCORD_WEBHOOK_URL",
    "webhook_url": "WEBHOOK_URL",
    "webhook_secret": "WEBHOOK_SECRET",
    "apprise_urls": "APPRISE_URLS",
    "dead_man_url": "DEAD_MAN_URL",
}
PAIR = ("app_key", "app_secret")
TOKEN_VARIABLE = "KIS_ACTORS_WEB_TOKEN"
DIRECTORY_VARIABLE = "CREDENTIALS_DIRECTORY"
"""Where systemd says that a service's LoadCredential= files are: one for each of VARIABLES, of the same name."""
LISTS: Mapping[str, str] = {"telegram_user_ids": ",", "apprise_urls": " "}
"""What holds several values, and what is between them."""
ADDRESSES = ("discord_webhook_url", "webhook_url", "dead_man_url")
_BETWEEN_PARTS = re.compile(r"[/?&=#@:,]+")
KIS_FILE_KEYS: Mapping[str, tuple[str, str]] = {
    "real": ("my_app", "my_sec"),
    "paper": ("paper_app", "paper_sec"),
}
"""The names in KIS's own kis_devlp.yaml."""


class CredentialsError(Exception):
    """The credentials cannot be used. Says what to do; never shows a value."""


class Credentials(msgspec.Struct, frozen=True, kw_only=True):
    """What opens the accounts; "" where nothing was given. Printing it shows which are given, never a value.

    telegram_user_ids: who may talk back, with commas between. apprise_urls: with blanks between.
    dead_man_url: what is called while all is well.
    """

    app_key: str = ""
    app_secret: str = ""
    telegram_bot_token: str = ""
    telegram_chat_id: str = ""
    telegram_user_ids: str = ""
    discord_webhook_url: str = ""
    webhook_url: str = ""
    webhook_secret: str = ""
    apprise_urls: str = ""
    dead_man_url: str = ""

    @property
    def telegram_people(self) -> tuple[str, ...]:
        """The ids of those who may talk back; unless listed, the one in a private chat, who has its id."""
        chat_id = self.telegram_chat_id
        listed = tuple(user_id for user_id in self.telegram_user_ids.split(",") if user_id)
        return listed or ((chat_id,) if chat_id.isdecimal() else ())

    def __repr__(self) -> str:
        return f"Credentials({', '.join(f'{name}={state}' for name, state in self.__rich_repr__())})"

    def __rich_repr__(self) -> list[tuple[str, Any]]:
        return [(name, "given" if getattr(self, name) else "absent") for name in self.__struct_fields__]


def load_credentials(
    settings: Settings, environ: Mapping[str, str], settings_path: Path | str = "config/settings.yaml"
) -> Credentials:
    """The credentials a run with these settings needs. The environment wins over what the service manager hands on
    in files, and that over `kis.credentials_file`.

    settings_path: where the settings came from; a relative `kis.credentials_file` is found from there.
    Raises `CredentialsError`.
    """
    in_environment = {name: environ.get(variable, "").strip() for name, variable in VARIABLES.items()}
    handed_on, named = environ.get(DIRECTORY_VARIABLE), settings.kis.credentials_file
    in_directory = _read_directory(Path(handed_on)) if handed_on else {}
    in_file = _read_file(resolve(settings_path, named), settings.kis.env) if named else {}
    merged = _first_of(in_environment, in_directory, in_file)
    found = Credentials(**{name: _listed(name, merged.get(name, "")) for name in VARIABLES})
    _check(found, settings)
    return found


def needed_by(settings: Settings) -> tuple[str, ...]:
    """The fields of Credentials without which these settings cannot run."""
    notify = settings.notify
    channels = {
        ("telegram_bot_token", "telegram_chat_id"): notify.telegram.enabled,
        ("discord_webhook_url",): notify.discord.enabled,
        ("webhook_url", "webhook_secret"): notify.webhook.enabled,
        ("apprise_urls",): notify.apprise.enabled,
    }
    return ("app_key", "app_secret", *(name for names, is_on in channels.items() if is_on for name in names))


def _first_of(*sources: Mapping[str, str]) -> dict[str, str]:
    """Each value from the first that has it. A key and a secret are one pair: half of two pairs opens nothing."""
    found: dict[str, str] = {}
    for source in sources:
        has_pair = any(found.get(name) for name in PAIR)
        given = {name: value for name, value in source.items() if value and not (has_pair and name in PAIR)}
        found = {**given, **found}
    return found


def read_private(path: Path) -> tuple[str, dict[str, str]]:
    """The text of a file that only its owner may read, and its values by the names they have there.

    Raises `CredentialsError` for any other file, or none.
    """
    content = _private_bytes(path)
    values = _parsed(path, content)
    return content.decode("utf-8-sig"), values


def secrets_of(credentials: Credentials) -> tuple[str, ...]:
    """Every text that must be cut out of logs and messages, longest first.

    The chat id is none: it opens nothing without the token, and is short enough to occur by chance.
    """
    pairs = (credentials.app_key, credentials.app_secret, credentials.webhook_secret)
    addresses = [getattr(credentials, name) for name in ADDRESSES] + credentials.apprise_urls.split()
    # Libraries report a URL in pieces, and a token is a public number, a colon and the secret.
    in_parts = (credentials.telegram_bot_token, *addresses)
    parts = [part for text in in_parts for part in _BETWEEN_PARTS.split(text) if len(part) >= SECRET_PART_LENGTH_MIN]
    texts = [text for text in (*pairs, *in_parts) if text] + parts
    return tuple(sorted({*texts, *(quote(text, safe="") for text in texts)}, key=lambda text: (-len(text), text)))


def redactor(credentials: Credentials) -> Callable[[str], str]:
    """A function that cuts these credentials out of any text; for what the world says, should it echo them."""
    secrets = secrets_of(credentials)

    def redact(text: str) -> str:
        for secret in secrets:
            if secret in text:
                text = text.replace(secret, "***")
        return text

    return redact


def _check(found: Credentials, settings: Settings) -> None:
    absent = [name for name in needed_by(settings) if not getattr(found, name)]
    if absent:
        raise CredentialsError(f"missing {_named(absent, settings)}")
    for name in VARIABLES:
        _check_characters(name, getattr(found, name))
    for name in ADDRESSES:
        _check_address(name, getattr(found, name))
    if not all(user_id.isdecimal() for user_id in found.telegram_people):
        what = "TELEGRAM_USER_IDS: expected numbers with commas between, found something else"
        raise CredentialsError(f"{what}; write it like 111,222")


def name_in_file(name: str, env: str) -> str:
    """What a credential is called in a file, where KIS's own names hold for the keys of each kind of account."""
    return dict(zip(PAIR, KIS_FILE_KEYS[env], strict=True)).get(name, name)


def _named(names: list[str], settings: Settings) -> str:
    variables = ", ".join(VARIABLES[name] for name in names)
    file = settings.kis.credentials_file
    if not file:
        return f"{variables}: set them in the environment, or run `kis-actors init`, which keeps them in a private file"
    written = ", ".join(name_in_file(name, settings.kis.env) for name in names)
    return f"{variables}: set them in the environment, or write {written} in {file}"


def _check_characters(name: str, value: str) -> None:
    """KIS's template has Korean words where the keys belong, and HTTP headers take neither those nor spaces."""
    has_blank = " " in value and name not in LISTS
    if not (value.isascii() and value.isprintable()) or has_blank:
        what = "expected printable ASCII without spaces, found something else"
        raise CredentialsError(f"{VARIABLES[name]}: {what}; copy it again, whole, in place of any placeholder")


def _listed(name: str, value: str) -> str:
    """`value`, its parts separated as they should be, however they were."""
    separators = r"[\s,]+" if name == "telegram_user_ids" else r"\s+"
    return LISTS[name].join(filter(None, re.split(separators, value))) if name in LISTS else value


def _check_address(name: str, url: str) -> None:
    try:
        usable = not url or bool(urlsplit(url).scheme in ("https", "http") and urlsplit(url).hostname)
    except ValueError:
        usable = False
    if not usable:
        raise CredentialsError(f"{VARIABLES[name]}: expected an https address; copy it again, whole")


def page_token(environ: Mapping[str, str]) -> str:
    """What a browser must give to see the watch page, "" for nothing; from where `load_credentials` looks first."""
    directory = environ.get(DIRECTORY_VARIABLE)
    return environ.get(TOKEN_VARIABLE, "") or (_handed_on(Path(directory) / TOKEN_VARIABLE) if directory else "")


def _read_directory(directory: Path) -> dict[str, str]:
    """What the service manager handed on; it has seen to it that nobody else reads them."""
    return {name: _handed_on(directory / variable) for name, variable in VARIABLES.items()}


def _handed_on(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return file.read(BYTES_MAX).decode().strip()
    except FileNotFoundError:
        return ""
    except UnicodeDecodeError:  # whose message would quote the file
        raise CredentialsError(f"{path} is not text; write the value alone into it, in one line") from None
    except OSError as error:
        raise CredentialsError(f"{path} cannot be read: {error.strerror}; see LoadCredential= in the unit") from None


def _read_file(path: Path, env: str) -> dict[str, str]:
    """The credentials in a private YAML file, in KIS's own layout."""
    values = _parsed(path, _private_bytes(path))
    return {name: values.get(name_in_file(name, env), "") for name in VARIABLES}


def _private_bytes(path: Path) -> bytes:
    """The content of a file that nobody else can read or replace under us: checked open, not by name."""
    try:
        descriptor = os.open(path, PRIVATE_READING)
    except OSError as error:
        if error.errno == errno.ELOOP:
            raise CredentialsError(f"{path} is a symbolic link; name the file itself") from None
        raise CredentialsError(f"{path} cannot be read: {error.strerror}; correct kis.credentials_file") from None
    with os.fdopen(descriptor, "rb") as file:
        _check_private(path, os.fstat(descriptor))
        return file.read(BYTES_MAX)


def _check_private(path: Path, status: os.stat_result) -> None:
    mode = stat.S_IMODE(status.st_mode)
    if not stat.S_ISREG(status.st_mode):
        raise CredentialsError(f"{path} is not a regular file; name the file itself in kis.credentials_file")
    if (user := user_number()) is None:
        return
    if status.st_uid != user:
        raise CredentialsError(f"{path} belongs to another user (uid {status.st_uid}); chown it to the daemon's user")
    if mode & 0o177:
        raise CredentialsError(f"{path} has mode {mode:04o}, expected 0600; run chmod 600 {path}")


def _parsed(path: Path, content: bytes) -> dict[str, str]:
    """The top-level keys with text; the rest of KIS's file (accounts, addresses) is skipped."""
    try:
        node = yaml.compose(content.decode("utf-8-sig"), Loader=yaml.BaseLoader)
    except (yaml.YAMLError, ValueError, OverflowError, RecursionError) as error:
        # PyYAML's messages quote the file, hence only the line.
        mark = getattr(error, "problem_mark", None)
        line = f", line {mark.line + 1}" if mark else ""
        raise CredentialsError(f"{path} is not YAML{line}; write `my_app: ...` lines as in kis_devlp.yaml") from None
    if not isinstance(node, yaml.MappingNode):
        raise CredentialsError(f"{path} has no keys; write `my_app: ...` lines as in kis_devlp.yaml")
    return {
        name.value: value.value.strip()
        for name, value in node.value
        if isinstance(name, yaml.ScalarNode) and isinstance(value, yaml.ScalarNode)
    }

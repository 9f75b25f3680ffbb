"""The steps of `init`, one after the other: look, ask, write, try, examine."""

import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

from kis_actors.adapters.clock import Clock
from kis_actors.commands.doctor import show_findings
from kis_actors.commands.questions import PRIVATE, Answers, Given, Interview, Unusable
from kis_actors.commands.setting_up import Place, look, undisturbed, usual, write
from kis_actors.commands.trying_channels import chat_of_bot, send_test
from kis_actors.credentials import load_credentials
from kis_actors.settings_file import DEFAULT_PATH, load

READY, NOT_READY, INTERRUPTED = 0, 1, 130


def set_up(config: Path | None, data_dir: Path | None, words: Mapping[str, Any]) -> int:
    """All of it; the exit status, doctor's unless the test message failed.

    Raises SettingsError, CredentialsError, Unusable, OSError or click.Abort, all before anything is written.
    """
    is_asking = not words["yes"]
    if is_asking and not sys.stdin.isatty():
        raise Unusable("init asks on a terminal, and this is none; add --yes and give the rest as options")
    place = look(config or DEFAULT_PATH)
    if is_asking:
        click.echo(_greeting(place))
    answers = _ask(place, words, is_asking=is_asking)
    with undisturbed():
        click.echo("\n".join(write(place, answers, Clock(place.loaded.settings.clock).now().date())))
    return _try_out(place.settings, data_dir, answers, words)


def _greeting(place: Place) -> str:
    is_there = place.settings.exists()
    what = "there is one: it is changed, and kept as it was beside it" if is_there else "made, with comments"
    return f"Five questions. Then {place.settings} is written ({what}), and the keys to {place.keys}. Ctrl-C ends it."


def _ask(place: Place, words: Mapping[str, Any], *, is_asking: bool) -> Answers:
    telegram, timeout_s = place.loaded.settings.notify.telegram, place.loaded.settings.notify.timeout_sec
    given = Given(
        account=words["account"], mode=words["mode"], telegram_chat_id=words["telegram_chat_id"],
        files={name: words[f"{name}_file"] for name in PRIVATE if words[f"{name}_file"]},
        is_without_telegram=words["no_telegram"], is_without_discord=words["no_discord"],
    )  # fmt: skip
    interview = Interview(
        given, os.environ, place.kept_of, usual(place), is_asking=is_asking,
        find_chat=lambda token: chat_of_bot(telegram.api_url, token, timeout_s),
    )  # fmt: skip
    return interview.answers()


def _try_out(settings_path: Path, data_dir: Path | None, answers: Answers, words: Mapping[str, Any]) -> int:
    """The test message, if it is wanted, and doctor. Ctrl-C ends these too; what is written stays."""
    try:
        is_told = not _is_test_wanted(answers, words) or _send(settings_path)
        status = show_findings(settings_path, data_dir, is_offline=words["offline"])
    except (click.Abort, KeyboardInterrupt):
        click.echo("\nended; all is written. Run `kis-actors doctor` to see whether it works", err=True)
        return INTERRUPTED
    if status == READY and is_told:
        click.echo("All set. Next: kis-actors run")
        return READY
    click.echo("Mend what failed; then run `kis-actors doctor` again, or `kis-actors init`", err=True)
    return NOT_READY


def _is_test_wanted(answers: Answers, words: Mapping[str, Any]) -> bool:
    if words["offline"] or not (answers.has_telegram or answers.has_discord):
        return False
    if words["test_message"] is None and not words["yes"]:
        return click.confirm("Send a test message now?", default=True)
    return bool(words["test_message"])


def _send(settings_path: Path) -> bool:
    settings = load(settings_path).settings
    return send_test(settings, load_credentials(settings, os.environ, settings_path))

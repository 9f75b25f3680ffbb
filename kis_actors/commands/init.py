"""`kis-actors init`: from five questions to settings, keys, a test message and doctor's word on it all."""

import sys
from pathlib import Path
from typing import Any

import click

from kis_actors.commands.options import COULD_NOT, shared

FILE = click.Path(path_type=Path)
SECRETS = {
    "app_key": "The app key.", "app_secret": "The app secret.",
    "telegram_bot_token": "The Telegram bot's token.", "discord_webhook_url": "The Discord webhook's address.",
}  # fmt: skip


def secret_files(command: Any) -> Any:
    """Adds an option for each secret: a file that holds it, for every user sees what stands on a command line."""
    for name, what in reversed(SECRETS.items()):
        option = click.option(f"--{name.replace('_', '-')}-file", type=FILE, metavar="FILE", help=f"Holds it: {what}")
        command = option(command)
    return command


@click.command()
@shared
@click.option("--account", type=click.Choice(["real", "paper"]), help="Whose keys these are.")
@secret_files
@click.option("--telegram-chat-id", metavar="ID", help="The chat that alerts go to.")
@click.option("--no-telegram", is_flag=True, help="No alerts on Telegram.")
@click.option("--no-discord", is_flag=True, help="No alerts on Discord.")
@click.option("--mode", type=click.Choice(["A", "B"]), help="A: 60 s, 20 codes live. B: 30 s, 40 codes.")
@click.option("--test-message/--no-test-message", default=None, help="Send one, or do not ask.")
@click.option("--offline", is_flag=True, help="No test message, and doctor without the network.")
@click.option("--yes", is_flag=True, help="Ask nothing: what is not given stays as it is, or off.")
def init(config: Path | None, data_dir: Path | None, **words: Any) -> None:
    """Five questions, and all is set up: settings, keys (mode 0600), a test message, doctor.

    What is given as an option, or in the environment as for `run`, is not asked. Ctrl-C leaves all as it was.
    """
    from kis_actors.commands.questions import Unusable
    from kis_actors.commands.starting import INTERRUPTED, set_up
    from kis_actors.credentials import CredentialsError
    from kis_actors.problems import SettingsError

    try:
        sys.exit(set_up(config, data_dir, words))
    except (click.Abort, KeyboardInterrupt):
        click.echo("\nended; nothing was written. Run `kis-actors init` again when you have all at hand", err=True)
        sys.exit(INTERRUPTED)
    except SettingsError as error:
        click.echo("\n".join(map(str, error.problems)), err=True)
        click.echo("nothing was written; mend this, then run init again", err=True)
    except (CredentialsError, Unusable) as error:
        click.echo(f"nothing was written: {error}", err=True)
    except OSError as error:
        click.echo(f"{error.filename}: cannot be written: {error.strerror}; let this user write there", err=True)
    sys.exit(COULD_NOT)

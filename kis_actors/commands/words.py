"""What the command line says to words it cannot take, and to an end on request: one line, and what to do."""

import sys
from collections.abc import Sequence
from typing import Any

import click
from click.exceptions import NoArgsIsHelpError

NOT_UNDERSTOOD, INTERRUPTED = 2, 130


class Commands(click.Group):
    """A group of commands that ends every complaint about words with the help that has the right ones."""

    def main(
        self, args: Sequence[str] | None = None, prog_name: str | None = None, complete_var: str | None = None,
        standalone_mode: bool = True, **extra: Any,
    ) -> Any:  # fmt: skip
        """As click's, which it leaves to itself when somebody else shows the errors."""
        if not standalone_mode:
            return super().main(args, prog_name, complete_var, standalone_mode=False, **extra)
        try:
            status = super().main(args, prog_name, complete_var, standalone_mode=False, **extra)
        except NoArgsIsHelpError as error:
            error.show()
            status = error.exit_code
        except click.UsageError as error:
            click.echo(complaint(error), err=True)
            status = NOT_UNDERSTOOD
        except click.ClickException as error:
            error.show()
            status = error.exit_code
        except click.Abort:
            click.echo("ended on request; start it again when you like", err=True)
            status = INTERRUPTED
        sys.exit(status if isinstance(status, int) else 0)


def complaint(error: click.UsageError) -> str:
    """What was wrong, without click's way of many lines, and where the right words are."""
    words = " ".join(error.format_message().split()).rstrip(".")
    path = error.ctx.command_path if error.ctx else "kis-actors"
    return f"{words}{' See' if words.endswith('?') else '; see'} {path} --help"

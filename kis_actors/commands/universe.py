"""`kis-actors universe`: words to arguments, results to exit statuses. The work is done in `universe_changes.py`."""

import re
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

PATH = click.Path(path_type=Path)


def shared(command: Callable[..., Any]) -> Callable[..., Any]:
    """Adds the options every command takes."""
    command = click.option("--data-dir", type=PATH, help="Where the log lives.")(command)
    return click.option("--config", type=PATH, help="The settings file.")(command)


def _codes(context: click.Context, option: click.Parameter, codes: tuple[str, ...]) -> tuple[str, ...]:
    for code in codes:
        if not re.fullmatch(r"[0-9A-Z]{6}", code):
            raise click.BadParameter(f"expected six digits or capitals such as 000660, found {code!r}")
    return codes


def from_masters(command: Callable[..., Any]) -> Callable[..., Any]:
    """Adds the options of whatever reads master files; universe.pins and universe.exclusions hold besides."""
    for option in (
        click.option("--exclude", "exclusions", multiple=True, callback=_codes, metavar="CODE", help="Never watch it."),
        click.option("--pin", "pins", multiple=True, callback=_codes, metavar="CODE", help="Watch it in any case."),
        click.option("--kosdaq", type=PATH, help="KIS's KOSDAQ master file, zip or mst, instead of a download."),
        click.option("--kospi", type=PATH, help="KIS's KOSPI master file, zip or mst, instead of a download."),
    ):
        command = option(command)
    return command


@click.group()
def universe() -> None:
    """The watched codes and their flags."""


@universe.command()
@shared
@click.option("--json", "is_json", is_flag=True, help="One JSON object a line.")
def show(config: Path | None, data_dir: Path | None, is_json: bool) -> None:
    """The watched codes, with what is unusual about each."""
    from kis_actors.commands.universe_changes import show_members

    sys.exit(show_members(config, data_dir, is_json=is_json))


@universe.command()
@shared
@from_masters
def update(config: Path | None, data_dir: Path | None, **masters: Any) -> None:
    """Writes KOSPI100 and KOSDAQ150 into universe.file; 1 if KIS's flags cannot be right."""
    from kis_actors.commands.universe_changes import Masters, update_members

    sys.exit(update_members(config, data_dir, Masters(**masters)))


@universe.command()
@shared
@from_masters
@click.argument("file", type=PATH, required=False)
def diff(config: Path | None, data_dir: Path | None, file: Path | None, **masters: Any) -> None:
    """What changed since the universe FILE or, without one, what an update would change; 1 if anything."""
    from kis_actors.commands.universe_changes import Masters, diff_masters, diff_since

    given = Masters(**masters)
    if file and any(given):
        raise click.UsageError("name a FILE, or master files, pins and exclusions, but not both")
    sys.exit(diff_since(config, data_dir, file) if file else diff_masters(config, data_dir, given))

"""`kis-actors report`: a day on one page, in one file."""

from datetime import date
from pathlib import Path
from typing import Any

import click

from kis_actors.commands.options import DAY, reading, shared


@click.command()
@shared
@DAY
@click.option("--out", type=click.Path(path_type=Path), required=True, help="The HTML file to write.")
@click.option("--force", is_flag=True, help="Replace the file if it is there.")
@click.option("--language", type=click.Choice(("ko", "en")), help="Default: that of the day's alerts.")
@reading
def report(
    config: Path | None, data_dir: Path | None, day: date | None, out: Path, force: bool, language: Any
) -> int:
    """A day on one page, in one file: summary, alerts and what came after, health, and what to look at."""
    from kis_actors.commands.progress import bar_over
    from kis_actors.commands.reading import file_of
    from kis_actors.commands.table_files import whole_file
    from kis_actors.report.gathered import gathered
    from kis_actors.report.page import page_of

    path, _ = file_of(config, data_dir, day)
    with whole_file(out, away_from=path.parent, force=force) as file, bar_over("report", path) as tell:
        found = gathered(path, tell)
        content = page_of(found, language or found.picture.settings.notify.language).encode()
        file.write(content)
    click.echo(f"{out}: {found.day}, {len(found.outcomes)} alerts, {len(content):,} bytes")
    return 0

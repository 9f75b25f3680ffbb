"""The commands that take something out of the log: a table, a chain of causes, a piece to replay elsewhere."""

from datetime import date
from pathlib import Path

import click

from kis_actors.commands.options import DAY, JSON, SEQ_MAX, reading, shared

FORMATS = ("csv", "jsonl", "parquet")
TABLES = ("ticks", "alerts", "events", "scans")


@click.command()
@shared
@DAY
@click.option("--format", "format_", type=click.Choice(FORMATS), required=True, help="How the file is written.")
@click.option("--out", type=click.Path(path_type=Path), required=True, help="The file to write.")
@click.option("--what", type=click.Choice(TABLES), default="ticks", show_default=True, help="The rows to write.")
@click.option("--force", is_flag=True, help="Replace the file if it is there.")
@reading
def export(
    config: Path | None, data_dir: Path | None, day: date | None, format_: str, out: Path, what: str, force: bool
) -> int:
    """A day's trades, alerts, events or scans as a file for other programs."""
    from kis_actors.commands.export import export_day

    return export_day(config, data_dir, day, format_=format_, out=out, what=what, force=force)


@click.command()
@shared
@click.argument("seq", type=click.IntRange(1, SEQ_MAX))
@DAY
@JSON
@click.option("--depth", type=click.IntRange(0, 1000), default=8, show_default=True, help="Steps back and forth.")
@reading
def causes(
    config: Path | None, data_dir: Path | None, seq: int, day: date | None, is_json: bool, depth: int
) -> int:
    """What led to the event SEQ and what followed from it, over all actors."""
    from kis_actors.commands.causes import show_causes

    return show_causes(config, data_dir, seq, day, depth=depth, is_json=is_json)


@click.command()
@shared
@DAY
@click.option("--around", metavar="TIME", required=True, help="HH:MM:SS[.ffffff] on the day, or an ISO 8601 instant.")
@click.option("--minutes", type=click.FloatRange(0.1, 1440), default=10, show_default=True, help="Before and after it.")
@click.option("--out", type=click.Path(path_type=Path), required=True, help="The zip file to write.")
@click.option("--force", is_flag=True, help="Replace the file if it is there.")
@reading
def bundle(
    config: Path | None, data_dir: Path | None, day: date | None, around: str, minutes: float, out: Path, force: bool
) -> int:
    """A piece of the log around a moment, as a zip file that replays on another machine. Holds no secret."""
    from kis_actors.commands.bundle import bundle_day

    return bundle_day(config, data_dir, day, around=around, minutes=minutes, out=out, force=force)

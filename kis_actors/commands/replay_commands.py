"""The commands that run recorded days again: the same, record by record, under other settings, and what came after."""

from datetime import date
from pathlib import Path
from typing import Any

import click

from kis_actors.commands.options import DAY, JSON, reading, shared


@click.command()
@shared
@DAY
@JSON
@click.option(
    "--set", "overrides", multiple=True, metavar="KEY=VALUE[,VALUE]...",
    help="What if a setting had been this? Of several values, every combination.",
)
@click.option("--until", metavar="TIME", help="Only up to this moment.")
@click.option("--step", "is_step", is_flag=True, help="Record by record, with what each changes in the states.")
@click.option("--from", "start", metavar="TIME", help="With --step: begin there.")
@click.option("--code", help="With --step: only records about this code.")
@click.option(
    "--limit", type=click.IntRange(1, 100_000), default=100, show_default=True,
    help="With --step, not on a terminal: so many records.",
)
@reading
def replay(
    config: Path | None, data_dir: Path | None, day: date | None, is_json: bool,
    overrides: tuple[str, ...], until: str | None, is_step: bool, **steps: Any,
) -> int:  # fmt: skip
    """Runs a day's inputs through today's code, and compares every decision; with --set, the alerts."""
    if is_step and overrides:
        raise click.UsageError("--step walks the day as it was; leave out --set, or --step")
    if not is_step and (steps["start"] or steps["code"]):
        raise click.UsageError("--from and --code are of --step; add --step, or leave them out")
    if is_step:
        from kis_actors.commands.stepping import show_steps

        return show_steps(config, data_dir, day, is_json=is_json, until=until, **steps)
    if overrides:
        from kis_actors.commands.what_if import show_what_if

        return show_what_if(config, data_dir, day, is_json=is_json, overrides=overrides, until=until)
    from kis_actors.commands.replaying import show_replay

    return show_replay(config, data_dir, day, is_json=is_json, until=until)


@click.command()
@shared
@DAY
@JSON
@click.option("--days", type=click.IntRange(1, 1000), help="So many days of the log, up to DAY or the latest.")
@click.option("--from", "start", type=click.DateTime(["%Y-%m-%d"]), help="The first day; by itself, to the latest.")
@click.option("--to", "end", type=click.DateTime(["%Y-%m-%d"]), help="The last day; by itself, from the first.")
@click.option("--each", "is_each", is_flag=True, help="A line for each alert.")
@reading
def outcomes(
    config: Path | None, data_dir: Path | None, day: date | None, is_json: bool, days: int | None,
    start: Any, end: Any, is_each: bool,
) -> int:  # fmt: skip
    """What the price did 5 and 30 minutes after each alert and at the close, for each rule."""
    from kis_actors.commands.outcomes import Span, show_outcomes

    span = Span(day, days, start and start.date(), end and end.date())
    return show_outcomes(config, data_dir, span, is_json=is_json, is_each=is_each)

"""`kis-actors doctor`: can this machine and account do the job? Prints each check, its result and what to do."""

import os
import sys
from collections import Counter
from pathlib import Path

import click

PASSED, FAILED = 0, 1
COLOURS = {"pass": "green", "warn": "yellow", "fail": "red", "skip": "bright_black"}


@click.command()
@click.option("--config", type=click.Path(path_type=Path), help="The settings file.")
@click.option("--data-dir", type=click.Path(path_type=Path), help="Where the log lives.")
@click.option("--offline", "is_offline", is_flag=True, help="Skip the checks that need the network.")
@click.option("--json", "is_json", is_flag=True, help="One JSON object a line.")
def doctor(config: Path | None, data_dir: Path | None, is_offline: bool, is_json: bool) -> None:
    """Can this machine and account do the job: each check, its result, what to do. Sends no message."""
    sys.exit(show_findings(config, data_dir, is_offline=is_offline, is_json=is_json))


def show_findings(config: Path | None, data_dir: Path | None, *, is_offline: bool, is_json: bool = False) -> int:
    """Prints each check with its result; the exit status."""
    from kis_actors.commands.doctor_checks import examine
    from kis_actors.commands.doctor_local import Case
    from kis_actors.commands.reading import json_of

    results: Counter[str] = Counter()
    for check, finding in examine(Case(config, data_dir, os.environ), is_offline=is_offline):
        results[finding.result] += 1
        if is_json:
            click.echo(json_of({"check": check, **finding._asdict()}))
        else:
            advice = f"; {finding.advice}" if finding.advice else ""
            click.echo(f"{click.style(finding.result, COLOURS[finding.result])}  {check:<14}  {finding.found}{advice}")
    if not is_json:
        click.echo(", ".join(f"{results[result]} {result}" for result in COLOURS))
    return FAILED if results["fail"] else PASSED

"""The command line: words to settings, errors to exit statuses. What commands show is made in `show.py`."""

import sys
from datetime import date, datetime
from pathlib import Path
from typing import Any

import click

from kis_actors import __version__
from kis_actors.commands.calendar import calendar
from kis_actors.commands.doctor import doctor
from kis_actors.commands.init import init
from kis_actors.commands.log_commands import bundle, causes, export
from kis_actors.commands.options import DAY, JSON, SEQ_MAX, SET, STOPPED, answering, reading, shared, while_read
from kis_actors.commands.replay_commands import outcomes, replay
from kis_actors.commands.report import report
from kis_actors.commands.universe import universe
from kis_actors.commands.web import web
from kis_actors.commands.words import Commands
from kis_actors.problems import SettingsError

UNUSABLE = 78
PORT = click.IntRange(0, 65535)


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="kis-actors")
def cli() -> None:
    """Watches KOSPI100 and KOSDAQ150 for one KIS account, and tells a person once. Never places an order."""


@cli.command()
@shared
@SET
@click.option("--dry-run", is_flag=True, help="Do everything but send.")
@click.option("--log-format", type=click.Choice(["text", "json"]), default="text", show_default=True,
              help="Of what it prints: lines for people, or one JSON object a line.")  # fmt: skip
def run(
    config: Path | None, data_dir: Path | None, overrides: tuple[str, ...], dry_run: bool, log_format: Any
) -> None:  # fmt: skip
    """The daemon, in the foreground. SIGTERM or Ctrl-C stops it cleanly."""
    from kis_actors.commands.run import run_daemon
    from kis_actors.credentials import CredentialsError

    try:
        sys.exit(run_daemon(config, data_dir, overrides, is_dry_run=dry_run, log_format=log_format))
    except SettingsError as error:
        click.echo("\n".join(map(str, error.problems)), err=True)
    except CredentialsError as error:
        click.echo(str(error), err=True)
    sys.exit(UNUSABLE)


@cli.command()
@click.option("--speed", type=click.FloatRange(1, 600), default=10.0, show_default=True, help="Times real time.")
@click.option("--seed", type=int, default=1, show_default=True, help="Of the simulated market.")
@click.option("--once", is_flag=True, help="End at the simulated close with a summary.")
@click.option("--data-dir", type=click.Path(path_type=Path), help="Instead of a fresh temporary folder.")
def demo(speed: float, seed: int, once: bool, data_dir: Path | None) -> None:
    """Simulator and daemon together, on loopback; no account needed."""
    from kis_actors.commands.demo import run_demo

    with while_read():
        sys.exit(run_demo(speed=speed, seed=seed, is_once=once, data_dir=data_dir))


@cli.command()
@click.option("--rest-port", type=PORT, default=0, help="0: any free one.")
@click.option("--ws-port", type=PORT, default=0, help="0: any free one.")
@click.option("--seed", type=int, default=1, show_default=True)
@click.option("--speed", type=click.FloatRange(0.1, 600), default=1.0, show_default=True)
@click.option("--scenario", type=click.Path(path_type=Path, exists=True), help="What happens on the day.")
@click.option("--date", "day", type=click.DateTime(["%Y-%m-%d"]), help="The session; default: the latest one.")
@click.option(
    "--start", type=click.DateTime(["%H:%M:%S", "%H:%M"]), default="08:59:50", show_default=True,
    help="What its clock shows at first, KST.",
)  # fmt: skip
@click.option("--paper", "is_paper", is_flag=True, help="What KIS serves for paper trading, which is less.")
@click.option("--until-stdin-closes", is_flag=True, help="End with the parent process.")
@answering
def simulate(day: datetime | None, start: datetime, **options: Any) -> int:
    """The KIS simulator alone; prints its addresses."""
    from kis_actors.simulator.serve import Options, serve

    serve(Options(date=day.date() if day else None, start=f"{start:%H:%M:%S}", **options))
    return STOPPED


@cli.command("check-config")
@shared
@click.option(
    "--rules", "rule_tests", is_flag=False, flag_value="", metavar="[FILE]",
    help="Run rule tests too: those in rules.test.yaml beside the settings, if no file is named.",
)  # fmt: skip
def check_config(config: Path | None, data_dir: Path | None, rule_tests: str | None) -> None:
    """Every problem of the settings at once, with its place and what to write."""
    from kis_actors.commands.rule_tests import show_outcomes
    from kis_actors.commands.run import check_all

    try:
        loaded = check_all(config, data_dir)
        for warning in loaded.warnings:
            click.echo(f"warning: {warning}", err=True)
        click.echo(f"{loaded.path}: ok")
        all_passed = rule_tests is None or show_outcomes(loaded, rule_tests, click.echo)
    except SettingsError as error:
        click.echo("\n".join(map(str, error.problems)))
        sys.exit(UNUSABLE)
    sys.exit(STOPPED if all_passed else UNUSABLE)


@cli.command()
@shared
@DAY
@JSON
@click.option("--type", "types", multiple=True, metavar="NAME", help="Only events of this name; may be repeated.")
@click.option("--stream", "streams", multiple=True, metavar="NAME", help="Only what this one said; may be repeated.")
@click.option("--code", help="Only events about this code.")
@click.option("--after", type=click.IntRange(0, SEQ_MAX), default=0, metavar="SEQ", help="Only events after it.")
@click.option("--around", metavar="TIME", help="Only events within 30 s of this moment.")
@click.option("--follow", is_flag=True, help="Go on as new events come, into the next day too.")
@click.option("--wide", "is_wide", is_flag=True, help="Whole lines on a terminal too; elsewhere they always are.")
@reading
def events(config: Path | None, data_dir: Path | None, day: date | None, is_json: bool, **filters: Any) -> int:
    """The log itself."""
    from kis_actors.commands.events import show_events

    return show_events(config, data_dir, day, is_json=is_json, **filters)


@cli.command()
@shared
@DAY
@JSON
@reading
def alerts(config: Path | None, data_dir: Path | None, day: date | None, is_json: bool) -> int:
    """The day's alerts, and what became of each on every channel."""
    from kis_actors.commands.show import show_alerts

    return show_alerts(config, data_dir, day, is_json=is_json)


@cli.command()
@shared
@DAY
@JSON
@click.option("--at", metavar="TIME", help="HH:MM:SS[.ffffff] on the day, or an ISO 8601 instant.")
@reading
def state(config: Path | None, data_dir: Path | None, day: date | None, is_json: bool, at: str | None) -> int:
    """The state as rebuilt from the log, now or at any moment of the day."""
    from kis_actors.commands.show import show_state

    return show_state(config, data_dir, day, is_json=is_json, at=at)


@cli.command()
@shared
@click.option("--day", type=click.DateTime(["%Y-%m-%d"]), callback=lambda _context, _name, day: day and day.date(),
              help="Whose log; default: today's.")  # fmt: skip
@JSON
@click.argument("code")
@click.option("--at", metavar="TIME", help="HH:MM:SS[.ffffff] on the day, or an ISO 8601 instant.")
@reading
def why(
    config: Path | None, data_dir: Path | None, day: date | None, is_json: bool, code: str, at: str | None
) -> int:  # fmt: skip
    """Why an alert of CODE (or a name) was or was not raised: rule values, distances, every gate."""
    from kis_actors.commands.explaining import show_why

    return show_why(config, data_dir, day, code, is_json=is_json, at=at)


@cli.command()
@shared
@click.argument("days", type=click.DateTime(["%Y-%m-%d"]), nargs=-1, metavar="[DAY]...")
@reading
def verify(config: Path | None, data_dir: Path | None, days: tuple[datetime, ...]) -> int:
    """Whether the log is what was written: hash chain, gaps, high-water mark, readability; of all days by default."""
    from kis_actors.commands.log_care import show_verdicts

    return show_verdicts(config, data_dir, tuple(day.date() for day in days))


@cli.command()
@shared
@click.argument("day", type=click.DateTime(["%Y-%m-%d"]))
@click.option("--truncate-after", "last_seq", type=int, required=True, metavar="SEQ", help="The last record to stay.")
@answering
def repair(config: Path | None, data_dir: Path | None, day: datetime, last_seq: int) -> int:
    """Ends a damaged day file where verify says that it is good; the file as it was is kept."""
    from kis_actors.commands.log_care import repair_day

    return repair_day(config, data_dir, day.date(), last_seq)


@cli.command()
@shared
@click.argument("days", type=click.DateTime(["%Y-%m-%d"]), nargs=-1, metavar="[DAY]...")
@reading
def seal(config: Path | None, data_dir: Path | None, days: tuple[datetime, ...]) -> int:
    """Does now what the daemon does at 06:00: seals days that are over, and lets go of what is not kept any longer."""
    from kis_actors.commands.log_care import seal_days

    return seal_days(config, data_dir, tuple(day.date() for day in days))


@cli.command()
@shared
@JSON
@click.option("--watch", is_flag=True, help="Go on as it changes: a page on a terminal (q ends it), else lines.")
@answering
def status(config: Path | None, data_dir: Path | None, is_json: bool, watch: bool) -> int:
    """Health of the running daemon."""
    from kis_actors.commands.status import show_status, watch_status

    show = watch_status if watch else show_status
    return show(config, data_dir, is_json=is_json)


@cli.command("install-service")
@shared
@click.option("--systemd/--docker", "is_systemd", default=True, help="A unit (default), or a compose file.")
@click.option("--dir", "directory", type=click.Path(path_type=Path, file_okay=False), default=Path(),
              help="Where to write; default: here.")  # fmt: skip
@click.option("--user", "is_user", is_flag=True, help="For your own service manager: needs no root.")
@click.option("--force", is_flag=True, help="Write over a file that was changed.")
@answering
def install_service(config: Path | None, data_dir: Path | None, **wanted: Any) -> int:
    """Writes a systemd unit or a compose file for this machine, and says what to do with it. Changes nothing else."""
    from kis_actors.commands.install_service import Wanted, install

    return install(config, data_dir, Wanted(**wanted))


cli.add_command(bundle)
cli.add_command(calendar)
cli.add_command(causes)
cli.add_command(doctor)
cli.add_command(export)
cli.add_command(init)
cli.add_command(outcomes)
cli.add_command(replay)
cli.add_command(report)
cli.add_command(universe)
cli.add_command(web)


def main() -> None:
    """The entry point."""
    if sys.platform == "win32":  # a console, and a file more so, may not know Hangul there
        for stream in (sys.stdout, sys.stderr):
            stream.reconfigure(encoding="utf-8", errors="replace")
    cli(prog_name="kis-actors")

"""`kis-actors web`: the watch page by itself, of a running daemon or of days that are over."""

import os
from pathlib import Path

import click

from kis_actors.commands.options import STOPPED, reading, shared


@click.command()
@shared
@click.option("--port", type=click.IntRange(0, 65_535), help="Instead of web.port; 0: any free one.")
@reading
def web(config: Path | None, data_dir: Path | None, port: int | None) -> int:
    """The watch page by itself, of a running daemon or of days that are over."""
    import asyncio

    from kis_actors.commands.loading import load_settings
    from kis_actors.credentials import page_token
    from kis_actors.settings_file import with_overrides
    from kis_actors.web.guard import bound
    from kis_actors.web.serve import serve

    settings = load_settings(config, data_dir, ()).settings
    if port is not None:
        settings = with_overrides(settings, (f"web.port={port}",))
    place = bound(settings.web.host, page_token(os.environ))
    os.umask(0o077)  # what it writes is nobody else's business
    asyncio.run(serve(settings, place, lambda address: click.echo(f"watch page: {address} (Ctrl-C ends it)")))
    return STOPPED

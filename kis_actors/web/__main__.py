"""The page's own process beside the daemon, which gives it the settings as one line of JSON and ends it by closing."""

import asyncio
import os
import sys

import msgspec

from kis_actors.credentials import CredentialsError, page_token
from kis_actors.portable import give_way
from kis_actors.settings import Settings
from kis_actors.web.guard import Unsafe, bound
from kis_actors.web.serve import PortTaken, serve

CANNOT = 78


def main() -> int:
    """The exit status; 78: starting it again would not help."""
    os.umask(0o077)  # what it writes is nobody else's business
    if trouble := give_way():
        _say(trouble)
    try:
        with open(0, "rb", buffering=0, closefd=False) as given:  # unbuffered: what follows is waited for elsewhere
            settings = msgspec.json.decode(given.readline(), type=Settings)
        place = bound(settings.web.host, page_token(os.environ))
        asyncio.run(serve(settings, place, _say, with_stdin=True))
    except (CredentialsError, Unsafe, PortTaken) as problem:
        _say(str(problem))
        return CANNOT
    return 0


def _say(line: str) -> None:
    print(line, flush=True)


if __name__ == "__main__":
    sys.exit(main())

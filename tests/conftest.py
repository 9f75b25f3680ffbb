"""Lets assertions in `story` explain themselves, keeps hypothesis the same from run to run, and lends a web server."""

import pytest
from hypothesis import settings

pytest.register_assert_rewrite("story")
settings.register_profile("suite", deadline=None, derandomize=True, database=None)
settings.load_profile("suite")


@pytest.fixture
def loopback():
    """A server on loopback that answers as told."""
    from loopback import Loopback

    server = Loopback()
    yield server
    server.close()


@pytest.fixture
def dead_url():
    """An address on loopback where nothing listens."""
    import socket

    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        yield f"http://127.0.0.1:{taken.getsockname()[1]}"

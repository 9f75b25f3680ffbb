"""Lets assertions in `story` explain themselves, keeps hypothesis the same from run to run, shares the tests out among
processes, and lends a web server."""

import pytest
from hypothesis import settings
from workers import InShares, in_order

pytest.register_assert_rewrite("story")
settings.register_profile("suite", deadline=None, derandomize=True, database=None)
settings.load_profile("suite")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items[:] = in_order((item.nodeid, item) for item in items)


@pytest.fixture(scope="session", autouse=True)
def equals():
    """Commands that run in this process give way to nobody: whatever a test started afterwards would, too."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("kis_actors.commands.options.give_way", lambda: "")
        yield


def pytest_xdist_make_scheduler(config, log):
    config.option.loadscopereorder = False  # else files with many tests would go before those that take long
    return InShares(config, log)


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

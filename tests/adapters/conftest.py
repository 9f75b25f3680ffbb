"""A server with a stopwatch, for the tests of the edges."""

from collections.abc import Iterator

import pytest
from wire import Wire


@pytest.fixture
def wire() -> Iterator[Wire]:
    server = Wire()
    yield server
    server.close()

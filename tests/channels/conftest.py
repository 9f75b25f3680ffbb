"""Lends a Telegram and a Discord of our own."""

import pytest
from fakes import FakeDiscord, FakeTelegram


@pytest.fixture
def telegram():
    server = FakeTelegram()
    yield server
    server.close()


@pytest.fixture
def discord():
    server = FakeDiscord()
    yield server
    server.close()

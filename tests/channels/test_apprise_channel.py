"""Alerts by the package apprise, here a stand-in with its few functions."""

import logging
import sys
from types import SimpleNamespace

import pytest
from questions import ODD, ask

from kis_actors.channels.apprise import UNREADABLE, AppriseChannel
from kis_actors.ports import Outcome


class Apprise:
    """As apprise.Apprise: reads an address or not, and says of each message whether it was taken."""

    told = []  # noqa: RUF012 - of all of them together, as one test has one

    def add(self, url):
        self.url = url
        return "://" in url

    def notify(self, body, title="", body_format=None):
        self.told.append((self.url, body, body_format))
        return "dead" not in self.url


@pytest.fixture
def told(monkeypatch):
    Apprise.told = []
    monkeypatch.setitem(sys.modules, "apprise", SimpleNamespace(Apprise=Apprise))
    yield Apprise.told
    logging.getLogger("apprise").setLevel(logging.NOTSET)


def test_every_address_is_told_in_plain_text(told):
    outcome = AppriseChannel("ntfy://a gotify://b").send(ask(ODD))
    assert (outcome, told) == (Outcome("sent"), [("ntfy://a", ODD, "text"), ("gotify://b", ODD, "text")])


def test_a_failure_everywhere_may_be_tried_again(told):
    outcome = AppriseChannel("dead://a dead://b").send(ask())
    assert outcome == Outcome("failed", "", "2 of 2 addresses did not take it", 60.0)


def test_a_failure_somewhere_is_unknown(told):
    outcome = AppriseChannel("ntfy://a dead://b").send(ask())
    assert outcome == Outcome("unknown", "", "1 of 2 addresses did not take it")


def test_an_address_that_cannot_be_read_keeps_no_other_from_it(told):
    outcome = AppriseChannel("SECRET ntfy://a").send(ask())
    assert (outcome.status, [url for url, _, _ in told]) == ("sent", ["ntfy://a"])


def test_without_a_readable_address_nothing_is_tried(told):
    outcome = AppriseChannel("SECRET").send(ask())
    assert outcome == Outcome("failed", "", UNREADABLE) and "; write whole addresses" in UNREADABLE


def test_without_the_package_it_is_said_how_to_get_it(monkeypatch):
    monkeypatch.setitem(sys.modules, "apprise", None)
    outcome = AppriseChannel("ntfy://a").send(ask())
    assert (outcome.status, outcome.retry_after_s) == ("failed", -1.0)
    assert "pip install 'kis-actors[apprise]'" in outcome.reason


def test_warnings_of_the_package_are_not_shown(told):
    AppriseChannel("ntfy://a").send(ask())
    assert not logging.getLogger("apprise").isEnabledFor(logging.CRITICAL)

"""Alerts by whatever else the package apprise reaches; an extra, loaded with the first message."""

import importlib
import logging
from typing import Any

from kis_actors.messages import NotifyRequested
from kis_actors.ports import Outcome

RETRY_S = 60.0
MISSING = "the package apprise is missing; pip install 'kis-actors[apprise]'"
UNREADABLE = "apprise can read none of APPRISE_URLS; write whole addresses with blanks between, as its manual has them"


class AppriseChannel:
    """All the addresses in `urls`, between blanks; they are secrets."""

    name = "apprise"

    def __init__(self, urls: str) -> None:
        self._urls = urls.split()
        self._services: list[Any] = []

    def send(self, question: NotifyRequested) -> Outcome:
        """Tries each address once. Where only some took it, it is unknown: the repeat, marked, is for the others."""
        try:
            self._load()
        except ImportError:
            return Outcome(status="failed", reason=MISSING)
        if not self._services:
            return Outcome(status="failed", reason=UNREADABLE)
        taken = [_is_taken(service, question) for service in self._services]
        if all(taken):
            return Outcome(status="sent")
        reason = f"{taken.count(False)} of {len(taken)} addresses did not take it"
        return Outcome("unknown", "", reason) if any(taken) else Outcome("failed", "", reason, RETRY_S)

    def _load(self) -> None:
        """One service an address, so that each says for itself whether it took a message. Raises ImportError."""
        if self._services:
            return
        library = importlib.import_module("apprise")
        logging.getLogger("apprise").setLevel(logging.CRITICAL + 1)  # its warnings quote addresses
        made = [(library.Apprise(), url) for url in self._urls]
        self._services = [service for service, url in made if service.add(url)]


def _is_taken(service: Any, question: NotifyRequested) -> bool:
    """As plain text, which apprise escapes for a service that wants markup."""
    return bool(service.notify(body=question.text, body_format="text"))

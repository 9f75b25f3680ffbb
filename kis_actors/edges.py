"""The two edges to KIS, and the one to people who talk back, as the settings want them."""

from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from kis_actors.adapters.clock import Clock
from kis_actors.adapters.kis_questions import Market
from kis_actors.adapters.kis_rest import KisRest
from kis_actors.adapters.kis_socket import KisSocket
from kis_actors.adapters.telegram_poll import TelegramPoll
from kis_actors.credentials import Credentials
from kis_actors.journal import Journal
from kis_actors.kis.hosts import REST_URLS, WS_URLS
from kis_actors.kis.rest import market_division
from kis_actors.settings import Settings


class Wanted(Protocol):
    """What they are made from."""

    @property
    def settings(self) -> Settings:
        """Where KIS is, and its limits."""

    @property
    def credentials(self) -> Credentials:
        """What opens it."""

    @property
    def data_dir(self) -> Path:
        """Where the token is kept."""

    @property
    def clock(self) -> Clock:
        """What waits go by."""

    @property
    def is_dry_run(self) -> bool:
        """Whether nobody but the console is told."""

    @property
    def write(self) -> Callable[[str], None]:
        """Where warnings go."""


def rest_url_of(settings: Settings) -> str:
    """Where KIS answers REST calls."""
    return settings.kis.rest_url or REST_URLS[settings.kis.env]


def rest_for(parts: Wanted, journal: Journal, fatal: Callable[[str], None]) -> KisRest:
    """Not started. fatal is called when KIS will never answer this account."""
    kis = parts.settings.kis
    return KisRest(
        rest_url_of(parts.settings), parts.data_dir / "keys.json", parts.credentials, journal, parts.clock,
        gap_s=kis.rate_limit_sleep_sec, timeout_s=kis.rest_timeout_sec, fatal=fatal, question_s=kis.rest_question_sec,
        warn=lambda warning: parts.write(f"warning: {warning}"),
        market=Market(market_division(parts.settings.market.hours), kis.env == "paper"), limits=kis,
    )  # fmt: skip


def socket_for(parts: Wanted, rest: KisRest, journal: Journal, backlog: Callable[[], int]) -> KisSocket:
    """Not started. backlog counts what is read and not yet handled."""
    kis = parts.settings.kis
    return KisSocket(
        kis.ws_url or WS_URLS[kis.env], rest.approval_key, journal, parts.clock, backlog, redact=rest.redact,
        idle_s=kis.ws_idle_timeout_sec, command_gap_s=kis.ws_command_gap_sec, connect_s=kis.rest_timeout_sec,
        backpressure_s=kis.max_backpressure_sec, backlog_max=kis.max_backlog_frames,
    )  # fmt: skip


def poll_for(parts: Wanted, journal: Journal, start_after: int) -> TelegramPoll | None:
    """Not started; None unless somebody may talk back. start_after: the last update that was answered."""
    telegram, keys = parts.settings.notify.telegram, parts.credentials
    if parts.is_dry_run or not (telegram.enabled and telegram.talk_back and keys.telegram_people):
        return None
    return TelegramPoll(
        telegram.api_url, keys.telegram_bot_token, journal, journal.flush, chat_id=keys.telegram_chat_id,
        people=keys.telegram_people, start_after=start_after, clock=parts.clock,
        warn=lambda warning: parts.write(f"warning: {warning}"),
    )  # fmt: skip


class Chat:
    """What a person in a chat can cause outside the actors."""

    def __init__(self, poll: TelegramPoll | None, reload: Callable[[], None]) -> None:
        self._poll = poll
        self._reload = reload

    def answer_press(self, press_id: str, text: str) -> None:
        """Ends the waiting that a pressed button shows."""
        if self._poll:
            self._poll.answer_press(press_id, text)

    def reload(self) -> None:
        """Has the settings read again, soon."""
        self._reload()

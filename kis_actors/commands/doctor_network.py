"""What doctor asks KIS, Telegram and Discord: a handful of calls, paced like the daemon's. No message is sent."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import nullcontext
from datetime import timedelta
from functools import cached_property
from math import ceil
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from kis_actors.adapters.http import Answer, HttpTrouble
from kis_actors.adapters.keys import ISSUE_GAP_S, Keys, Refused
from kis_actors.adapters.pacer import Pacer, SharedTurn
from kis_actors.adapters.retry import PASSING
from kis_actors.commands.doctor_http import PacedHttp
from kis_actors.commands.doctor_local import Case, Finding, Trouble, failed, passed, skipped, warned
from kis_actors.kis.errors import Treatment, describe, one_line, treatment_of
from kis_actors.kis.hosts import REST_URLS
from kis_actors.kis.rest import (
    QUOTES_PER_REQUEST_MAX,
    Request,
    bars_of,
    daily_bars_request,
    headers_of,
    multprice_request,
    price_request,
    quotes_of,
    rows_of,
)
from kis_actors.market.baseline import closes_needed
from kis_actors.units import log_day_of

SKEW_WARN_S = 5
SKEW_FAIL_S = 60

ASK_AGAIN = "run doctor again in a few minutes; if it stays, see KIS's notices"
ADVICE: Mapping[Treatment, str] = {
    Treatment.fatal: "check KIS_APP_KEY and KIS_APP_SECRET, and that they are of the kind kis.env says",
    Treatment.configuration: "check kis.env, and at KIS that this service is open to the account",
    Treatment.backoff: "end other programs that use this app key, or raise kis.rate_limit_sleep_sec",
    Treatment.wait_for_token: "wait a minute, then run doctor again",
    Treatment.renew_token: "wait a minute, then run doctor again",
    Treatment.bug: "please report this line: KIS did not understand the question",
}


class KeptKeys(Keys):
    """The keys of a running daemon: used while they are valid, never asked for, lest the two undo each other's."""

    def token(self, *, is_new: bool = False) -> str:
        """The token the daemon keeps. Raises Trouble."""
        kept = self._kept()
        if is_new:
            advice = "see `kis-actors status` in a minute: the daemon takes another by itself"
            raise Trouble(warned("KIS does not take the running daemon's token any more", advice))
        if not kept.token or not self._is_valid(kept.token_until):
            raise Trouble(_not_kept("token"))
        return kept.token

    def approval_key(self, *, is_new: bool = False) -> str:
        """The approval key the daemon keeps. Raises Trouble."""
        if not (kept := self.kept_approval_key()):
            raise Trouble(_not_kept("approval key"))
        return kept


class Network:
    """One after the other, on one line to KIS. Nothing is opened before the first check is made."""

    def __init__(self, case: Case) -> None:
        self._case = case

    def token(self) -> Iterator[Finding]:
        """An access token: the one on disk, or a new one that is then kept there for the daemon."""
        self._token = self._key(self._keys.token)
        yield passed("valid; kept for the daemon in keys.json")

    def batch_quote(self) -> Iterator[Finding]:
        """One call of the scan."""
        case = self._case
        if case.settings.kis.env == "paper":
            yield self._single_quote(case.stocks[0].code)
            return
        size = min(case.settings.monitor.rest_batch_size, QUOTES_PER_REQUEST_MAX)
        codes = [stock.code for stock in case.stocks[:size]]
        quotes = quotes_of(rows_of(self._body(multprice_request(codes))))
        blank = [code for code in codes if code not in quotes]
        calls = ceil(len(case.stocks) / size)
        cost = f"a scan of {len(case.stocks)} codes is {calls} calls"
        if not blank:
            yield passed(f"{len(codes)} codes in one call; {cost}")
            return
        found = f"no price for {len(blank)} of {len(codes)} codes: {', '.join(blank)}; {cost}"
        advice = f"look these codes up; KIS does not know them, so take them out of {case.settings.universe.file}"
        yield warned(found, advice) if quotes else failed(found, advice)

    def _single_quote(self, code: str) -> Finding:
        """What paper has instead."""
        quotes = quotes_of(rows_of(self._body(price_request(code))))
        if code in quotes:
            return passed(f"paper has none; one code in one call works: {code}")
        return failed(f"paper has none, and one code alone gave no price: {code}", ASK_AGAIN)

    def daily_bars(self) -> Iterator[Finding]:
        """The averages' raw material, of one code."""
        case, signal = self._case, self._case.settings.monitor.signal
        today, code = log_day_of(case.clock.now()), case.stocks[0].code
        request = daily_bars_request(code, today - timedelta(days=2 * signal.ma_days + 14), today - timedelta(days=1))
        bars = bars_of(rows_of(self._body(request), "output2"), before=today)
        needed = closes_needed(signal.ma_days, signal.ma_includes_today)
        if len(bars) >= needed:
            yield passed(f"{code}: {len(bars)} days up to {bars[-1].day}, {needed} needed")
        else:
            advice = "see whether it is newly listed; another first code in universe.file tells more"
            yield warned(f"{code}: {len(bars)} days, {needed} needed for its average", advice)

    def approval_key(self) -> Iterator[Finding]:
        """The WebSocket's key. The socket itself is left alone: a second session would end the daemon's."""
        self._key(self._keys.approval_key)
        yield passed("valid; kept for the daemon in keys.json")

    def clock(self) -> Iterator[Finding]:
        """Our clock against the Date of KIS's answers so far."""
        if not self._http.ahead_s:
            yield skipped("no answer of KIS to read the time from")
            return
        least_s = max(least_s for least_s, _ in self._http.ahead_s)
        most_s = min(most_s for _, most_s in self._http.ahead_s)
        skew_s = max(least_s, 0.0) or min(most_s, 0.0)
        found = f"{abs(skew_s):.1f} s {'ahead of' if skew_s > 0 else 'behind'} KIS's" if skew_s else "agrees with KIS's"
        advice = "let the system keep the time: `timedatectl set-ntp true`, or chrony"
        if abs(skew_s) > SKEW_FAIL_S:
            yield failed(found, advice)
        else:
            yield warned(found, advice) if abs(skew_s) > SKEW_WARN_S else passed(found)

    def telegram(self) -> Iterator[Finding]:
        """The bot answers to its token."""
        telegram = self._case.settings.notify.telegram
        if not telegram.enabled:
            yield skipped("notify.telegram.enabled is false")
            return
        url = f"{telegram.api_url.rstrip('/')}/bot{self._case.credentials.telegram_bot_token}/getMe"
        body = self._channel(url, "check TELEGRAM_BOT_TOKEN: @BotFather shows it", telegram.api_url)
        bot = body.get("result")
        name = one_line(str(bot.get("username", ""))) if isinstance(bot, dict) else ""
        yield passed(f"bot {name} answers; no message was sent")

    def discord(self) -> Iterator[Finding]:
        """The webhook exists."""
        if not self._case.settings.notify.discord.enabled:
            yield skipped("notify.discord.enabled is false")
            return
        url = self._case.credentials.discord_webhook_url
        body = self._channel(url, "check DISCORD_WEBHOOK_URL: copy it again from the channel's integrations", url)
        yield passed(f"webhook {one_line(str(body.get('name') or ''))} answers; no message was sent")

    @cached_property
    def _pacer(self) -> Pacer:
        clock = self._case.clock
        shared = SharedTurn(Path(self._case.settings.log.data_dir) / "pace")
        return Pacer(self._case.settings.kis.rate_limit_sleep_sec, clock, clock.sleep, shared)

    @cached_property
    def _http(self) -> PacedHttp:
        case = self._case
        return PacedHttp(case.settings.kis.rest_timeout_sec, self._pacer, case.clock, case.secrets)

    @cached_property
    def _rest_url(self) -> str:
        kis = self._case.settings.kis
        return (kis.rest_url or REST_URLS[kis.env]).rstrip("/")

    @cached_property
    def _keys(self) -> Keys:
        case = self._case
        kind = KeptKeys if case.has_daemon else Keys
        path = Path(case.settings.log.data_dir) / "keys.json"
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        is_paced_already = nullcontext()
        return kind(
            path, self._rest_url, case.credentials, self._http, case.clock, pacer=is_paced_already, wait=_no_wait
        )

    def _key(self, get: Callable[[], str]) -> str:
        """What `get` hands out, from now on never shown. Raises Trouble."""
        try:
            key = get()
        except Refused as problem:
            advice = ADVICE[Treatment.fatal] if problem.is_final else ADVICE[Treatment.wait_for_token]
            raise Trouble(failed(f"KIS refuses: {problem}", advice)) from None
        except HttpTrouble as problem:
            raise Trouble(_no_answer(problem, self._rest_url)) from None
        except OSError as problem:
            advice = "make the data directory and keys.json this user's own, with room on the disk"
            raise Trouble(failed(f"keys.json cannot be kept: {problem.strerror}", advice)) from None
        self._case.secrets.append(key)
        return key

    def _body(self, request: Request) -> dict[str, Any]:
        """The body of a good answer; trouble that passes gets two more tries, a dropped token one. Raises Trouble."""
        waits_s = iter(self._case.settings.kis.rest_retry_waits_sec[:2])
        is_renewed = False
        while True:
            finding, treatment = failed("no answer", ASK_AGAIN), Treatment.retry
            try:
                answer = self._ask(request)
                treatment = treatment_of(answer.status, answer.body)
                if treatment is Treatment.ok:
                    return answer.body
                finding = failed(f"HTTP {answer.status}: {describe(answer.body)}", ADVICE.get(treatment, ASK_AGAIN))
            except HttpTrouble as problem:
                finding = _no_answer(problem, self._rest_url)
            if treatment is Treatment.renew_token and not is_renewed:
                is_renewed = True
                self._token = self._key(lambda: self._keys.token(is_new=True))
            elif treatment in PASSING and (wait_s := next(waits_s, None)) is not None:
                self._case.clock.sleep(wait_s)
            else:
                raise Trouble(finding)

    def _ask(self, request: Request) -> Answer:
        keys = self._case.credentials
        headers = headers_of(request, self._token, keys.app_key, keys.app_secret)
        url = self._rest_url + request.path
        return self._http.call(request.method, url, headers=headers, params=dict(request.params))

    def _channel(self, url: str, advice: str, shown_url: str) -> dict[str, Any]:
        """The body of a channel's good answer. Raises Trouble."""
        case = self._case
        http = PacedHttp(case.settings.notify.timeout_sec, self._pacer, case.clock, case.secrets)
        try:
            answer = http.call("GET", url)
        except HttpTrouble as problem:
            raise Trouble(_no_answer(problem, shown_url)) from None
        if answer.status != 200:
            words = one_line(str(answer.body.get("description") or answer.body.get("message") or ""))
            is_ours = 400 <= answer.status < 500 and answer.status != 429
            raise Trouble(failed(f"HTTP {answer.status} {words}".strip(), advice if is_ours else ASK_AGAIN))
        return answer.body


def _no_wait(duration_s: float) -> None:
    advice = f"run doctor again in {ceil(duration_s)} s"
    raise Trouble(failed(f"a token was asked for less than {ISSUE_GAP_S:g} s ago, and KIS issues one a minute", advice))


def _not_kept(what: str) -> Finding:
    advice = "for a full check, stop the daemon and run doctor again"
    return skipped(f"the running daemon keeps no valid {what} now, and doctor asks for none beside it", advice)


def _no_answer(problem: HttpTrouble, url: str) -> Finding:
    """Names the host alone: the rest of an address may be a secret."""
    advice = "check the network, the firewall and the address in the settings"
    return failed(f"{urlsplit(url).hostname}: {problem.reason}", advice)

"""The REST half of the simulator: tokens, approval keys and quotation calls, with KIS's checks and KIS's refusals."""

import re
from collections.abc import Awaitable, Callable, Iterable
from datetime import UTC, date, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import orjson
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from kis_actors.simulator import answers
from kis_actors.simulator.accounts import Accounts, TokenState
from kis_actors.simulator.faults import Faults
from kis_actors.simulator.market import Market, Quote
from kis_actors.simulator.refusals import Refused, key_refused, refused
from kis_actors.simulator.session_clock import SessionClock

QUOTATIONS = "/uapi/domestic-stock/v1/quotations/"
HOLIDAYS_TR = "CTCA0903R"
PAIRS_MAX = 30
MARKET_DIVISIONS = ("J", "NX", "UN")
CUSTOMER_TYPES = ("P", "B")
YEARS = range(1990, 2100)
BODY_BYTES_MAX = 64 * 1024

Answer = Callable[[Request], dict[str, object]]


class RestServer:
    """Answers like KIS; `app` is what an ASGI server runs."""

    def __init__(self, *, market: Market, clock: SessionClock, accounts: Accounts, faults: Faults) -> None:
        self._market = market
        self._clock = clock
        self._accounts = accounts
        self._faults = faults
        self.app = Starlette(routes=self._routes(), exception_handlers={Refused: self._on_refused})

    def _routes(self) -> list[Route]:
        calls: tuple[tuple[str, str, Answer], ...] = (
            ("intstock-multprice", "FHKST11300006", self._several),
            ("inquire-price", "FHKST01010100", self._one),
            ("inquire-daily-itemchartprice", "FHKST03010100", self._daily),
            ("chk-holiday", HOLIDAYS_TR, self._holidays),
        )
        keys = (("tokenP", self._token), ("Approval", self._approval), ("revokeP", self._revoke))
        return [
            *(Route(QUOTATIONS + name, self._call(tr_id, answer), methods=["GET"]) for name, tr_id, answer in calls),
            *(Route(f"/oauth2/{name}", endpoint, methods=["POST"]) for name, endpoint in keys),
            Route("/uapi/{service:path}", self._unknown, methods=["GET", "POST"]),
        ]

    def _call(self, tr_id: str, answer: Answer) -> Callable[[Request], Awaitable[Response]]:
        """One quotation call: KIS's checks first, then the answer."""

        async def call(request: Request) -> Response:
            self._check_up()
            self._check_keys(request)
            _check_headers(request, tr_id)
            self._check_rate(request)
            more = "M" if tr_id == HOLIDAYS_TR else ""
            return self._json(answer(request), headers={"tr_id": tr_id, "tr_cont": more})

        return call

    async def _unknown(self, _: Request) -> Response:
        raise refused("OPSQ0002")

    async def _token(self, request: Request) -> Response:
        body = await self._asked_for_keys(request, secret_name="appsecret")
        token = self._accounts.issue_token(body["appkey"])
        if token is None:
            raise key_refused("EGW00133")
        expires_at, left_s = self._accounts.expiry_of(token)
        granted = {
            "access_token": token.text,
            "access_token_token_expired": f"{expires_at:%Y-%m-%d %H:%M:%S}",
            "token_type": "Bearer",
            "expires_in": left_s,
        }
        return self._json(granted)

    async def _approval(self, request: Request) -> Response:
        body = await self._asked_for_keys(request, secret_name="secretkey")
        return self._json({"approval_key": self._accounts.issue_approval(body["appkey"])})

    async def _revoke(self, request: Request) -> Response:
        self._check_up()
        body = await _json_body(request)
        if not self._accounts.revoke_token(str(body.get("token"))):
            raise key_refused("EGW00121")
        return self._json({"code": 200, "message": "접근토큰 폐기에 성공하였습니다"})

    async def _asked_for_keys(self, request: Request, *, secret_name: str) -> dict[str, Any]:
        """The body of a request for keys. Any text will do for appkey and secret, but not none."""
        self._check_up()
        body = await _json_body(request)
        for name, code in (("grant_type", "EGW00115"), ("appkey", "EGW00103"), (secret_name, "EGW00105")):
            if not isinstance(body.get(name), str) or not body[name]:
                raise key_refused(code)
        if body["grant_type"] != "client_credentials":
            raise key_refused("EGW00116")
        return body

    def _check_up(self) -> None:
        if self._faults.lasts("rest_500", self._clock.elapsed_s()):
            raise Refused(500, None)

    def _check_keys(self, request: Request) -> None:
        for name, code in (("appkey", "EGW00103"), ("appsecret", "EGW00105")):
            if not request.headers.get(name):
                raise refused(code)
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        if scheme != "Bearer":
            raise refused("EGW00205")
        state = self._accounts.state_of(token.strip(), request.headers["appkey"])
        if state is not TokenState.VALID:
            raise refused("EGW00123" if state is TokenState.EXPIRED else "EGW00121")

    def _check_rate(self, request: Request) -> None:
        is_shut = self._faults.lasts("rest_429", self._clock.elapsed_s())
        if is_shut or not self._accounts.may_call(request.headers["appkey"]):
            raise refused("EGW00201")

    def _several(self, request: Request) -> dict[str, object]:
        asked = request.query_params
        numbers = [number for number in range(1, PAIRS_MAX + 1) if asked.get(f"FID_INPUT_ISCD_{number}")]
        if not numbers:
            raise refused("OPSQ2001", "FID_INPUT_ISCD_1")
        _check_values(request, (f"FID_COND_MRKT_DIV_CODE_{number}" for number in numbers), MARKET_DIVISIONS)
        return answers.several_rows([self._quote(asked[f"FID_INPUT_ISCD_{number}"]) for number in numbers])

    def _one(self, request: Request) -> dict[str, object]:
        return answers.one_price(self._asked_quote(request))

    def _daily(self, request: Request) -> dict[str, object]:
        quote = self._asked_quote(request)
        _check_values(request, ("FID_PERIOD_DIV_CODE",), ("D",))
        _check_values(request, ("FID_ORG_ADJ_PRC",), ("0", "1"))
        first, last = _first_date(request), _date(request, "FID_INPUT_DATE_2")
        return answers.daily_chart(quote, self._market.day, first, last)

    def _holidays(self, request: Request) -> dict[str, object]:
        asked = _date(request, "BASS_DT")
        is_next_page = bool(request.query_params.get("CTX_AREA_NK", "").strip())
        first = _date(request, "CTX_AREA_NK") + timedelta(days=1) if is_next_page else asked
        return answers.holiday_page(asked, first)

    def _asked_quote(self, request: Request) -> Quote:
        _check_values(request, ("FID_COND_MRKT_DIV_CODE",), MARKET_DIVISIONS)
        quote = self._quote(request.query_params.get("FID_INPUT_ISCD", ""))
        if quote is None:
            raise refused("OPSQ2002", "FID_INPUT_ISCD")
        return quote

    def _quote(self, code: str) -> Quote | None:
        listed = code in self._market.stock_days
        return self._market.quote(code, self._clock.second()) if listed else None

    async def _on_refused(self, _: Request, error: Exception) -> Response:
        assert isinstance(error, Refused)
        if error.body is None:
            return Response("<html><body>500 Internal Server Error</body></html>", error.status, media_type="text/html")
        return self._json(error.body, status=error.status)

    def _json(self, body: object, *, status: int = 200, headers: dict[str, str] | None = None) -> Response:
        shown = format_datetime(self._clock.now().astimezone(UTC), usegmt=True)
        kind = "application/json; charset=utf-8"
        return Response(orjson.dumps(body), status, headers={"date": shown, **(headers or {})}, media_type=kind)


async def _json_body(request: Request) -> dict[str, Any]:
    content = bytearray()
    async for chunk in request.stream():
        content += chunk
        if len(content) > BODY_BYTES_MAX:
            raise key_refused("EGW00101")
    try:
        body = orjson.loads(content)
    except orjson.JSONDecodeError as error:
        raise key_refused("EGW00101") from error
    if not isinstance(body, dict):
        raise key_refused("EGW00101")
    return body


def _check_headers(request: Request, tr_id: str) -> None:
    if request.headers.get("tr_id") != tr_id:
        raise refused("OPSQ0002")
    if request.headers.get("custtype", "P") not in CUSTOMER_TYPES:
        raise refused("EGW00208")


def _check_values(request: Request, names: Iterable[str], allowed: tuple[str, ...]) -> None:
    for name in names:
        if request.query_params.get(name) not in allowed:
            raise refused("OPSQ2001", name)


def _first_date(request: Request) -> date:
    """Clients ask for everything with a start before any calendar, such as 00000101, and KIS does not mind."""
    name, earliest = "FID_INPUT_DATE_1", date(YEARS.start, 1, 1)
    text = request.query_params.get(name, "").strip()
    return earliest if re.fullmatch(r"[01]\d{7}", text) and text < f"{earliest:%Y%m%d}" else _date(request, name)


def _date(request: Request, name: str) -> date:
    try:
        day = datetime.strptime(request.query_params.get(name, "").strip(), "%Y%m%d").date()
    except ValueError as error:
        raise refused("OPSQ2001", name) from error
    if day.year not in YEARS:
        raise refused("OPSQ2001", name)
    return day

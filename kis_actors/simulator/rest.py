"""The REST half of the simulator: tokens, approval keys and quotation calls, with KIS's checks and KIS's refusals."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, timedelta
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
from kis_actors.simulator.masters import FILES, master_file
from kis_actors.simulator.refusals import BROKEN_PAGE, BUSY_PAGE, Refused, gateway_refused, key_refused, refused
from kis_actors.simulator.rest_input import check_headers, check_values, first_date, json_body, read_date
from kis_actors.simulator.session_clock import SessionClock
from kis_actors.simulator.venues import is_on_nxt

QUOTATIONS = "/uapi/domestic-stock/v1/quotations/"
SEVERAL_TR, HOLIDAYS_TR = "FHKST11300006", "CTCA0903R"
PAIRS_MAX = 30
MARKET_DIVISIONS = ("J", "NX", "UN")
PAPER_LACKS = (SEVERAL_TR, HOLIDAYS_TR)
NIGHT_S = 0
"""A second of the day at which KIS still shows the previous session."""

Answer = Callable[[Request], dict[str, object]]


class RestServer:
    """Answers like KIS, for real money or, with `is_paper`, for play; `app` is what an ASGI server runs."""

    def __init__(
        self, *, market: Market, clock: SessionClock, accounts: Accounts, faults: Faults, is_paper: bool = False
    ) -> None:
        self._is_paper = is_paper
        self._market = market
        self._clock = clock
        self._accounts = accounts
        self._faults = faults
        self.app = Starlette(routes=self._routes(), exception_handlers={Refused: self._on_refused})

    def _routes(self) -> list[Route]:
        calls: tuple[tuple[str, str, Answer], ...] = (
            ("intstock-multprice", SEVERAL_TR, self._several),
            ("inquire-price", "FHKST01010100", self._one),
            ("inquire-daily-itemchartprice", "FHKST03010100", self._daily),
            ("chk-holiday", HOLIDAYS_TR, self._holidays),
        )
        keys = (("tokenP", self._token), ("Approval", self._approval), ("revokeP", self._revoke))
        return [
            *(Route(QUOTATIONS + name, self._call(tr_id, answer), methods=["GET"]) for name, tr_id, answer in calls),
            *(Route(f"/oauth2/{name}", endpoint, methods=["POST"]) for name, endpoint in keys),
            *(Route(f"/common/master/{name}.zip", self._master(name), methods=["GET"]) for name in FILES),
            Route("/uapi/{service:path}", self._unknown, methods=["GET", "POST"]),
        ]

    def _call(self, tr_id: str, answer: Answer) -> Callable[[Request], Awaitable[Response]]:
        """One quotation call: KIS's checks first, then the answer."""

        async def call(request: Request) -> Response:
            self._check_up()
            self._check_gateway()
            self._check_keys(request)
            check_headers(request, tr_id)
            self._check_paper(request, tr_id)
            self._check_rate(request)
            more = "M" if tr_id == HOLIDAYS_TR else ""
            return self._json(answer(request), headers={"tr_id": tr_id, "tr_cont": more})

        return call

    def _master(self, name: str) -> Callable[[Request], Awaitable[Response]]:
        """A file for anybody. KIS has it on another host, so that only what befalls the whole port befalls it."""

        async def call(_: Request) -> Response:
            return Response(master_file(name, self._market), media_type="application/zip")

        return call

    async def _unknown(self, _: Request) -> Response:
        raise refused("OPSQ0002")

    async def _token(self, request: Request) -> Response:
        body = await self._asked_for_keys(request, secret_name="appsecret")
        if fault := self._faults.current("token_refuse", self._clock.elapsed_s()):
            raise key_refused(fault.answer)
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
        body = await json_body(request)
        if not self._accounts.revoke_token(str(body.get("token"))):
            raise key_refused("EGW00121")
        return self._json({"code": 200, "message": "접근토큰 폐기에 성공하였습니다"})

    async def _asked_for_keys(self, request: Request, *, secret_name: str) -> dict[str, Any]:
        """The body of a request for keys. Any text will do for appkey and secret, but not none."""
        self._check_up()
        body = await json_body(request)
        for name, code in (("grant_type", "EGW00115"), ("appkey", "EGW00103"), (secret_name, "EGW00105")):
            if not isinstance(body.get(name), str) or not body[name]:
                raise key_refused(code)
        if body["grant_type"] != "client_credentials":
            raise key_refused("EGW00116")
        return body

    def _check_up(self) -> None:
        """Refuses everything while the web server before KIS is not well."""
        now_s = self._clock.elapsed_s()
        if self._faults.lasts("rest_500", now_s):
            raise Refused(500, BROKEN_PAGE)
        if self._faults.lasts("rest_blank", now_s):
            raise Refused(200, "")
        if fault := self._faults.current("rest_retry_after", now_s):
            raise Refused(429, BUSY_PAGE, {"retry-after": str(fault.wait)})

    def _check_gateway(self) -> None:
        if fault := self._faults.current("rest_refuse", self._clock.elapsed_s()):
            raise gateway_refused(fault.answer)

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

    def _check_paper(self, request: Request, tr_id: str) -> None:
        """For play there are no batch quotes, no holidays, and no market but KRX."""
        is_elsewhere = request.query_params.get("FID_COND_MRKT_DIV_CODE") in ("NX", "UN")
        if self._is_paper and (is_elsewhere or tr_id in PAPER_LACKS):
            raise refused("EGW00213")

    def _check_rate(self, request: Request) -> None:
        is_shut = self._faults.lasts("rest_429", self._clock.elapsed_s())
        if is_shut or not self._accounts.may_call(request.headers["appkey"]):
            raise refused("EGW00201")

    def _several(self, request: Request) -> dict[str, object]:
        asked = request.query_params
        numbers = [number for number in range(1, PAIRS_MAX + 1) if asked.get(f"FID_INPUT_ISCD_{number}")]
        if not numbers:
            raise refused("OPSQ2001", "FID_INPUT_ISCD_1")
        check_values(request, (f"FID_COND_MRKT_DIV_CODE_{number}" for number in numbers), MARKET_DIVISIONS)
        pairs = ((asked[f"FID_INPUT_ISCD_{number}"], asked[f"FID_COND_MRKT_DIV_CODE_{number}"]) for number in numbers)
        quotes = [self._row(code) if self._trades(code, division) else None for code, division in pairs]
        return answers.several_rows(quotes)

    def _one(self, request: Request) -> dict[str, object]:
        return answers.one_price(self._row(self._asked_code(request)))

    def _daily(self, request: Request) -> dict[str, object]:
        quote = self._market.quote(self._asked_code(request), self._clock.second())
        check_values(request, ("FID_PERIOD_DIV_CODE",), ("D",))
        check_values(request, ("FID_ORG_ADJ_PRC",), ("0", "1"))
        first, last = first_date(request), read_date(request, "FID_INPUT_DATE_2")
        is_adjusted = request.query_params["FID_ORG_ADJ_PRC"] == "0"
        return answers.daily_chart(quote, self._market.day, first, last, is_adjusted=is_adjusted)

    def _holidays(self, request: Request) -> dict[str, object]:
        asked = read_date(request, "BASS_DT")
        is_next_page = bool(request.query_params.get("CTX_AREA_NK", "").strip())
        first = read_date(request, "CTX_AREA_NK") + timedelta(days=1) if is_next_page else asked
        return answers.holiday_page(asked, first, self._market.scenario.holidays)

    def _asked_code(self, request: Request) -> str:
        check_values(request, ("FID_COND_MRKT_DIV_CODE",), MARKET_DIVISIONS)
        asked = request.query_params
        code = asked.get("FID_INPUT_ISCD", "")
        if not self._trades(code, asked["FID_COND_MRKT_DIV_CODE"]):
            raise refused("OPSQ2002", "FID_INPUT_ISCD")
        return code

    def _trades(self, code: str, division: str) -> bool:
        """Whether a code is listed, and on the market division asked."""
        return code in self._market.stock_days and (division != "NX" or is_on_nxt(code))

    def _row(self, code: str) -> Quote:
        """What the code shows now, or what it showed last evening while a fault holds back the day."""
        is_stale = self._faults.lasts("rows_stale", self._clock.elapsed_s())
        return self._market.quote(code, NIGHT_S if is_stale else self._clock.second())

    async def _on_refused(self, _: Request, error: Exception) -> Response:
        assert isinstance(error, Refused)
        if isinstance(error.body, str):
            return Response(error.body, error.status, headers=error.headers, media_type="text/html")
        return self._json(error.body, status=error.status)

    def _json(self, body: object, *, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
        shown = format_datetime(self._clock.now().astimezone(UTC), usegmt=True)
        kind = "application/json; charset=utf-8"
        return Response(orjson.dumps(body), status, headers={"date": shown, **(headers or {})}, media_type=kind)

"""What each address answers: live, of any moment of any day, and of two settings."""

import asyncio
from collections.abc import AsyncIterator, Callable
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response, StreamingResponse
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from eventlog.day import DECISIONS, days_in, kept_of
from kis_actors.metrics import CONTENT_TYPE, healthz, prometheus
from kis_actors.status import running_status
from kis_actors.vitals import real_now
from kis_actors.web.alert_list import alerts_in
from kis_actors.web.asked import BODY_BYTES_MAX, Refused, code_of, day_of, json_of, moment_of, what_if_of
from kis_actors.web.compared import check_settings, compared
from kis_actors.web.jobs import Busy, Job, Jobs
from kis_actors.web.live import BROKEN, UNREADABLE, Live
from kis_actors.web.moment import Moment
from kis_actors.web.near import near_of
from kis_actors.web.now import now_of
from kis_actors.web.one_code import code_of as page_of_code
from kis_actors.web.past import PastDay
from kis_actors.web.series import Series

STATIC = Path(__file__).with_name("static")
STREAMS_MAX = 32
HEARTBEAT_S = 15.0
NOTHING_YET = b"null"
RESULTS_KEPT, DAYS_KEPT = 6, 3
"""A moment holds the states of all actors: some 30 MB of a full day."""
SOON_S = 0.25
"""What is ready within so long is answered at once, and else with how far it is."""
BEHIND_MAX = 5_000

_Kept = TypeVar("_Kept")


class Pages:
    """The answers; `app` is what an ASGI server runs. renew: tells every stream that there is something new."""

    def __init__(self, data_dir: Path, live: Live) -> None:
        self._data_dir, self._live = data_dir, live
        self._jobs = Jobs(RESULTS_KEPT)
        self._days: dict[Path, PastDay] = {}
        self._series: dict[Path, Series] = {}
        self._news = asyncio.Condition()
        self._picture = NOTHING_YET
        self._streams = 0
        self.is_ending = False
        answers = {Refused: _refused, Busy: _busy, **dict.fromkeys(BROKEN, _unreadable)}
        self.app = Starlette(routes=self._routes(), exception_handlers=answers)

    def _routes(self) -> list[Any]:
        return [
            Route("/", self._index), Route("/api/live", self._stream), Route("/api/picture", self._pictured),
            Route("/api/days", self._days_there), Route("/api/code", self._code), Route("/api/chart", self._chart),
            Route("/api/what-if", self._what_if, methods=["POST"]), Route("/healthz", self._healthz),
            Route("/metrics", self._metrics),
            Mount("/static", StaticFiles(directory=STATIC)),
        ]  # fmt: skip

    def draw(self) -> None:
        """Draws now anew; on the thread that follows the log."""
        picture = self._live.look(picture_of) or {"now": None}
        self._picture = json_of(picture | {"share": self._live.share, "problem": self._live.problem})

    async def renew(self) -> None:
        """Tells every stream."""
        async with self._news:
            self._news.notify_all()

    def stop(self) -> None:
        """Begins nothing more."""
        self.is_ending = True
        self._jobs.stop()

    async def _index(self, request: Request) -> Response:
        return Response((STATIC / "index.html").read_bytes(), media_type="text/html")

    async def _stream(self, request: Request) -> Response:
        if self._streams >= STREAMS_MAX:
            return PlainTextResponse("too many pages are open\n", 503)
        return StreamingResponse(self._live_lines(), media_type="text/event-stream")

    async def _live_lines(self) -> AsyncIterator[bytes]:
        self._streams += 1
        last = b""
        try:
            while not self.is_ending:
                picture = self._picture
                yield b": still here\n\n" if picture in (last, NOTHING_YET) else b"data: " + picture + b"\n\n"
                last = picture
                await self._next_news()
        finally:
            self._streams -= 1

    async def _next_news(self) -> None:
        async with self._news:
            try:
                await asyncio.wait_for(self._news.wait(), HEARTBEAT_S)
            except TimeoutError:
                return

    async def _pictured(self, request: Request) -> Response:
        if not _is_past(request):
            return _json_response(self._picture)
        job = await self._at(request)
        return await _when_done(job, lambda moment: json_of(picture_of(moment)))

    async def _days_there(self, request: Request) -> Response:
        days = await run_in_threadpool(self._listed)
        return _json_response(json_of(days))

    def _listed(self) -> list[dict[str, Any]]:
        listed = []
        for day in reversed(days_in(self._data_dir)):
            path = kept_of(self._data_dir, day)
            listed.append({"day": day, "kind": path.suffix[1:], "bytes": path.stat().st_size})
        return listed

    async def _code(self, request: Request) -> Response:
        code = code_of(request.query_params.get("code", ""))
        show = partial(_code_page, code=code)
        if _is_past(request):
            return await _when_done(await self._at(request), show)
        if self._live.share < 1:
            return _json_response(json_of({"share": self._live.share}), 202)
        answer = await run_in_threadpool(self._live.look, show)
        return _json_response(answer or b"null")

    async def _chart(self, request: Request) -> Response:
        """The trades of a code in small buckets: what there is, and how much of the day is read."""
        code, day = code_of(request.query_params.get("code", "")), request.query_params.get("day", "")
        path = day_of(day, self._data_dir)
        end_s = moment_of(request.query_params["at"], path).timestamp() if _is_past(request) else float("inf")
        series = self._series_of(path)
        job = self._jobs.find(("series", path))
        if path.suffix != DECISIONS and (job is None or job.future.done()):
            behind = await run_in_threadpool(series.behind)
            job = self._extended(series, behind)
            if behind <= BEHIND_MAX:
                await asyncio.wait([asyncio.wrap_future(job.future)], timeout=1)
        share = 1.0 if job is None or job.future.done() else job.share
        line = series.lines.get(code)
        return _json_response(json_of({"share": share, "columns": line.until(end_s) if line else [[], [], [], []]}))

    def _extended(self, series: Series, behind: int) -> Job:
        key = ("series", series.path)
        self._jobs.drop(key)
        return self._jobs.ask(key, lambda tell: series.extend(lambda done: tell(done / max(1, behind))))

    async def _what_if(self, request: Request) -> Response:
        body = b""
        async for part in request.stream():
            body += part
            if len(body) > BODY_BYTES_MAX:
                raise Refused(f"what-if: expected at most {BODY_BYTES_MAX} bytes")
        asked = what_if_of(body)
        path = day_of(asked.day, self._data_dir)
        if path.suffix == DECISIONS:
            raise Refused(f"day: of {path.stem} only what was decided is kept")
        await run_in_threadpool(check_settings, path, asked.settings)
        job = self._jobs.ask(asked, lambda tell: compared(path, asked.settings, tell))
        return await _when_done(job, json_of)

    async def _healthz(self, request: Request) -> Response:
        code, body = healthz(await self._status(), real_now())
        return _json_response(json_of(body), code)

    async def _metrics(self, request: Request) -> Response:
        return Response(prometheus(await self._status(), real_now()), media_type=CONTENT_TYPE)

    async def _status(self) -> dict[str, Any] | None:
        """What the daemon says of itself; None if none runs, or one of another version does."""
        try:
            return await run_in_threadpool(running_status, self._data_dir)
        except (OSError, ValueError):
            return None

    async def _at(self, request: Request) -> Job:
        """The moment that is asked for, rebuilt. A day that goes on may have more by then when it is asked again."""
        path = day_of(request.query_params.get("day", ""), self._data_dir)
        at = moment_of(request.query_params["at"], path)
        day = _kept(self._days, path, lambda: PastDay(path))
        upto = await run_in_threadpool(day.end_of, at)
        return self._jobs.ask(("at", path, at, upto), lambda tell: day.at(at, upto, tell))

    def _series_of(self, path: Path) -> Series:
        return _kept(self._series, path, lambda: Series(path))


def picture_of(moment: Moment) -> dict[str, Any]:
    """All that the first page shows."""
    stocks = moment.states["signal"].stocks if moment.states else {}
    return {
        "now": now_of(moment), "near": near_of(moment), "alerts": alerts_in(moment),
        "names": {code: stock.name for code, stock in stocks.items()},
    }  # fmt: skip


def _code_page(moment: Moment, code: str) -> bytes:
    try:
        return json_of(page_of_code(moment, code))
    except ValueError as error:
        raise Refused(str(error)) from None


async def _when_done(job: Job, shown: Callable[[Any], bytes]) -> Response:
    """What came of the job, or 202 with how much of it is done."""
    await asyncio.wait([asyncio.wrap_future(job.future)], timeout=SOON_S)
    if not job.future.done():
        return _json_response(json_of({"share": job.share}), 202)
    try:
        found = job.future.result()
    except UNREADABLE as error:
        raise Refused(f"the log cannot be read: {error}") from None
    return _json_response(await run_in_threadpool(shown, found))


def _kept(kept: dict[Path, _Kept], path: Path, new: Callable[[], _Kept]) -> _Kept:
    """Of the last few days asked for."""
    value = kept.pop(path, None) or new()
    kept[path] = value
    while len(kept) > DAYS_KEPT:
        del kept[next(iter(kept))]
    return value


def _is_past(request: Request) -> bool:
    return bool(request.query_params.get("at"))


def _json_response(content: bytes, status: int = 200) -> Response:
    return Response(content, status, media_type="application/json")


def _refused(request: Request, error: Exception) -> Response:
    return _json_response(json_of({"error": str(error)}), 400)


def _unreadable(request: Request, error: Exception) -> Response:
    return _json_response(json_of({"error": f"the log cannot be read: {error}"}), 400)


def _busy(request: Request, error: Exception) -> Response:
    return _json_response(json_of({"error": str(error)}), 503)

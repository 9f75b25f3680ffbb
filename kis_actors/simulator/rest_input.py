"""What a REST request says, read and checked; whatever KIS would not take is refused as KIS does."""

import re
from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

import orjson
from starlette.requests import Request

from kis_actors.simulator.refusals import key_refused, refused

CUSTOMER_TYPES = ("P", "B")
YEARS = range(1990, 2100)
BODY_BYTES_MAX = 64 * 1024


async def json_body(request: Request) -> dict[str, Any]:
    """The object that a request for keys carries."""
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


def check_headers(request: Request, tr_id: str) -> None:
    """Refuses a call whose headers do not name its own service, or a customer type KIS does not know."""
    if request.headers.get("tr_id") != tr_id:
        raise refused("OPSQ0002")
    if request.headers.get("custtype", "P") not in CUSTOMER_TYPES:
        raise refused("EGW00208")


def check_values(request: Request, names: Iterable[str], allowed: tuple[str, ...]) -> None:
    """Refuses a call in which one of the parameters `names` is none of the values allowed."""
    for name in names:
        if request.query_params.get(name) not in allowed:
            raise refused("OPSQ2001", name)


def first_date(request: Request) -> date:
    """The start of a span of days. Clients ask for everything with a start before any calendar, such as 00000101."""
    name, earliest = "FID_INPUT_DATE_1", date(YEARS.start, 1, 1)
    text = request.query_params.get(name, "").strip()
    return earliest if re.fullmatch(r"[01]\d{7}", text) and text < f"{earliest:%Y%m%d}" else read_date(request, name)


def read_date(request: Request, name: str) -> date:
    """The day in the parameter `name`."""
    try:
        day = datetime.strptime(request.query_params.get(name, "").strip(), "%Y%m%d").date()
    except ValueError as error:
        raise refused("OPSQ2001", name) from error
    if day.year not in YEARS:
        raise refused("OPSQ2001", name)
    return day

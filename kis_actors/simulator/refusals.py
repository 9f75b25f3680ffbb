"""How KIS says no: status, code and text of every refusal the simulator knows."""

TEXTS = {
    "EGW00101": "유효하지 않은 요청입니다.",
    "EGW00103": "유효하지 않은 AppKey입니다.",
    "EGW00105": "유효하지 않은 AppSecret입니다.",
    "EGW00115": "grant_type이 없습니다.",
    "EGW00116": "유효하지 않은 grant_type입니다.",
    "EGW00121": "유효하지 않은 token 입니다.",
    "EGW00123": "기간이 만료된 token 입니다.",
    "EGW00133": "접근토큰 발급 잠시 후 다시 시도하세요(1분당 1회)",
    "EGW00201": "초당 거래건수를 초과하였습니다.",
    "EGW00205": "credentials_type이 유효하지 않습니다.(Bearer)",
    "EGW00208": "유효하지 않은 custtype입니다.",
    "OPSQ0002": "없는 서비스 코드 입니다.",
    "OPSQ2001": "ERROR INVALID INPUT FIELD",
    "OPSQ2002": "ERROR INVALID INPUT FIELD SIZE",
}


class Refused(Exception):
    """The call ends here with this answer; without a body it is the page of a broken web server."""

    def __init__(self, status: int, body: dict[str, str] | None) -> None:
        super().__init__(status)
        self.status = status
        self.body = body


def refused(code: str, field: str = "") -> Refused:
    """A data call refused in the normal envelope: the gateway's codes with HTTP 500, a wrong parameter with 200."""
    text = f"{TEXTS[code]} [{field}]" if field else TEXTS[code]
    if code.startswith("OPSQ2"):
        return Refused(200, {"rt_cd": "2", "msg_cd": code, "msg1": text})
    return Refused(500, {"rt_cd": "1", "msg_cd": code, "msg1": text})


def key_refused(code: str) -> Refused:
    """A request for keys refused: HTTP 403, two keys, no rt_cd."""
    return Refused(403, {"error_description": TEXTS[code], "error_code": code})

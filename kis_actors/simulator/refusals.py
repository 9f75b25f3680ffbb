"""How KIS says no: status, code and text of every refusal the simulator knows."""

from collections.abc import Mapping

TEXTS = {
    "EGW00001": "일시적 오류가 발생했습니다.",
    "EGW00002": "서버 에러가 발생했습니다.",
    "EGW00003": "접근이 거부되었습니다.",
    "EGW00004": "정당한 권한이 없습니다.",
    "EGW00101": "유효하지 않은 요청입니다.",
    "EGW00102": "AppKey는 필수입니다.",
    "EGW00103": "유효하지 않은 AppKey입니다.",
    "EGW00104": "AppSecret은 필수입니다.",
    "EGW00105": "유효하지 않은 AppSecret입니다.",
    "EGW00115": "grant_type이 없습니다.",
    "EGW00116": "유효하지 않은 grant_type입니다.",
    "EGW00121": "유효하지 않은 token 입니다.",
    "EGW00122": "token을 찾을 수 없습니다.",
    "EGW00123": "기간이 만료된 token 입니다.",
    "EGW00131": "유효하지 않은 hashkey입니다.",
    "EGW00132": "Content-Type이 유효하지 않습니다.",
    "EGW00133": "접근토큰 발급 잠시 후 다시 시도하세요(1분당 1회)",
    "EGW00201": "초당 거래건수를 초과하였습니다.",
    "EGW00202": "GW라우팅 중 오류가 발생했습니다.",
    "EGW00203": "OPS라우팅 중 오류가 발생했습니다.",
    "EGW00205": "credentials_type이 유효하지 않습니다.(Bearer)",
    "EGW00206": "API 사용 권한이 없습니다.",
    "EGW00207": "IP 주소가 없거나 유효하지 않습니다.",
    "EGW00208": "유효하지 않은 custtype입니다.",
    "EGW00213": "모의투자 TR이 아닙니다.",
    "EGW00215": "원장 초당 거래건수를 초과하였습니다.",
    "EGW00300": "Gateway 라우팅 오류가 발생했습니다.",
    "EGW00301": "연결 시간이 초과되었습니다.",
    "EGW00302": "거래시간이 초과되었습니다.",
    "EGW00303": "허용되지 않은 IP 주소입니다.",
    "EGW00304": "고객식별키(법인 personalSeckey, 개인 appSecret)가 유효하지 않습니다.",
    "OPSQ0002": "없는 서비스 코드 입니다.",
    "OPSQ1002": "SESSION CONNECT ERROR",
    "OPSQ2000": "ERROR : INPUT INVALID_CHECK_ACNO",
    "OPSQ2001": "ERROR INVALID INPUT FIELD",
    "OPSQ2002": "ERROR INVALID INPUT FIELD SIZE",
    "OPSQ9995": "JSON PARSING ERROR : resource not available",
    "OPSQ9996": "JSON PARSING ERROR : header",
    "OPSQ9997": "JSON PARSING ERROR : body",
    "OPSQ9998": "JSON PARSING ERROR : header not found",
    "OPSQ9999": "JSON PARSING ERROR : invalid json format",
}
"""By code; those that no recording has are written in the manner of the others."""

BROKEN_PAGE = "<html><body>500 Internal Server Error</body></html>"
BUSY_PAGE = "<html><body>429 Too Many Requests</body></html>"


class Refused(Exception):
    """The call ends here with this answer; text instead of an object is a page of the web server before KIS."""

    def __init__(self, status: int, body: dict[str, str] | str, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(status)
        self.status = status
        self.body = body
        self.headers = headers or {}


def refused(code: str, field: str = "") -> Refused:
    """A data call refused in the normal envelope: the gateway's codes with HTTP 500, a wrong parameter with 200."""
    text = f"{TEXTS[code]} [{field}]" if field else TEXTS[code]
    if code.startswith("OPSQ2"):
        return Refused(200, {"rt_cd": "2", "msg_cd": code, "msg1": text})
    return gateway_refused(code, text)


def gateway_refused(code: str, text: str = "") -> Refused:
    """A data call refused in the normal envelope with HTTP 500, whatever the code."""
    return Refused(500, {"rt_cd": "1", "msg_cd": code, "msg1": text or TEXTS[code]})


def key_refused(code: str) -> Refused:
    """A request for keys refused: HTTP 403, two keys, no rt_cd."""
    return Refused(403, {"error_description": TEXTS[code], "error_code": code})

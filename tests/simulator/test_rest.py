"""The REST half: every answer's fields, every rule, every refusal; asked in memory, with a clock set by hand."""

import asyncio
import json
from datetime import UTC, date, datetime
from itertools import pairwise
from urllib.parse import urlencode

import pytest

from kis_actors.simulator.accounts import Accounts
from kis_actors.simulator.faults import Faults
from kis_actors.simulator.refusals import TEXTS
from kis_actors.simulator.rest import QUOTATIONS, RestServer
from kis_actors.simulator.scenario import parse_scenario
from kis_actors.simulator.session_clock import SessionClock, second_of_day
from kis_actors.units import KST, ns_of_instant

from .conftest import CODES, DAY, RECORDED, HandClock, market

KEYS = {"appkey": "k" * 36, "appsecret": "s" * 180}
ASK = {"grant_type": "client_credentials", **KEYS}


class Client:
    """Asks the simulator's REST app directly, with all the headers KIS wants."""

    def __init__(self, market, time="10:00", *, faults="", rest_per_second=18):
        self.clock = HandClock()
        self.clock.shows_ns = ns_of_instant(datetime.combine(DAY, datetime.min.time(), KST))
        self.clock.pass_s(second_of_day(time))
        clock = SessionClock(self.clock, DAY)
        told = Faults(parse_scenario(faults, "test").faults)
        self.accounts = Accounts(clock=clock, faults=told, seed=1, rest_per_second=rest_per_second)
        self._app = RestServer(market=market, clock=clock, accounts=self.accounts, faults=told).app
        self.token = ""
        self.headers = {}

    def post(self, path, body):
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        return self._ask("POST", path, b"", {}, content)

    def log_in(self):
        self.token = self.post("/oauth2/tokenP", ASK)[1]["access_token"]
        return self

    def get(self, name, tr_id, **changed):
        query = {key: value for key, value in changed.items() if key.isupper() or "_" in key}
        headers = {"authorization": f"Bearer {self.token}", **KEYS, "tr_id": tr_id, "custtype": "P"} | self.headers
        sent = {key: value for key, value in headers.items() if value is not None}
        return self._ask("GET", QUOTATIONS + name, urlencode(query).encode(), sent, b"")

    def several(self, *codes, division="J"):
        pairs = {}
        for number, code in enumerate(codes, start=1):
            pairs |= {f"FID_COND_MRKT_DIV_CODE_{number}": division, f"FID_INPUT_ISCD_{number}": code}
        return self.get("intstock-multprice", "FHKST11300006", **pairs)

    def daily(self, code="005930", first="20260101", last="20261231", **changed):
        asked = {"FID_COND_MRKT_DIV_CODE": "J", "FID_INPUT_ISCD": code, "FID_INPUT_DATE_1": first}
        asked |= {"FID_INPUT_DATE_2": last, "FID_PERIOD_DIV_CODE": "D", "FID_ORG_ADJ_PRC": "0"} | changed
        return self.get("inquire-daily-itemchartprice", "FHKST03010100", **asked)

    def price(self, code="005930"):
        return self.get("inquire-price", "FHKST01010100", FID_COND_MRKT_DIV_CODE="J", FID_INPUT_ISCD=code)

    def _ask(self, method, path, query, headers, content):
        sent = []
        scope = {
            "type": "http", "method": method, "path": path, "query_string": query, "root_path": "",
            "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
        }  # fmt: skip

        async def receive():
            return {"type": "http.request", "body": content, "more_body": False}

        async def send(message):
            sent.append(message)

        asyncio.run(self._app(scope, receive, send))
        self.answered = {name.decode(): value.decode() for name, value in sent[0]["headers"]}
        body = sent[1]["body"]
        is_json = self.answered.get("content-type", "").startswith("application/json")
        return sent[0]["status"], json.loads(body) if is_json else body.decode()


@pytest.fixture
def client(quiet_market):
    return Client(quiet_market).log_in()


def refused(answer):
    status, body = answer
    return status, body["rt_cd"], body["msg_cd"]


def sample(name):
    path = RECORDED / "rest_samples" / name
    if not path.exists():
        pytest.skip(f"no recorded answers at {path}")
    return json.loads(path.read_text(encoding="utf-8"))


def test_a_token_lasts_a_day(quiet_market):
    status, body = Client(quiet_market).post("/oauth2/tokenP", ASK)
    assert status == 200 and list(body) == ["access_token", "access_token_token_expired", "token_type", "expires_in"]
    assert body["access_token_token_expired"] >= "2026-11-21 10:00:00"  # later, where the real day is later
    assert (body["token_type"], body["expires_in"]) == ("Bearer", 86400)


def test_a_token_is_given_at_most_once_a_minute(client):
    client.clock.pass_s(59)
    status, body = client.post("/oauth2/tokenP", ASK)
    assert (status, list(body)) == (403, ["error_description", "error_code"])
    assert body["error_code"] == "EGW00133"
    client.clock.pass_s(1)
    assert client.post("/oauth2/tokenP", ASK)[0] == 200


def test_each_app_key_has_its_own_minute(client):
    assert client.post("/oauth2/tokenP", ASK | {"appkey": "another"})[0] == 200


def test_the_token_stays_the_same_for_six_hours(client):
    client.clock.pass_s(6 * 3600 - 1)
    again = client.post("/oauth2/tokenP", ASK)[1]
    assert again["access_token"] == client.token
    client.clock.pass_s(60)
    assert client.post("/oauth2/tokenP", ASK)[1]["access_token"] != client.token


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"appkey": ""}, "EGW00103"),
        ({"appkey": 5}, "EGW00103"),
        ({"appsecret": ""}, "EGW00105"),
        ({"grant_type": ""}, "EGW00115"),
        ({"grant_type": "password"}, "EGW00116"),
    ],
)
def test_tokens_want_all_keys(quiet_market, changed, code):
    status, body = Client(quiet_market).post("/oauth2/tokenP", ASK | changed)
    assert (status, body["error_code"]) == (403, code)


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'"x"', b"\xff\xfe", b"[" * 70_000])
def test_bodies_that_are_no_object_are_refused(quiet_market, content):
    status, body = Client(quiet_market).post("/oauth2/tokenP", content)
    assert (status, body["error_code"]) == (403, "EGW00101")


def test_an_approval_wants_the_secret_under_another_name(quiet_market):
    client = Client(quiet_market)
    assert client.post("/oauth2/Approval", ASK)[1]["error_code"] == "EGW00105"
    body = client.post("/oauth2/Approval", {"grant_type": "client_credentials", "appkey": "k", "secretkey": "s"})[1]
    assert list(body) == ["approval_key"] and len(body["approval_key"]) == 36


def test_an_approval_lasts_a_day(client):
    approval = client.accounts.issue_approval("k")
    client.clock.pass_s(24 * 3600 - 1)
    assert client.accounts.app_key_of(approval) == "k"
    client.clock.pass_s(1)
    assert client.accounts.app_key_of(approval) is None


def test_a_revoked_token_is_unknown(client):
    assert client.post("/oauth2/revokeP", {**KEYS, "token": client.token})[1]["code"] == 200
    assert refused(client.price()) == (500, "1", "EGW00121")
    assert client.post("/oauth2/revokeP", {**KEYS, "token": client.token})[0] == 403


@pytest.mark.parametrize(
    ("headers", "code"),
    [
        ({"appkey": None}, "EGW00103"),
        ({"appsecret": None}, "EGW00105"),
        ({"authorization": None}, "EGW00205"),
        ({"authorization": "Basic x"}, "EGW00205"),
        ({"authorization": "Bearer x"}, "EGW00121"),
        ({"appkey": "of another"}, "EGW00121"),
        ({"tr_id": None}, "OPSQ0002"),
        ({"tr_id": "FHKST03010100"}, "OPSQ0002"),
        ({"custtype": "X"}, "EGW00208"),
    ],
)
def test_headers_are_checked(client, headers, code):
    client.headers = headers
    assert refused(client.several("005930")) == (500, "1", code)


def test_an_old_token_is_expired(client):
    client.clock.pass_s(24 * 3600)
    status, body = client.price()
    assert (status, body) == (500, {"rt_cd": "1", "msg_cd": "EGW00123", "msg1": "기간이 만료된 token 입니다."})


def test_calls_are_limited_in_any_second(client):
    assert [client.price()[0] for _ in range(18)] == [200] * 18
    assert client.price() == (500, {"rt_cd": "1", "msg_cd": "EGW00201", "msg1": "초당 거래건수를 초과하였습니다."})
    client.clock.pass_s(1)
    assert client.price()[0] == 200


def test_the_limit_slides(quiet_market):
    client = Client(quiet_market, rest_per_second=2).log_in()
    statuses = []
    for _ in range(5):
        statuses.append(client.price()[0])
        client.clock.pass_s(0.4)
    assert statuses == [200, 200, 500, 200, 200]


def test_rows_come_in_the_order_asked_with_blank_ones_for_unknown_codes(client):
    rows = client.several("025980", "999999", "005930", "025980")[1]["output"]
    assert [row["inter_shrn_iscd"] for row in rows] == ["025980", "", "005930", "025980"]
    assert set(rows[1].values()) == {""} and list(rows[1]) == list(rows[0])


def test_every_value_is_text(client):
    answers = [client.several(*CODES), client.daily(), client.price()]
    for _, body in answers:
        outputs = [body[name] for name in body if name.startswith("output")]
        rows = [row for output in outputs for row in (output if isinstance(output, list) else [output])]
        assert all(isinstance(value, str) for row in rows for value in row.values())


@pytest.mark.parametrize("division", ["J", "NX", "UN"])
def test_thirty_codes_and_any_market_are_taken(client, division):
    assert len(client.several(*["005930"] * 31, division=division)[1]["output"]) == 30


def test_rows_of_nxt_are_blank_for_codes_it_does_not_trade(client):
    asked = ("005930", "028300")
    rows = {division: client.several(*asked, division=division)[1]["output"] for division in ("J", "NX", "UN")}
    shown = {division: [row["inter_shrn_iscd"] for row in rows[division]] for division in rows}
    assert shown == {"J": ["005930", "028300"], "NX": ["005930", ""], "UN": ["005930", "028300"]}
    assert set(rows["NX"][1].values()) == {""}


def test_an_unknown_market_is_refused(client):
    assert refused(client.several("005930", division="Q")) == (200, "2", "OPSQ2001")
    assert refused(client.several()) == (200, "2", "OPSQ2001")


@pytest.mark.parametrize("code", CODES)
def test_the_fields_of_a_row_agree(client, code):
    row = client.several(code)[1]["output"][0]
    number = {name: int(value) for name, value in row.items() if value.isdigit()}
    direction = {"2": 1, "3": 0, "5": -1}[row["prdy_vrss_sign"]]
    change = number["inter2_prdy_vrss"] * direction
    assert number["inter2_prpr"] - change == number["inter2_prdy_clpr"] == number["inter2_sdpr"]
    assert float(row["prdy_ctrt"]) == pytest.approx(100 * abs(change) / number["inter2_sdpr"], abs=0.00501)
    assert number["inter2_llam"] <= number["inter2_lwpr"] <= number["inter2_oprc"] <= number["inter2_hgpr"]
    assert number["inter2_lwpr"] <= number["inter2_prpr"] <= number["inter2_hgpr"] <= number["inter2_mxpr"]
    average = number["acml_tr_pbmn"] / number["acml_vol"]
    assert number["inter2_lwpr"] <= average <= number["inter2_hgpr"]
    assert number["inter2_bidp"] < number["inter2_askp"] and number["seln_rsqn"] < number["total_askp_rsqn"]


def test_a_row_has_the_documented_fields(client):
    documented = sample("intstock_multprice_full_shape_SYNTHETIC.json")["body"]
    body = client.several("005930")[1]
    assert list(body) == list(documented) and list(body["output"][0]) == list(documented["output"])


def test_before_the_auction_rows_show_the_previous_session(quiet_market):
    row = Client(quiet_market, "08:29:59").log_in().several("005930")[1]["output"][0]
    before, last = quiet_market.stock_days["005930"].bars[-2:]
    assert (row["hour_cls_code"], row["inter2_prpr"], row["acml_vol"]) == (
        "0", str(last.close_won), str(last.volume_shares),
    )  # fmt: skip
    assert row["inter2_prdy_clpr"] == str(before.close_won)
    assert row["inter2_prdy_vrss"] == str(abs(last.close_won - before.close_won))


def test_in_the_opening_auction_rows_have_an_expected_match(quiet_market):
    row = Client(quiet_market, "08:50").log_in().several("005930")[1]["output"][0]
    last = quiet_market.stock_days["005930"].bars[-1]
    assert (row["hour_cls_code"], row["acml_vol"], row["inter2_oprc"]) == ("B", "0", "0")
    assert (row["inter2_prpr"], row["inter2_sdpr"]) == (str(last.close_won), str(last.close_won))
    assert int(row["intr_antc_vol"]) > 0


def test_after_the_close_rows_stay_as_they_were(quiet_market):
    client = Client(quiet_market, "15:30").log_in()
    closed = client.several(*CODES)[1]
    client.clock.pass_s(5 * 3600)
    assert client.several(*CODES)[1] == closed


def test_daily_rows_are_the_newest_hundred(client, quiet_market):
    rows = client.daily()[1]["output2"]
    days = [row["stck_bsop_date"] for row in rows]
    assert len(rows) == 100 and days == sorted(days, reverse=True) and days[0] == "20261120"
    assert rows[1]["stck_clpr"] == str(quiet_market.stock_days["005930"].base_won)
    assert days[1] == "20261119" and "20261009" not in days  # Hangul Day


def test_daily_rows_keep_to_the_dates_asked(client):
    rows = client.daily(first="20261112", last="20261116")[1]["output2"]
    assert [row["stck_bsop_date"] for row in rows] == ["20261116", "20261113", "20261112"]
    assert client.daily(first="20270101", last="20271231")[1]["output2"] == []


def test_daily_rows_look_like_a_recorded_one(client):
    recorded = sample("daily_itemchartprice_FHKST03010100_20260820_row.json")["body"]["output2"][0]
    body = client.daily()[1]
    assert list(body) == ["output1", "output2", "rt_cd", "msg_cd", "msg1"]
    assert list(body["output2"][0]) == list(recorded)
    names = ("flng_cls_code", "prtt_rate", "mod_yn", "revl_issu_reas")
    assert [body["output2"][1][name] for name in names] == [recorded[name] for name in names]


def test_daily_changes_are_against_the_row_below(client):
    rows = client.daily()[1]["output2"]
    for row, below in pairwise(rows):
        assert int(row["prdy_vrss"]) == int(row["stck_clpr"]) - int(below["stck_clpr"])


def test_todays_row_says_when_there_was_no_trade_yet(quiet_market):
    client = Client(quiet_market, "08:50").log_in()
    today = client.daily()[1]["output2"][0]
    assert (today["stck_bsop_date"], today["mod_yn"], today["stck_oprc"]) == ("20261120", "Y", "0")
    assert Client(quiet_market, "08:00").log_in().daily()[1]["output2"][0]["stck_bsop_date"] == "20261119"


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"FID_PERIOD_DIV_CODE": "M"}, "OPSQ2001"),
        ({"FID_ORG_ADJ_PRC": ""}, "OPSQ2001"),
        ({"FID_INPUT_DATE_1": "2026-1-1"}, "OPSQ2001"),
        ({"FID_INPUT_DATE_2": "99991231"}, "OPSQ2001"),
        ({"FID_COND_MRKT_DIV_CODE": ""}, "OPSQ2001"),
        ({"FID_INPUT_ISCD": "999999"}, "OPSQ2002"),
    ],
)
def test_wrong_parameters_are_refused(client, changed, code):
    assert refused(client.daily(**changed)) == (200, "2", code)


def test_one_price_agrees_with_the_row(client):
    one, row = client.price()[1]["output"], client.several("005930")[1]["output"][0]
    pairs = (("stck_prpr", "inter2_prpr"), ("acml_vol", "acml_vol"), ("stck_mxpr", "inter2_mxpr"))
    assert [one[name] for name, _ in pairs] == [row[name] for _, name in pairs]


def test_holidays_come_in_pages_of_24_days(client):
    asked = {"CTX_AREA_FK": "", "CTX_AREA_NK": "", "BASS_DT": "20260105"}
    status, body = client.get("chk-holiday", "CTCA0903R", **asked)
    assert status == 200 and body == sample("chk_holiday_CTCA0903R_20260105.json")["body"]
    assert client.answered["tr_cont"] == "M"
    more = client.get("chk-holiday", "CTCA0903R", **asked | {"CTX_AREA_NK": body["ctx_area_nk"]})[1]["output"]
    assert more[0]["bass_dt"] == "20260129"
    closed = [row["bass_dt"] for row in more if row["opnd_yn"] == "N"]
    assert {"20260216", "20260217", "20260218"} <= set(closed)


def test_single_days_can_be_closed_or_open_against_the_usual():
    told = market("holidays: {2026-11-23: closed, 2026-11-24: open, 2026-11-29: open}")
    asked = {"CTX_AREA_FK": "", "CTX_AREA_NK": "", "BASS_DT": "20261122"}
    rows = Client(told).log_in().get("chk-holiday", "CTCA0903R", **asked)[1]["output"]
    assert "".join(row["opnd_yn"] for row in rows[:8]) == "NNYYYYNY"


def test_the_date_header_is_the_clocks(client):
    client.price()
    shown = datetime.strptime(client.answered["date"], "%a, %d %b %Y %H:%M:%S GMT").replace(tzinfo=UTC)
    assert shown.astimezone(KST).date() == date(2026, 11, 20) and shown.astimezone(KST).hour == 10


def test_a_broken_server_answers_with_a_page(quiet_market):
    client = Client(quiet_market, faults="faults: [{at: '10:00:01', fault: rest_500, seconds: 5}]").log_in()
    client.clock.pass_s(1)
    assert client.price() == (500, "<html><body>500 Internal Server Error</body></html>")
    client.clock.pass_s(5)
    assert client.price()[0] == 200


@pytest.mark.parametrize("code", sorted(TEXTS))
def test_every_code_of_the_gateway_can_be_played(quiet_market, code):
    fault = f"faults: [{{at: '10:00', fault: rest_refuse, seconds: 5, answer: {code}}}]"
    client = Client(quiet_market, faults=fault).log_in()
    assert client.price() == (500, {"rt_cd": "1", "msg_cd": code, "msg1": TEXTS[code]})


def test_a_shut_gateway_refuses_at_any_pace(quiet_market):
    client = Client(quiet_market, faults="faults: [{at: '10:00:01', fault: rest_429, seconds: 5}]").log_in()
    client.clock.pass_s(1)
    assert refused(client.price()) == (500, "1", "EGW00201")
    client.clock.pass_s(5)
    assert client.price()[0] == 200


def test_tokens_can_be_ended_early(quiet_market):
    client = Client(quiet_market, faults="faults: [{at: '10:02', fault: token_expire}]").log_in()
    client.clock.pass_s(120)
    assert refused(client.price()) == (500, "1", "EGW00123")
    assert client.log_in().price()[0] == 200

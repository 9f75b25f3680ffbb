"""Clients of a running simulator, one for each half, as the tests speak to it over the wire."""

import json

import requests
import websocket


class Kis:
    """One client of the simulator: an app key, an approval key, a connection."""

    def __init__(self, simulator, app_key="k", path="/tryitout"):
        self.app_key = app_key
        self._rest_url = simulator.urls["rest_url"]
        self.approval = self.approve(app_key)
        self.socket = websocket.create_connection(simulator.urls["ws_url"] + path, timeout=10)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()

    def approve(self, app_key):
        asked = {"grant_type": "client_credentials", "appkey": app_key, "secretkey": "s"}
        return requests.post(f"{self._rest_url}/oauth2/Approval", json=asked, timeout=10).json()["approval_key"]

    def command(self, code="005930", feed="H0STCNT0", tr_type="1"):
        return {
            "header": {
                "approval_key": self.approval, "custtype": "P", "tr_type": tr_type, "content-type": "utf-8",
            },
            "body": {"input": {"tr_id": feed, "tr_key": code}},
        }  # fmt: skip

    def send(self, command):
        self.socket.send(json.dumps(command) if isinstance(command, dict) else command)

    def ask(self, command):
        """The acknowledgement of one command; data in between is passed over."""
        self.send(command)
        return json.loads(self.next_text(lambda text: '"body"' in text))

    def register(self, *args, **named):
        return self.ask(self.command(*args, **named))["body"]["msg_cd"]

    def next_text(self, wanted):
        """The next text that is wanted; others are passed over, PINGPONG is answered."""
        while not wanted(text := self.socket.recv()):
            if "PINGPONG" in text:
                self.send(text)
        return text

    def frames(self, count):
        return [self.next_text(lambda text: text.startswith("0|")) for _ in range(count)]

    def raw(self):
        """The next data frame as it is, valid text or not."""
        while (frame := self.socket.recv_frame()).opcode != websocket.ABNF.OPCODE_TEXT:
            pass
        return frame.data


class KisRest:
    """The REST half, with a token of its own; `get` and `post` give what requests gives."""

    def __init__(self, simulator, app_key="rest"):
        self.url = simulator.urls["rest_url"]
        self.session = requests.Session()
        self.keys = {"appkey": app_key, "appsecret": "s"}
        self.token = ""

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.session.close()

    def post(self, name="tokenP"):
        asked = {"grant_type": "client_credentials", "secretkey": "s", **self.keys}
        return self.session.post(f"{self.url}/oauth2/{name}", json=asked, timeout=10)

    def log_in(self):
        self.token = self.post().json()["access_token"]
        return self

    def get(self, name, tr_id, **query):
        headers = {"authorization": f"Bearer {self.token}", **self.keys, "tr_id": tr_id, "custtype": "P"}
        url = f"{self.url}/uapi/domestic-stock/v1/quotations/{name}"
        return self.session.get(url, params=query, headers=headers, timeout=10)

    def price(self, code="005930", division="J"):
        query = {"FID_COND_MRKT_DIV_CODE": division, "FID_INPUT_ISCD": code}
        return self.get("inquire-price", "FHKST01010100", **query)

    def several(self, *codes, division="J"):
        query = {f"FID_INPUT_ISCD_{number}": code for number, code in enumerate(codes, start=1)}
        query |= {f"FID_COND_MRKT_DIV_CODE_{number}": division for number in range(1, len(codes) + 1)}
        return self.get("intstock-multprice", "FHKST11300006", **query)

    def rows(self, *codes, division="J"):
        return self.several(*codes, division=division).json()["output"]

    def daily(self, code="005930", adjusted="0"):
        query = {"FID_COND_MRKT_DIV_CODE": "J", "FID_INPUT_ISCD": code, "FID_PERIOD_DIV_CODE": "D"}
        query |= {"FID_INPUT_DATE_1": "20260101", "FID_INPUT_DATE_2": "20261231", "FID_ORG_ADJ_PRC": adjusted}
        return self.get("inquire-daily-itemchartprice", "FHKST03010100", **query)

    def holidays(self, first):
        query = {"BASS_DT": first, "CTX_AREA_NK": "", "CTX_AREA_FK": ""}
        return self.get("chk-holiday", "CTCA0903R", **query)

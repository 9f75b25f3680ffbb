"""Where KIS listens, for real money and for paper trading. Keys are the values of the setting `kis.env`."""

REST_URLS = {
    "real": "https://openapi.koreainvestment.com:9443",
    "paper": "https://openapivts.koreainvestment.com:29443",
}

WS_URLS = {
    "real": "ws://ops.koreainvestment.com:21000",
    "paper": "ws://ops.koreainvestment.com:31000",
}
"""Plain ws: KIS offers no TLS here, so what comes from it is untrusted and the approval key travels in clear."""

WS_PATH = "/tryitout"
"""One connection carries every feed under this path, though the portal lists an address for each."""

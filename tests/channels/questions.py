"""What channels are asked to tell, and a picture to go with it."""

from kis_actors.messages import NotifyRequested, Picture, Record

PNG = b"\x89PNG\r\n\x1a\nnot much of one"
PICTURE = Picture(title="삼성전자", line=((32400, 72000), (32460, 71900)), at_s=32460, price_won=71900)
ODD = "F&F S&T A_B*[x] <b> `c` @everyone 삼성전자"
NAMES = (
    "F&F", "S&T", "A_B*[x]", "<b>", "@everyone", "||x||", "~~x~~", "`x`", "``` x", "# x", "<@123>", "[a](http://b)",
    ":x:", "\\*x\\*", "&amp;",
)  # fmt: skip
"""What a stock may be called, for all a channel knows."""


def ask(text="told", **rest):
    """A question; its alert is a-1 unless said otherwise."""
    return NotifyRequested(**{"alert_id": "a-1", "channel": "telegram", "attempt": 1, "text": text, **rest})


def recorded(seq=1, channel="telegram", **rest):
    """A question in its place in the log."""
    asked = ask(f"text {seq}", alert_id=f"a-{seq}", channel=channel, **rest)
    return Record(seq=seq, stream="notify", cause=0, at_ns=0, event=asked)


def draw(picture):
    """Every picture is the same."""
    return PNG


def draw_nothing(picture):
    """Pillow has no font."""
    raise OSError("cannot open resource")

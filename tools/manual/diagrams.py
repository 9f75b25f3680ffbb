"""The two diagrams of the documentation, boxes and arrows, in both languages; SVG for light and dark."""

from typing import NamedTuple

STYLE = """<style>
text { font: 13px sans-serif; fill: #333 } .small { font-size: 11px; fill: #666 }
.box { fill: #2563c912; stroke: #2563c9 }
.arrow { stroke: #888; fill: none } .head { fill: #888 } .name { font-weight: bold }
@media (prefers-color-scheme: dark) { text { fill: #ddd } .small { fill: #aaa }
.box { fill: #7cb0ff22; stroke: #7cb0ff } }
</style>
<defs><marker id="head" markerWidth="8" markerHeight="8" refX="7" refY="4" orient="auto">
<path class="head" d="M0,0 L8,4 L0,8 z"/></marker></defs>"""
LINE = 16


class Box(NamedTuple):
    """One box, by its left upper corner. en, ko: a name and what is written smaller beneath."""

    x: int
    y: int
    width: int
    en: tuple[str, ...]
    ko: tuple[str, ...]

    @property
    def height(self) -> int:
        """As tall as its words."""
        return 18 + LINE * max(len(self.en), len(self.ko))


class Diagram(NamedTuple):
    """arrows: corner points, the last of which gets the head."""

    width: int
    height: int
    boxes: tuple[Box, ...]
    arrows: tuple[tuple[tuple[int, int], ...], ...]


DIAGRAMS = {
    "path": Diagram(760, 300, (
        Box(10, 10, 220,
            ("price", "a scan of all codes each minute,", "every trade of the followed ones"),
            ("가격", "전 종목 스캔(1분마다),", "따라가는 종목의 체결마다")),
        Box(270, 10, 220,
            ("is it usable?", "not before the open, of another day,", "from an auction, halted, or too old"),
            ("쓸 수 있나?", "개장 전, 다른 날, 동시호가,", "거래정지, 너무 늦은 것은 빼고")),
        Box(530, 10, 220,
            ("rules", "the condition begins to hold,", "after it was away by rearm_ratio"),
            ("규칙", "조건이 성립하기 시작할 때,", "rearm_ratio만큼 떨어졌던 뒤에만")),
        Box(530, 120, 220,
            ("SignalRaised", "cooldown, snooze, mute, pause:", "AlertSuppressed, with the reason"),
            ("SignalRaised", "재알림 대기, 쉬기, 멈춤이면", "이유와 함께 AlertSuppressed")),
        Box(270, 120, 220,
            ("AlertDecided", "one message for each channel,", "many at once become a digest"),
            ("AlertDecided", "채널마다 메시지 하나,", "몰리면 묶음 하나로")),
        Box(10, 120, 220,
            ("NotifyRequested", "durable in the log first,", "then sent, once"),
            ("NotifyRequested", "먼저 로그에 남고,", "그다음 한 번 보냄")),
        Box(10, 230, 220,
            ("you", "NotifySent, NotifyFailed or", "NotifyUnknown: once more, marked"),
            ("사람", "NotifySent, NotifyFailed, 또는", "NotifyUnknown: 표시하고 한 번 더")),
    ), (
        ((230, 43), (268, 43)), ((490, 43), (528, 43)), ((640, 76), (640, 118)), ((530, 153), (492, 153)),
        ((270, 153), (232, 153)), ((120, 186), (120, 228)),
    )),
    "architecture": Diagram(760, 330, (
        Box(10, 30, 150, ("KIS by REST", "quotes, daily bars"), ("KIS REST", "시세, 일봉")),
        Box(10, 100, 150, ("KIS by WebSocket", "trades, as they came"), ("KIS 웹소켓", "온 그대로의 체결")),
        Box(10, 170, 150, ("clock, disk", "ticks"), ("시계, 디스크", "틱")),
        Box(10, 240, 150, ("Telegram, Discord", "words and outcomes"), ("텔레그램, 디스코드", "사람의 말과 결과")),
        Box(240, 100, 150,
            ("Journal", "the only writer:", "groups, commits,", "tells in log order"),
            ("Journal", "쓰는 것은 하나뿐:", "묶고, 커밋하고,", "순서대로 전달")),
        Box(240, 240, 150,
            ("SQLite, a file a day", "hash chain, mark"),
            ("SQLite, 하루 한 파일", "해시 체인, 도달 표시")),
        Box(480, 10, 270,
            ("ScanActor", "session, scans, averages"),
            ("ScanActor", "장 시간, 스캔, 이동평균")),
        Box(480, 70, 270,
            ("SubscriptionActor", "which codes deserve a slot"),
            ("SubscriptionActor", "어떤 종목이 자리를 가질지")),
        Box(480, 130, 270,
            ("WsActor", "the link and KIS's acknowledgements"),
            ("WsActor", "연결과 KIS의 응답")),
        Box(480, 190, 270, ("SignalActor", "rules on every price"), ("SignalActor", "가격마다 규칙 판정")),
        Box(480, 250, 270,
            ("NotifyActor", "alerts, cooldown, outbox, talk"),
            ("NotifyActor", "알림, 재알림 대기, 보낼 것, 대화")),
    ), (
        ((160, 55), (200, 55), (200, 125), (238, 125)), ((160, 140), (238, 140)),
        ((160, 195), (200, 195), (200, 155), (238, 155)),
        ((160, 265), (220, 265), (220, 170), (238, 170)),
        ((315, 182), (315, 238)), ((390, 125), (430, 125), (430, 35), (478, 35)), ((430, 95), (478, 95)),
        ((430, 125), (430, 155), (478, 155)), ((430, 155), (430, 215), (478, 215)),
        ((430, 215), (430, 275), (478, 275)),
        ((615, 296), (615, 318), (412, 318), (412, 165), (392, 165)),
    )),
}  # fmt: skip


def diagram(one: Diagram, language: str) -> str:
    """The SVG text."""
    lines = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {one.width} {one.height}" role="img">', STYLE]
    for points in one.arrows:
        listed = " ".join(f"{x},{y}" for x, y in points)
        lines.append(f'<polyline class="arrow" points="{listed}" marker-end="url(#head)"/>')
    for box in one.boxes:
        words = box.en if language == "en" else box.ko
        lines.append(f'<rect class="box" x="{box.x}" y="{box.y}" width="{box.width}" height="{box.height}" rx="6"/>')
        lines += [
            f'<text class="{"small" if row else "name"}" x="{box.x + 10}" y="{box.y + 20 + row * LINE}">{text}</text>'
            for row, text in enumerate(words)
        ]
    return "\n".join([*lines, "</svg>"]) + "\n"

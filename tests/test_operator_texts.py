"""What a person reads about the daemon itself, word for word."""

from datetime import date

import pytest
from facts import at, level_closes, tick, universe
from msgspec.structs import replace

from kis_actors.messages import (
    BaselinesCompleted,
    CalendarDisputed,
    ClockStepped,
    CodesUnquoted,
    DegradedModeEntered,
    DegradedModeLeft,
    DiskLow,
    Disputed,
    Event,
    FramesDropped,
    FrameWidthChanged,
    LinkBlocked,
    SafeModeEntered,
    SafeModeLeft,
    SessionDoubted,
    SessionTrusted,
    SettingsChanged,
    SettingsRefused,
    SlotLimitChanged,
    StreamGivenUp,
    UniverseRefused,
)
from kis_actors.operator_texts import operator_text
from kis_actors.settings import Settings

DAY = date(2026, 11, 20)
BLOCKED = LinkBlocked(link=1, reason="OPSP8996 ALREADY IN USE appkey", wait_s=60.0, is_in_use=True)
DISPUTE = CalendarDisputed(
    days=(Disputed(DAY, "open", "closed", False), Disputed(date(2026, 12, 31), "closed (year end)", "open", True))
)
MISSING = BaselinesCompleted(day=DAY, loaded=248, missing=("005930", "0126Z0"), newly=("005930", "0126Z0"))
WIDER = FrameWidthChanged(feed="H0STCNT0", width=48, known=(46, 47), is_readable=True)

TEXTS: list[tuple[Event, str, str]] = [
    (
        SafeModeEntered(reason="3 scans in a row failed: no answer", interval_s=120.0),
        "[운영] 안전 모드: 스캔이 잇달아 실패했습니다 (3 scans in a row failed: no answer). 120초마다 다시 시도합니다. "
        "그동안 새로 구독하지 않고 스캔 가격으로는 알리지 않습니다. kis-actors doctor로 확인해 보세요.",
        "[operator] safe mode: 3 scans in a row failed: no answer. Trying every 120 s. Nothing new is subscribed "
        "meanwhile, and prices off scans raise no alert. Look with: kis-actors doctor",
    ),
    (
        SafeModeLeft(interval_s=60.0),
        "[운영] 안전 모드 해제: 스캔이 다시 됩니다. 60초마다 스캔합니다.",
        "[operator] safe mode left: scans work again, every 60 s.",
    ),
    (
        DegradedModeEntered(reason="no stream since 10:00:01", interval_s=15.0),
        "[운영] 실시간 연결이 끊겼습니다 (no stream since 10:00:01). 그동안 보던 종목을 15초마다 스캔합니다.",
        "[operator] the stream is down (no stream since 10:00:01). Its codes are scanned every 15 s meanwhile.",
    ),
    (
        DiskLow(free_bytes=900_000_000, needed_bytes=1_258_291_200),
        "[운영] 디스크에 900 MB만 남았습니다. 로그 사흘치는 1,258 MB입니다. 64 MB 아래로 내려가면 멈추고, 그 뒤로는 "
        "알리지 못합니다. 자리를 만드세요.",
        "[operator] 900 MB are free on the disk, and three days of the log take 1,258 MB. Below 64 MB the daemon ends, "
        "and nothing is told any more. Make room.",
    ),
    (
        ClockStepped(from_=at("10:00:01"), to=at("11:00:01")),
        "[운영] 컴퓨터 시계가 11-20 10:00:01에서 11-20 11:00:01(으)로 바뀌었습니다. 장 시간과 쿨다운이 이 시계를 "
        "따릅니다. 시간 동기화(NTP)를 확인하세요.",
        "[operator] the computer's clock went from 11-20 10:00:01 to 11-20 11:00:01. Sessions and cooldowns go by it. "
        "Check time synchronisation (NTP).",
    ),
    (DegradedModeLeft(), "[운영] 실시간 연결이 돌아왔습니다.", "[operator] the stream is back."),
    (
        BLOCKED,
        "[운영] 실시간 연결이 막혔습니다: OPSP8996 ALREADY IN USE appkey. 60초 뒤에 다시 시도합니다. "
        "같은 앱키를 쓰는 다른 프로그램이 있는지 확인하세요.",
        "[operator] the real-time link is blocked: OPSP8996 ALREADY IN USE appkey. Next try in 60 s. "
        "Is another program using the same app key?",
    ),
    (
        DISPUTE,
        "[운영] KIS 휴장일 조회와 달력이 다릅니다: 2026-11-20 open / KIS closed (KIS대로); "
        "2026-12-31 closed (year end) / KIS open (파일대로). config/market.yaml에 적으면 그것이 우선합니다.",
        "[operator] KIS's calendar differs from ours: 2026-11-20 open / KIS closed (KIS taken); "
        "2026-12-31 closed (year end) / KIS open (ours kept). What config/market.yaml says wins.",
    ),
    (
        SessionDoubted(day=DAY, reason="250 of 250 quotes are those of the day before"),
        "[운영] 오늘(2026-11-20)은 개장일로 되어 있지만 시세가 어제 것입니다 (250 of 250 quotes are those of the day "
        "before). 스캔 가격으로는 알리지 않습니다. 휴장일이면 config/market.yaml의 closures에 적으세요.",
        "[operator] the calendar has 2026-11-20 open, but the market looks closed (250 of 250 quotes are those of the "
        "day before). Scans raise no alert. If it is closed, add the day to closures in config/market.yaml.",
    ),
    (
        SessionTrusted(day=DAY),
        "[운영] 오늘 시세가 들어옵니다. 개장이 맞습니다.",
        "[operator] quotes of today come in; it is open.",
    ),
    (
        SettingsChanged(settings=Settings(), difference=tuple(f"{n} -> 9" for n in range(7))),
        "[운영] 설정을 다시 읽었습니다: 0 -> 9; 1 -> 9; 2 -> 9; 3 -> 9; 4 -> 9 (+2)",
        "[operator] new settings: 0 -> 9; 1 -> 9; 2 -> 9; 3 -> 9; 4 -> 9 (+2)",
    ),
    (
        SettingsRefused(reasons=("kis.env changes only at a start",)),
        "[운영] 새 설정을 쓸 수 없어 이전 설정을 그대로 씁니다: kis.env changes only at a start",
        "[operator] the new settings cannot be used, those before stay: kis.env changes only at a start",
    ),
    (
        UniverseRefused(reason="found 94 and 150"),
        "[운영] 감시 종목을 새로 읽지 못했습니다 (found 94 and 150). 이전 목록을 그대로 씁니다. "
        "kis-actors universe update로 확인해 보세요.",
        "[operator] no new universe (found 94 and 150). The one before stays. Look with: kis-actors universe update",
    ),
    (
        replace(universe("005930"), difference="1 added: 005930 삼성전자"),
        "[운영] 감시 종목이 바뀌었습니다: 1 added: 005930 삼성전자",
        "[operator] the universe changed: 1 added: 005930 삼성전자",
    ),
    (
        MISSING,
        "[운영] 일봉이 모자라 오늘 이격도를 볼 수 없는 종목 2개: 005930, 0126Z0",
        "[operator] 2 codes have no average today, and so no disparity signal: 005930, 0126Z0",
    ),
    (
        WIDER,
        "[운영] KIS가 H0STCNT0 형식을 바꾸었습니다: 48칸 (알던 것: 46, 47). 읽을 수 있습니다.",
        "[operator] KIS changed the layout of H0STCNT0: 48 columns (known: 46, 47). It can be read.",
    ),
    (
        replace(WIDER, width=45, is_readable=False),
        "[운영] KIS가 H0STCNT0 형식을 바꾸었습니다: 45칸 (알던 것: 46, 47). 읽을 수 없어 버립니다. "
        "새 버전이 있는지 보세요.",
        "[operator] KIS changed the layout of H0STCNT0: 45 columns (known: 46, 47). It cannot be read; look for an "
        "update.",
    ),
    (
        SlotLimitChanged(limit=10, reason="20001 records are not handled yet"),
        "[운영] 실시간 종목 수를 10개로 바꿉니다 (20001 records are not handled yet).",
        "[operator] following 10 codes live from now on (20001 records are not handled yet).",
    ),
    (
        StreamGivenUp(code="005930", link=1),
        "[운영] 005930 실시간 체결이 오지 않습니다. 다시 구독하고 다시 연결해도 같습니다. 스캔으로만 봅니다.",
        "[operator] no trades of 005930 arrive, though it trades and was subscribed anew and the link renewed. Only "
        "scans watch it.",
    ),
    (
        CodesUnquoted(codes=("005930", "0126Z0"), scans=3),
        "[운영] 스캔 3번 잇달아 시세가 없는 종목 2개: 005930, 0126Z0. 종목코드가 맞는지, KIS가 거절하는지 보세요.",
        "[operator] no price in 3 scans in a row of 2 codes: 005930, 0126Z0. Are the codes right, and does KIS refuse "
        "them?",
    ),
    (
        FramesDropped(link=1, count=7, first=at("10:00:00"), last=at("10:00:09")),
        "[운영] 처리가 밀려 실시간 체결 7건을 버렸습니다 (10:00:00~10:00:09). 디스크와 CPU를 확인하세요.",
        "[operator] 7 frames dropped from 10:00:00 to 10:00:09: processing lags. Look at disk and CPU.",
    ),
]
NAMED = [type(event).__name__ for event, _, _ in TEXTS]


@pytest.mark.parametrize(("event", "text"), [(event, korean) for event, korean, _ in TEXTS], ids=NAMED)
def test_the_korean_message_reads_like_this(event, text):
    assert operator_text(event, "ko") == text


@pytest.mark.parametrize(("event", "text"), [(event, english) for event, _, english in TEXTS], ids=NAMED)
def test_the_english_message_reads_like_this(event, text):
    assert operator_text(event, "en") == text


@pytest.mark.parametrize(("language", "words"), [("ko", "다시 시작할 때까지"), ("en", "No try before the daemon")])
def test_a_link_blocked_for_good_says_so(language, words):
    assert words in operator_text(replace(BLOCKED, wait_s=-1.0), language)


@pytest.mark.parametrize("language", ["ko", "en"])
@pytest.mark.parametrize("changes", [{"needs_key": True}, {"wait_s": -1.0}])
def test_a_link_blocked_for_its_keys_says_where_to_look(changes, language):
    text = operator_text(replace(BLOCKED, is_in_use=False, **changes), language)
    assert "KIS_APP_KEY" in text and "kis-actors doctor" in text


@pytest.mark.parametrize(("language", "end"), [("ko", "605초 뒤에 다시 시도합니다."), ("en", "Next try in 605 s.")])
def test_a_link_blocked_by_our_own_budget_asks_for_nothing(language, end):
    budget = LinkBlocked(link=1, reason="no more than 30 connects in 10 minutes", wait_s=605.0)
    assert operator_text(budget, language).endswith(end)


@pytest.mark.parametrize("language", ["ko", "en"])
def test_many_codes_are_named_in_short(language):
    many = replace(MISSING, newly=tuple(f"{number:06}" for number in range(1, 13)))
    assert operator_text(many, language).endswith(": " + ", ".join(f"{n:06}" for n in range(1, 11)) + " +2")


@pytest.mark.parametrize("language", ["ko", "en"])
def test_many_days_are_named_in_short(language):
    days = tuple(Disputed(date(2026, 12, day), "open", "closed", False) for day in range(1, 13))
    text = operator_text(CalendarDisputed(days=days), language)
    assert "2026-12-10" in text and "2026-12-11" not in text


@pytest.mark.parametrize("language", ["ko", "en"])
def test_of_an_unknown_feed_no_width_is_named(language):
    assert ": -)" in operator_text(replace(WIDER, known=()), language)


@pytest.mark.parametrize("language", ["ko", "en"])
@pytest.mark.parametrize(
    "event", [universe("005930"), BaselinesCompleted(day=DAY, loaded=250, missing=()), tick("10:00:00"),
              level_closes("005930")],
)  # fmt: skip
def test_there_is_nothing_to_say_of_these(event, language):
    assert operator_text(event, language) == ""

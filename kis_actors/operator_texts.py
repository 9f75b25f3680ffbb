"""Every sentence a person is told about the daemon itself, in Korean and in English; pure.

A message says what happened, what it means for the alerts, and what to do about it.
"""

from typing import Literal

from kis_actors.messages import (
    AccountRefused,
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
    SettingsUnchanged,
    SlotLimitChanged,
    StreamGivenUp,
    SubscriptionsShort,
    UniverseLoaded,
    UniverseRefused,
)

Language = Literal["ko", "en"]

LISTED_MAX = 10
LINES_MAX = 5
HEADS = {"ko": "[운영]", "en": "[operator]"}


def operator_text(event: Event, language: Language) -> str:
    """What a person reads about `event`; "" if there is nothing to say."""
    sentence = _words(event).get(language, "")
    return f"{HEADS[language]} {sentence}" if sentence else ""


def ending_text(kind: str, what: str, language: Language) -> str:
    """What a person reads when the daemon ends and nobody will be told anything any more; "" for other ends.

    kind: damaged, foreign, full, disk or failed, see app.App. what: is wrong with the log.
    """
    sentence = _endings(what).get(kind, {}).get(language, "")
    return f"{HEADS[language]} {sentence}" if sentence else ""


def _endings(what: str) -> dict[str, dict[str, str]]:
    return {
        "damaged": {
            "ko": f"기록이 손상되어 감시를 시작하지 못했습니다 ({what}). 고칠 때까지 아무것도 알리지 않습니다. "
            "kis-actors verify로 확인하고, 안내대로 고친 뒤 다시 시작하세요.",
            "en": f"the log is damaged, so watching did not start ({what}). Nothing is told until it is "
            "mended. Look with: kis-actors verify; do what it says, then start again.",
        },
        "full": {
            "ko": "디스크가 가득 차서 감시를 멈췄습니다. 자리를 만들고 다시 시작할 때까지 아무것도 알리지 않습니다.",
            "en": "the disk is full, so the daemon ended. Nothing is told until there is room and it is started again.",
        },
        "foreign": {
            "ko": f"이 버전은 앞의 기록을 이어 갈 수 없어 감시를 시작하지 못했습니다 ({what}). 앞 버전으로 시작하세요.",
            "en": f"this version cannot go on with the log, so watching did not start ({what}). Start the one before.",
        },
        "disk": {
            "ko": "디스크에서 기록을 읽거나 쓰지 못해 감시를 시작하지 못했습니다. 다시 시작될 때까지 아무것도 알리지 "
            "않습니다. 디스크를 확인하세요 (dmesg, df -h).",
            "en": "the disk does not give or take the log, so watching did not start. Nothing is told until it is "
            "started again. Look at the disk (dmesg, df -h).",
        },
        "failed": {
            "ko": "10분 안에 세 번 실패하여 감시를 멈췄습니다. 다시 시작될 때까지 아무것도 알리지 않습니다. 프로그램이 "
            "출력한 마지막 줄들을 보세요.",
            "en": "three failures within ten minutes, so the daemon ended. Nothing is told until it is started again. "
            "Look at the last lines of its output.",
        },
    }  # fmt: skip


def _words(event: Event) -> dict[str, str]:
    match event:
        case SafeModeEntered() | SafeModeLeft():
            return _safe_mode(event)
        case DegradedModeEntered() | DegradedModeLeft():
            return _degraded_mode(event)
        case LinkBlocked():
            return _link_blocked(event)
        case CalendarDisputed():
            return _calendar(event)
        case UniverseLoaded() if event.difference:
            what = event.difference
            return {"ko": f"감시 종목이 바뀌었습니다: {what}", "en": f"the universe changed: {what}"}
        case BaselinesCompleted() if event.newly:
            return _missing(event)
        case CodesUnquoted():
            return {
                "ko": f"스캔 {event.scans}번 잇달아 시세가 없는 종목 {len(event.codes)}개: {_listed(event.codes)}. "
                "종목코드가 맞는지, KIS가 거절하는지 보세요.",
                "en": f"no price in {event.scans} scans in a row of {len(event.codes)} codes: {_listed(event.codes)}. "
                "Are the codes right, and does KIS refuse them?",
            }
        case FrameWidthChanged():
            return _width(event)
    return _others(event)


def _others(event: Event) -> dict[str, str]:
    match event:
        case UniverseRefused():
            return {
                "ko": f"감시 종목을 새로 읽지 못했습니다 ({event.reason}). 이전 목록을 그대로 씁니다. "
                "kis-actors universe update로 확인해 보세요.",
                "en": f"no new universe ({event.reason}). The one before stays. Look with: kis-actors universe update",
            }
        case SessionDoubted():
            return {
                "ko": f"오늘({event.day})은 개장일로 되어 있지만 시세가 어제 것입니다 ({event.reason}). 스캔 "
                "가격으로는 알리지 않습니다. 휴장일이면 config/market.yaml의 closures에 적으세요.",
                "en": f"the calendar has {event.day} open, but the market looks closed ({event.reason}). Scans raise "
                "no alert. If it is closed, add the day to closures in config/market.yaml.",
            }
        case SessionTrusted():
            return {"ko": "오늘 시세가 들어옵니다. 개장이 맞습니다.", "en": "quotes of today come in; it is open."}
        case SlotLimitChanged():
            return {
                "ko": f"실시간 종목 수를 {event.limit}개로 바꿉니다 ({event.reason}).",
                "en": f"following {event.limit} codes live from now on ({event.reason}).",
            }
        case AccountRefused():
            return {
                "ko": f"KIS가 계좌를 거절하여 멈춥니다: {event.reason}",
                "en": f"KIS refuses this account, so the daemon ends: {event.reason}",
            }
        case SubscriptionsShort():
            return {
                "ko": f"KIS가 실시간 {event.wanted}개 중 {event.live}개만 받습니다. 나머지는 스캔으로 봅니다. "
                "같은 앱키를 쓰는 다른 프로그램이 있는지 확인하세요.",
                "en": f"KIS takes only {event.live} of {event.wanted} subscriptions; scans watch the rest. "
                "Is another program using the same app key?",
            }
        case StreamGivenUp():
            return {
                "ko": f"{event.code} 실시간 체결이 오지 않습니다. 다시 구독하고 다시 연결해도 같습니다. "
                "스캔으로만 봅니다.",
                "en": f"no trades of {event.code} arrive, though it trades and was subscribed anew and the link "
                "renewed. Only scans watch it.",
            }
        case FramesDropped():
            return {
                "ko": f"처리가 밀려 실시간 체결 {event.count}건을 버렸습니다 "
                f"({event.first:%H:%M:%S}~{event.last:%H:%M:%S}). 디스크와 CPU를 확인하세요.",
                "en": f"{event.count} frames dropped from {event.first:%H:%M:%S} to {event.last:%H:%M:%S}: processing "
                "lags. Look at disk and CPU.",
            }
    return _settings(event)


def _settings(event: Event) -> dict[str, str]:
    match event:
        case SettingsChanged():
            return {
                "ko": f"설정을 다시 읽었습니다: {_some(event.difference)}",
                "en": f"new settings: {_some(event.difference)}",
            }
        case SettingsRefused():
            return {
                "ko": f"새 설정을 쓸 수 없어 이전 설정을 그대로 씁니다: {_some(event.reasons)}",
                "en": f"the new settings cannot be used, those before stay: {_some(event.reasons)}",
            }
        case SettingsUnchanged():
            return {"ko": "설정에 바뀐 것이 없습니다.", "en": "the settings say what they said before."}
    return _machine(event)


def _machine(event: Event) -> dict[str, str]:
    match event:
        case DiskLow():
            free, needed = f"{event.free_bytes / 1e6:,.0f} MB", f"{event.needed_bytes / 1e6:,.0f} MB"
            return {
                "ko": f"디스크에 {free}만 남았습니다. 로그 사흘치는 {needed}입니다. 64 MB 아래로 내려가면 멈추고, "
                "그 뒤로는 알리지 못합니다. 자리를 만드세요.",
                "en": f"{free} are free on the disk, and three days of the log take {needed}. Below 64 MB the daemon "
                "ends, and nothing is told any more. Make room.",
            }
        case ClockStepped():
            was, now = f"{event.from_:%m-%d %H:%M:%S}", f"{event.to:%m-%d %H:%M:%S}"
            return {
                "ko": f"컴퓨터 시계가 {was}에서 {now}(으)로 바뀌었습니다. 장 시간과 쿨다운이 이 시계를 따릅니다. "
                "시간 동기화(NTP)를 확인하세요.",
                "en": f"the computer's clock went from {was} to {now}. Sessions and cooldowns go by it. "
                "Check time synchronisation (NTP).",
            }
    return {}


def _safe_mode(event: SafeModeEntered | SafeModeLeft) -> dict[str, str]:
    every = f"{event.interval_s:g}"
    if isinstance(event, SafeModeLeft):
        return {
            "ko": f"안전 모드 해제: 스캔이 다시 됩니다. {every}초마다 스캔합니다.",
            "en": f"safe mode left: scans work again, every {every} s.",
        }
    return {
        "ko": f"안전 모드: 스캔이 잇달아 실패했습니다 ({event.reason}). {every}초마다 다시 시도합니다. "
        "그동안 새로 구독하지 않고 스캔 가격으로는 알리지 않습니다. kis-actors doctor로 확인해 보세요.",
        "en": f"safe mode: {event.reason}. Trying every {every} s. "
        "Nothing new is subscribed meanwhile, and prices off scans raise no alert. Look with: kis-actors doctor",
    }


def _degraded_mode(event: DegradedModeEntered | DegradedModeLeft) -> dict[str, str]:
    if isinstance(event, DegradedModeLeft):
        return {"ko": "실시간 연결이 돌아왔습니다.", "en": "the stream is back."}
    return {
        "ko": f"실시간 연결이 끊겼습니다 ({event.reason}). 그동안 보던 종목을 {event.interval_s:g}초마다 스캔합니다.",
        "en": f"the stream is down ({event.reason}). Its codes are scanned every {event.interval_s:g} s meanwhile.",
    }


def _link_blocked(event: LinkBlocked) -> dict[str, str]:
    when = {"ko": f"{event.wait_s:g}초 뒤에 다시 시도합니다.", "en": f"Next try in {event.wait_s:g} s."}
    if event.wait_s < 0:
        when = {"ko": "다시 시작할 때까지 시도하지 않습니다.", "en": "No try before the daemon is started again."}
    advice = _advice(event)
    return {
        "ko": f"실시간 연결이 막혔습니다: {event.reason}. {when['ko']} {advice['ko']}".strip(),
        "en": f"the real-time link is blocked: {event.reason}. {when['en']} {advice['en']}".strip(),
    }


def _advice(event: LinkBlocked) -> dict[str, str]:
    if event.is_in_use:
        return {
            "ko": "같은 앱키를 쓰는 다른 프로그램이 있는지 확인하세요.",
            "en": "Is another program using the same app key?",
        }
    if event.needs_key or event.wait_s < 0:
        return {
            "ko": "KIS_APP_KEY와 KIS_APP_SECRET을 kis-actors doctor로 확인하세요.",
            "en": "Check KIS_APP_KEY and KIS_APP_SECRET with: kis-actors doctor",
        }
    return {"ko": "", "en": ""}


def _calendar(event: CalendarDisputed) -> dict[str, str]:
    korean = "; ".join(_disputed(day, kept="파일대로", taken="KIS대로") for day in event.days[:LISTED_MAX])
    english = "; ".join(_disputed(day, kept="ours kept", taken="KIS taken") for day in event.days[:LISTED_MAX])
    return {
        "ko": f"KIS 휴장일 조회와 달력이 다릅니다: {korean}. config/market.yaml에 적으면 그것이 우선합니다.",
        "en": f"KIS's calendar differs from ours: {english}. What config/market.yaml says wins.",
    }


def _disputed(one: Disputed, *, kept: str, taken: str) -> str:
    return f"{one.day} {one.ours} / KIS {one.theirs} ({kept if one.is_ours_kept else taken})"


def _missing(event: BaselinesCompleted) -> dict[str, str]:
    count, codes = len(event.newly), _listed(event.newly)
    return {
        "ko": f"일봉이 모자라 오늘 이격도를 볼 수 없는 종목 {count}개: {codes}",
        "en": f"{count} codes have no average today, and so no disparity signal: {codes}",
    }


def _listed(codes: tuple[str, ...]) -> str:
    """The first of them."""
    more = len(codes) - LISTED_MAX
    return ", ".join(codes[:LISTED_MAX]) + (f" +{more}" if more > 0 else "")


def _width(event: FrameWidthChanged) -> dict[str, str]:
    known = ", ".join(map(str, event.known)) or "-"
    can = {"ko": "읽을 수 있습니다", "en": "It can be read"}
    if not event.is_readable:
        can = {"ko": "읽을 수 없어 버립니다. 새 버전이 있는지 보세요", "en": "It cannot be read; look for an update"}
    return {
        "ko": f"KIS가 {event.feed} 형식을 바꾸었습니다: {event.width}칸 (알던 것: {known}). {can['ko']}.",
        "en": f"KIS changed the layout of {event.feed}: {event.width} columns (known: {known}). {can['en']}.",
    }


def _some(lines: tuple[str, ...]) -> str:
    """The first few of them."""
    more = f" (+{len(lines) - LINES_MAX})" if len(lines) > LINES_MAX else ""
    return "; ".join(lines[:LINES_MAX]) + more

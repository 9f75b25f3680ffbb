"""The words of the report, in Korean and in English."""

from kis_actors.texts import Language

WORDS: dict[Language, dict[str, str]] = {
    "ko": {
        "alerts": "알림", "suppressed": "보류", "deliveries": "전달", "scans": "온전한 스캔", "frames": "프레임",
        "link lost": "링크 끊김", "runs": "실행", "no session": "장 없음", "link": "링크", "look": "살펴볼 것",
        "nothing": "눈에 띄는 일이 없습니다.", "no alerts": "알림이 없습니다.", "time": "시각", "code": "종목",
        "rule": "규칙", "value": "값", "price": "그때 값", "5 min": "5분 뒤", "30 min": "30분 뒤", "close": "종가",
        "health": "링크와 스캔", "charts": "알린 종목의 하루", "more": "그 밖에 {n}종목",
        "legend": "검은 선 가격, 점선 평균, 붉은 선 기준, 초록 띠 실시간 구독, 점 알림",
        "main rule": "{days}일선 대비 {threshold}",
        "decisions only": "이 날은 결정만 남아 있어 가격과 프레임이 없습니다.",
        "made": "kis-actors {version}, 기록 {seq}번까지",
    },
    "en": {
        "alerts": "Alerts", "suppressed": "Suppressed", "deliveries": "Delivered", "scans": "Whole scans",
        "frames": "Frames", "link lost": "Link lost", "runs": "Runs", "no session": "no session", "link": "Link",
        "look": "What to look at", "nothing": "Nothing stands out.", "no alerts": "No alerts.", "time": "Time",
        "code": "Code", "rule": "Rule", "value": "Value", "price": "Price then", "5 min": "after 5 min",
        "30 min": "after 30 min", "close": "at the close", "health": "Link and scans",
        "charts": "The day of each alerted code", "more": "and {n} codes more",
        "legend": "dark line price, dashed average, red threshold, green streamed, dots alerts",
        "main rule": "{threshold} against the {days}-day average",
        "decisions only": "Of this day only what was decided is kept: no prices, no frames.",
        "made": "kis-actors {version}, log up to record {seq}",
    },
}  # fmt: skip

STATUSES: dict[str, dict[Language, str]] = {
    "sent": {"ko": "보냄", "en": "sent"},
    "pending": {"ko": "끝나지 않음", "en": "pending"},
    "failed": {"ko": "실패", "en": "failed"},
    "unknown": {"ko": "확인 안 됨", "en": "unknown"},
    "suppressed": {"ko": "끔", "en": "off"},
}

UNKNOWN = {
    "after the close": "마감 뒤",
    "no price at the close": "종가 없음",
    "no price in the log from then on": "그 뒤 기록 없음",
    "no session then in the log": "장 기록 없음",
    "no price within 120 s": "120초 안 가격 없음",
}
"""Why a later price is not known, in Korean."""

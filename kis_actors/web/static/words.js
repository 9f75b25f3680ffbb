// Every word of the page in Korean and English. The daemon's own reasons come in English and are put into Korean here.

const WORDS = {
  overview: ["현황", "Now"], alerts: ["알림", "Alerts"], days: ["지난 날", "Past days"], near: ["신호에 가까운 종목", "Near a signal"],
  health: ["상태", "Health"], session: ["장", "Session"], scan: ["스캔", "Scan"], link: ["실시간 링크", "Live link"],
  mode: ["모드", "Mode"], healthy: ["정상", "Healthy"], degraded: ["살펴볼 것", "Needs a look"], stopped: ["멈춤", "Not running"],
  wasDown: ["실행 중이 아니었음", "Was not running"],
  phase_open: ["장중", "Open"], phase_before: ["개장 전", "Before the open"], phase_after: ["마감 뒤", "After the close"],
  phase_closed: ["휴장", "No session"],
  untilClose: (left) => [`마감까지 ${left}`, `${left} to the close`], untilOpen: (left) => [`개장까지 ${left}`, `${left} to the open`],
  seconds: (n) => [`${n}초`, `${n} s`], minutes: (n) => [`${n}분`, `${n} min`],
  hours: (n, m) => [`${n}시간 ${m}분`, `${n} h ${m} min`], ago: (text) => [`${text} 전`, `${text} ago`],
  lastScan: ["마지막 스캔", "last scan"], noScan: ["아직 스캔 없음", "no scan yet"], quoted: (n, all) => [`${n}/${all} 종목`, `${n}/${all} codes`],
  budget: ["1분간 호출", "calls in a minute"], every: (s) => [`${s}초마다`, `every ${s} s`], due: (text) => [`다음 ${text}`, `next in ${text}`],
  failedBatches: (n) => [`${n}묶음 실패`, `${n} batches failed`],
  open: ["연결됨", "open"], connecting: ["연결 중", "connecting"], down: ["끊김", "down"], blocked: ["막힘", "blocked"], released: ["닫는 중", "closing"],
  slots: ["등록", "slots"], slotsOf: (used, max) => [`슬롯 ${used} / ${max}`, `${used} of ${max} slots`],
  frames: ["초당 프레임", "frames / s"], lag: ["지연", "lag"], backlog: (n) => [`밀린 기록 ${n}`, `${n} not handled yet`], lost: (n) => [`끊김 ${n}회`, `lost ${n} times`], dropped: (n) => [`버린 프레임 ${n}`, `${n} frames dropped`],
  rejected: (n) => [`못 읽은 프레임 ${n}`, `${n} frames unread`],
  noMode: ["–", "–"], noModeWords: ["데몬이 멈춰 있습니다. 나머지는 마지막으로 안 것입니다.", "The daemon is down; the rest is what was last known."],
  normal: ["보통", "Normal"], safe: ["안전 모드", "Safe mode"], degradedMode: ["저하 모드", "Degraded mode"], disabled: ["감시 꺼짐", "Monitoring off"],
  normalWords: ["스캔과 실시간 모두 평소대로입니다.", "Scans and stream are as usual."],
  safeWords: (s) => [`스캔이 잇따라 실패해 ${s}초 간격으로 늦췄고, 스캔 가격으로는 알리지 않습니다.`, `Scans kept failing: they are ${s} s apart now, and raise no alert.`],
  degradedWords: (s) => [`실시간이 끊겨 보던 종목을 ${s}초마다 스캔합니다.`, `The stream is down: followed codes are scanned every ${s} s.`],
  limitWords: (n) => [`처리가 밀려 ${n}종목만 실시간으로 봅니다.`, `Processing lags: ${n} codes are followed.`],
  disabledWords: ["설정에서 감시가 꺼져 있습니다.", "Monitoring is off in the settings."], dryRun: ["시험 실행: 아무에게도 보내지 않음", "dry run: nobody is told"],
  averages: (n, all) => [`평균 ${n}/${all}`, `averages ${n}/${all}`],
  code: ["종목", "Code"], price: ["현재가", "Price"], change: ["등락", "Change"], disparity: ["이격도", "Disparity"], toGo: ["남은 거리", "To go"], rule: ["규칙", "Rule"],
  day: ["당일", "Today"], slot: ["실시간", "Slot"], fresh: ["시각", "Seen"], beyond: ["넘음", "beyond"], pinned: ["고정", "pinned"], stale: ["조용함", "stale"],
  trade: ["체결", "trade"], scanSource: ["스캔", "scan"], vi: ["VI", "VI"], halt: ["정지", "halt"],
  nothingNear: ["아직 순위가 없습니다. 첫 스캔 뒤에 채워집니다.", "No ranking before the first scan of the session."], reading: ["기록을 읽는 중", "Reading the log"],
  rebuilding: ["그 시점을 다시 만드는 중", "Rebuilding that moment"], noAlerts: ["오늘 알림이 없습니다.", "No alerts today."], noAlertsThen: ["그때까지 알림이 없습니다.", "No alerts until then."],
  time: ["시각", "Time"], alertPrice: ["알림 때 값", "Price then"], measured: ["값", "Value"], deliveries: ["전달", "Delivery"], since: ["그 뒤", "Since"], sinceNow: ["지금", "now"], lowHigh: ["저 / 고", "low / high"],
  sent: ["보냄", "sent"], pending: ["보내는 중", "pending"], failed: ["실패", "failed"], unknown: ["확인 안 됨", "unknown"], suppressed: ["끔", "off"],
  attempts: (n) => [`${n}번`, `${n} tries`], noChannel: ["채널 없음", "no channel"], suppressedCount: (n) => [`보류 ${n}건`, `${n} suppressed`], alertsCount: (n) => [`${n}건`, `${n}`],
  why: ["왜 울렸나 / 왜 안 울렸나", "Why / why not"], value: ["값", "Value"], threshold: ["기준", "Threshold"], verdict: ["판정", "Verdict"], events: ["이 종목의 기록", "Events of this code"],
  gates: ["관문", "Gates"], gateSession: ["장중", "in session"], gateNoSession: ["장중 아님", "no session"], gateSafe: ["안전 모드", "safe mode"], gateInterrupted: ["거래 중단", "interrupted"],
  gateQuiet: ["사람이 쉬게 함", "silenced by a person"], cooling: (rule, until) => [`${rule} 재알림 ${until}까지 쉼`, `${rule} quiet until ${until}`], gateOpen: ["막는 것 없음", "nothing in the way"],
  rank: (n) => [`${n}위`, `rank ${n}`], unranked: ["순위 없음", "not ranked"], average: ["평균", "Average"], line: ["가격", "Price"], low: ["저가", "low"], high: ["고가", "high"],
  subscribed: ["실시간 구독", "subscribed"], alertMark: ["알림", "alert"], noPrices: ["그려 줄 가격이 아직 없습니다.", "No prices to draw yet."], finer: (n) => [`체결을 읽는 중 ${n}%`, `reading trades ${n}%`],
  resetZoom: ["전체 보기", "Whole day"], zoomHint: ["끌어서 확대, 두 번 눌러 전체", "drag to zoom, double-click for all"],
  noEvents: ["이 종목의 기록이 없습니다.", "Nothing happened to this code."], unknownCode: ["지켜보는 종목이 아닙니다.", "This code is not watched."],
  chooseDay: ["날과 시각을 고르면 모든 화면이 그때로 돌아갑니다.", "Choose a day and a moment: every page goes back to it."], goThere: ["이 시점으로", "Go there"], live: ["실시간", "Live"], backToLive: ["실시간으로", "Back to live"],
  viewing: ["지난 시점을 보는 중", "Looking at a past moment"], kind_db: ["기록 그대로", "as written"], kind_sealed: ["봉인됨", "sealed"], kind_decisions: ["결정만 남음", "decisions only"],
  whatIf: ["설정을 바꿨다면", "What if"], whatIfHint: ["그날의 입력을 두 설정으로 다시 돌려 알림을 견줍니다. 빈 칸은 그날 그대로입니다.", "Runs the day's inputs under two settings and compares their alerts. Blank is as it was."],
  settingA: ["설정 가", "Setting A"], settingB: ["설정 나", "Setting B"], asItWas: ["그날 그대로", "as it was"], thresholdPercent: ["이격도 기준 %", "threshold %"], maDays: ["이동평균 일수", "average, days"], cooldown: ["재알림 간격 초", "cooldown, s"],
  compare: ["견주기", "Compare"], working: ["계산 중", "Working"], onlyHere: ["여기만", "only here"], common: ["같음", "in both"], noDays: ["기록된 날이 없습니다.", "No day is recorded yet."],
  search: ["종목 찾기", "Find a code"], language: ["English", "한국어"], theme: ["밝기 바꾸기", "Switch light and dark"], reconnecting: ["서버와 끊김, 다시 잇는 중", "No answer, trying again"], problem: ["기록을 읽을 수 없음", "The log cannot be read"],
  noLog: ["아직 기록이 없습니다. 데몬이 시작되면 여기에 나타납니다.", "There is no log yet. It shows here once the daemon runs."], partial: ["이 날은 결정만 남아 순위와 가격은 볼 수 없습니다.", "Only decisions of this day are kept: no ranking, no prices."],
  requested: ["요청함", "requested"], releasing: ["해지 중", "releasing"], refused: ["KIS 거절", "refused"], waiting: ["대기", "waiting"], all: ["전체", "All"], back: ["← 현황", "← Now"],
};

const REASONS = [
  [/^no daemon is running$/, () => "데몬이 실행 중이 아닙니다"],
  [/^the daemon has not said a word for (\d+) s$/, (n) => `데몬이 ${n}초째 말이 없습니다`],
  [/^link is (\w+)(?:: (.*))?$/, (state, why) => `링크 ${WORDS[state] ? WORDS[state][0] : state}${why ? `: ${why}` : ""}`],
  [/^the last scan was not complete$/, () => "마지막 스캔이 다 끝나지 않았습니다"],
  [/^no scan since (.*)$/, (at) => `${at} 뒤로 스캔이 없습니다`],
  [/^no code is subscribed$/, () => "구독된 종목이 없습니다"],
  [/^KIS refused (\d+) subscriptions$/, (n) => `KIS가 구독 ${n}건을 거절했습니다`],
  [/^degraded mode: /, () => "저하 모드: 보던 종목을 실시간 대신 스캔합니다"],
  [/^processing lags: following (\d+) codes only$/, (n) => `처리가 밀려 ${n}종목만 봅니다`],
  [/^safe mode: scans fail$/, () => "안전 모드: 스캔이 실패합니다"],
  [/^stale streams: (.*)$/, (codes) => `조용한 실시간: ${codes}`],
  [/^(\d+) frames dropped$/, (n) => `프레임 ${n}개를 버렸습니다`],
];

export const EVENTS = {
  SignalRaised: ["신호", "signal"], AlertDecided: ["알림", "alert"], AlertSuppressed: ["알리지 않음", "not told"], AlertHeld: ["묶음 대기", "held for a digest"],
  SubscribeRequested: ["구독 요청", "subscribe asked"], SubscribeConfirmed: ["구독됨", "subscribed"], SubscribeRefused: ["구독 거절", "refused"],
  UnsubscribeRequested: ["해지 요청", "release asked"], UnsubscribeConfirmed: ["해지됨", "released"], StreamStale: ["실시간 조용함", "stream stale"],
  StreamRestored: ["실시간 다시 옴", "stream restored"], StreamGivenUp: ["실시간 포기", "stream given up"], BaselineRequested: ["일봉 요청", "daily bars asked"],
  BaselineLoaded: ["평균 준비됨", "average ready"], BaselineMissing: ["평균 없음", "no average"], TradingInterrupted: ["거래 중단", "interrupted"],
  TradingResumed: ["거래 재개", "resumed"], LinkRenewalWanted: ["링크 새로 원함", "link renewal wanted"], CommandAccepted: ["사람의 명령", "command"],
};

let language = "ko";
try { language = localStorage.getItem("language") === "en" ? "en" : "ko"; } catch { /* Korean then */ }

export const lang = () => language;

export function setLanguage(chosen) {
  language = chosen;
  document.documentElement.lang = chosen;
  try { localStorage.setItem("language", chosen); } catch { /* for this visit only */ }
}

export function t(key, ...values) {
  const word = WORDS[key];
  if (!word) return key;
  return (typeof word === "function" ? word(...values) : word)[language === "ko" ? 0 : 1];
}

export const both = (words) => (words ? words[language] ?? words.en : "");
export const eventName = (type) => (EVENTS[type] ? EVENTS[type][language === "ko" ? 0 : 1] : type);

export function reason(text) {
  if (language === "en") return text;
  for (const [pattern, korean] of REASONS) {
    const found = pattern.exec(text);
    if (found) return korean(...found.slice(1));
  }
  return text;
}

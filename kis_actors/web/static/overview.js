// Now and Near: the first page.
import { h } from "./dom.js";
import { ago, clock, count, direction, distance, duration, hm, percent, secondsOf, won } from "./format.js";
import { spark } from "./spark.js";
import { both, reason, t } from "./words.js";
import { alertItem } from "./alerts.js";

const ALERTS_BESIDE = 12;
const GAUGE_RATIO = 0.05, BACKLOG_SHOWN = 100;

export function overview(picture, isPast) {
  const { now, near, alerts } = picture;
  return [
    h("section", { class: "strip", "aria-label": t("overview") }, health(now, isPast), session(now), scan(now), link(now), mode(now)),
    h("div", { class: "columns" },
      h("section", { class: "near", "aria-labelledby": "near-head" },
        h("h2", { id: "near-head" }, t("near")), nearTable(near, now, picture, isPast)),
      h("section", { class: "beside", "aria-labelledby": "alerts-head" },
        h("h2", { id: "alerts-head" }, h("a", { href: "#/alerts" }, t("alerts")), " ",
          h("span", { class: "quiet" }, t("alertsCount", now.alerts.count), now.alerts.suppressed ? ` · ${t("suppressedCount", now.alerts.suppressed)}` : "")),
        alerts.length ? h("ul", { class: "alert-list" }, alerts.slice(0, ALERTS_BESIDE).map((one) => alertItem(one)))
          : h("p", { class: "empty" }, t(isPast ? "noAlertsThen" : "noAlerts")))),
  ];
}

function cell(name, ...children) {
  return h("div", { class: "cell", id: `cell-${name}` }, h("h3", {}, t(name)), ...children);
}

function health(now, isPast) {
  const [kind, word] = !now.is_running ? ["off", t(isPast ? "wasDown" : "stopped")] : now.healthy ? ["ok", t("healthy")] : ["warn", t("degraded")];
  return cell("health",
    h("p", { class: "big" }, h("span", { class: `dot ${kind}` }), word),
    now.reasons.length ? h("ul", { class: "reasons" }, now.reasons.map((one) => h("li", {}, reason(one))))
      : h("p", { class: "quiet" }, t("averages", count(now.averages.loaded), count(now.averages.codes))),
    now.is_dry_run ? h("p", { class: "tag warn" }, t("dryRun")) : null);
}

function session(now) {
  const { phase, opens, closes } = now.session;
  const at = secondsOf(now.at), from = secondsOf(opens), to = secondsOf(closes);
  const left = phase === "open" ? t("untilClose", duration(to - at, t)) : phase === "before" ? t("untilOpen", duration(from - at, t)) : now.day;
  const done = opens ? Math.min(1, Math.max(0, (at - from) / (to - from))) : 0;
  return cell("session", h("p", { class: "big" }, t(`phase_${phase}`), h("span", { class: "sub" }, clock(now.at))),
    h("p", { class: "quiet" }, opens ? `${hm(opens)}–${hm(closes)} · ${left}` : now.day), meter(done, "plain"));
}

function scan(now) {
  const { last_at, quoted, codes, failed, interval_s, due_at, calls_last_minute, calls_per_minute_max, strip, number } = now.scan;
  const due = due_at && now.session.phase === "open" ? t("due", duration(Math.max(0, secondsOf(due_at) - secondsOf(now.at)), t)) : t("every", interval_s);
  return cell("scan",
    h("p", { class: "big" }, last_at ? t("ago", ago(last_at, now.at, t)) : t("noScan"), h("span", { class: "sub" }, number ? `#${number}` : "")),
    h("p", { class: "quiet" }, [t("quoted", quoted, codes), failed ? t("failedBatches", failed) : null, due].filter(Boolean).join(" · ")),
    h("div", { class: "ticks", "aria-hidden": "true" }, strip.map(([, bad]) => h("i", { class: bad ? "bad" : "good" }))),
    h("p", { class: "quiet small" }, `${t("budget")} ${calls_last_minute} / ${calls_per_minute_max ?? "–"}`),
    calls_per_minute_max ? meter(calls_last_minute / calls_per_minute_max, "budget") : null);
}

function link(now) {
  const { state, reason: why, slots_used, slots_max, frames_per_s, lag_s, lost, dropped, rejected, backlog, slots } = now.link;
  const kind = state === "open" ? "ok" : state === "blocked" ? "bad" : now.session.phase === "open" ? "warn" : "off";
  const states = slots.map((one) => one.state);
  const squares = Array.from({ length: slots_max }, (_, place) => h("i", { class: states[place] || (place < slots_used ? "live" : "free") }));
  return cell("link",
    h("p", { class: "big" }, h("span", { class: `dot ${kind}` }), t(state), h("span", { class: "sub" }, t("slotsOf", slots_used, slots_max))),
    why ? h("p", { class: "quiet small" }, why) : null,
    h("div", { class: "squares", "aria-hidden": "true" }, squares),
    h("p", { class: "quiet" },
      [`${t("frames")} ${frames_per_s === null ? "–" : frames_per_s.toFixed(1)}`, lag_s === null ? null : `${t("lag")} ${Math.max(0, lag_s).toFixed(1)} s`,
        backlog >= BACKLOG_SHOWN ? t("backlog", count(backlog)) : null, lost ? t("lost", lost) : null, dropped ? t("dropped", dropped) : null, rejected ? t("rejected", rejected) : null].filter(Boolean).join(" · ")));
}

function mode(now) {
  const { safe, degraded, slot_limit, reason: why, interval_s, is_enabled } = now.mode;
  const [word, words, kind] = !now.is_running ? [t("noMode"), t("noModeWords"), "off"] : !is_enabled ? [t("disabled"), t("disabledWords"), "off"]
    : safe ? [t("safe"), t("safeWords", now.scan.interval_s), "warn"]
      : degraded ? [t("degradedMode"), t("degradedWords", interval_s), "warn"] : [t("normal"), t("normalWords"), ""];
  return cell("mode", h("p", { class: `big ${kind}` }, word), h("p", { class: "quiet" }, words),
    slot_limit ? h("p", { class: "quiet" }, t("limitWords", slot_limit)) : null, why ? h("p", { class: "quiet small" }, why) : null);
}

function meter(share, kind) {
  const width = (Math.min(1, Math.max(0, share)) * 100).toFixed(1);
  return h("svg", { class: `meter ${kind}${share > 0.9 && kind === "budget" ? " full" : ""}`, viewBox: "0 0 100 3", preserveAspectRatio: "none", "aria-hidden": "true" },
    h("rect", { width: 100, height: 3, class: "rest" }), h("rect", { width, height: 3, class: "done" }));
}

function nearTable(near, now, picture, isPast) {
  if (near === null) {
    const isPartial = isPast && picture.share === undefined;
    return h("p", { class: "empty" }, isPartial ? t("partial") : `${t("reading")} ${Math.round((picture.share || 0) * 100)}%`);
  }
  if (!near.length) return h("p", { class: "empty" }, t("nothingNear"));
  return h("table", { class: "grid near-grid" },
    h("thead", {}, h("tr", {}, h("th", { class: "num" }, "#"), h("th", {}, t("code")), h("th", { class: "num" }, t("price")), h("th", { class: "num" }, t("change")),
      h("th", { class: "day" }, t("day")), h("th", { class: "num" }, t("toGo")), h("th", { class: "rule" }, t("rule")), h("th", {}, t("slot")), h("th", { class: "num" }, t("fresh")))),
    h("tbody", {}, near.map((one) => nearRow(one, now))));
}

function nearRow(one, now) {
  const isBeyond = one.distance !== null && one.distance <= 0;
  return h("tr", { class: isBeyond ? "beyond" : "" },
    h("td", { class: "num rank" }, one.rank),
    h("td", { class: "who" }, h("a", { href: `#/code/${one.code}` }, one.name), h("span", { class: "quiet small" }, ` ${one.code} ${one.market}`),
      one.is_pinned ? h("span", { class: "tag" }, t("pinned")) : null, one.interruption ? h("span", { class: "tag warn" }, t(one.interruption)) : null),
    h("td", { class: "num price" }, won(one.price)),
    h("td", { class: `num change ${direction(one.change)}` }, percent(one.change)),
    h("td", { class: "day" }, spark(one.spark, one.change)),
    h("td", { class: "num togo" }, h("span", {}, isBeyond ? `${distance(Math.abs(one.distance))} ${t("beyond")}` : distance(one.distance)), gauge(one.distance)),
    h("td", { class: "rule" }, both(one.rule)),
    h("td", { class: "slot" }, h("span", { class: `dot ${one.slot === "live" ? (one.is_stale ? "warn" : "ok") : one.slot === "waiting" ? "off" : "warn"}` }),
      one.is_stale ? t("stale") : one.slot === "waiting" ? both(one.place) : both(one.slot_text)),
    h("td", { class: "num seen", title: clock(one.seen_at) }, one.seen_at ? `${ago(one.seen_at, now.at, t)}` : "–", h("span", { class: "quiet small" }, one.source ? ` ${t(one.source === "scan" ? "scanSource" : "trade")}` : "")));
}

// Full when it counts: the nearer, the longer.
function gauge(ratio) {
  const share = ratio === null ? 0 : 1 - Math.min(1, Math.abs(ratio) / GAUGE_RATIO);
  return meter(share, ratio !== null && ratio <= 0 ? "gauge beyond" : "gauge");
}

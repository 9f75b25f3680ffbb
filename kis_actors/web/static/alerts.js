// Alerts: what was told, by which channel, and what the price did since.
import { h } from "./dom.js";
import { clock, direction, percent, won } from "./format.js";
import { both, t } from "./words.js";

export function alertsPage(picture, isPast) {
  const { alerts, now } = picture;
  const head = h("h2", {}, t("alerts"), " ", h("span", { class: "quiet" }, t("alertsCount", now.alerts.count),
    now.alerts.suppressed ? ` · ${t("suppressedCount", now.alerts.suppressed)}` : ""));
  if (!alerts.length) return [head, h("p", { class: "empty" }, t(isPast ? "noAlertsThen" : "noAlerts"))];
  return [head, h("table", { class: "grid alerts-grid" },
    h("thead", {}, h("tr", {}, h("th", {}, t("time")), h("th", {}, t("code")), h("th", {}, t("rule")), h("th", {}, t("measured")),
      h("th", { class: "num" }, t("alertPrice")), h("th", { class: "num" }, t("since")), h("th", { class: "num range" }, t("lowHigh")), h("th", {}, t("deliveries")))),
    h("tbody", {}, alerts.map(row)))];
}

function row(one) {
  return h("tr", { "data-key": one.alert_id },
    h("td", { class: "time" }, clock(one.observed_at)),
    h("td", { class: "who" }, h("a", { href: `#/code/${one.code}` }, one.name), h("span", { class: "quiet small" }, ` ${one.code}`)),
    h("td", {}, both(one.rule)), h("td", { class: "value" }, both(one.measured)), h("td", { class: "num" }, won(one.price)),
    h("td", { class: `num ${direction(one.since?.now)}` }, percent(one.since?.now)),
    h("td", { class: "num range quiet" }, one.since ? `${percent(one.since.low)} / ${percent(one.since.high)}` : "–"),
    h("td", {}, deliveries(one.deliveries)));
}

export function alertItem(one) {
  return h("li", { "data-key": one.alert_id },
    h("div", { class: "line" }, h("span", { class: "time" }, clock(one.observed_at)), h("a", { href: `#/code/${one.code}` }, one.name),
      h("span", { class: `num since ${direction(one.since?.now)}`, title: t("since") }, one.since ? percent(one.since.now) : "")),
    h("div", { class: "quiet small" }, both(one.rule), " ", both(one.measured)),
    h("div", { class: "small" }, deliveries(one.deliveries)));
}

function deliveries(all) {
  if (!all.length) return h("span", { class: "quiet" }, t("noChannel"));
  return all.map((one) => h("span", { class: `delivery ${one.status}`, title: clock(one.at) },
    `${one.channel} ${t(one.status)}`, one.attempts > 1 ? ` (${t("attempts", one.attempts)})` : ""));
}

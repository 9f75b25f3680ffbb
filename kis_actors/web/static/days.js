// Past days: a day, a moment of it, and what other settings would have made of it.
import { h } from "./dom.js";
import { ask, Failed, post } from "./api.js";
import { clock, megabytes, secondsOf, won } from "./format.js";
import { both, t } from "./words.js";

const OPEN_S = 8 * 3600 + 30 * 60, CLOSE_S = 18 * 3600;
const FIELDS = [
  ["thresholdPercent", "monitor.signal.disparity_threshold", (text) => Number(text) / 100, { min: -90, max: 90, step: 0.1 }],
  ["maDays", "monitor.signal.ma_days", Number, { min: 2, max: 250, step: 1 }],
  ["cooldown", "monitor.alert_cooldown_sec", Number, { min: 0, max: 86400, step: 1 }],
];

export class DaysPage {
  constructor(redraw, go) {
    Object.assign(this, { redraw, go, days: null, day: null, outcome: null, share: null, error: "", isClosed: false });
    this.load();
  }

  close() { this.isClosed = true; }

  async load() {
    try {
      this.days = await ask("/api/days");
      this.choose(this.day ?? this.days[0]?.day);
    } catch (problem) {
      if (!(problem instanceof Failed)) throw problem;
      this.error = problem.message;
    }
    this.redraw();
  }

  choose(day) {
    if (day !== this.day) Object.assign(this, { day, outcome: null, share: null, error: "" });
    this.redraw();
  }

  view() {
    if (!this.days) return h("p", { class: "empty" }, this.error || t("reading"));
    if (!this.days.length) return h("p", { class: "empty" }, t("noDays"));
    const chosen = this.days.find((one) => one.day === this.day);
    return [h("h2", {}, t("days")), h("p", { class: "quiet" }, t("chooseDay")),
      h("div", { class: "columns days" },
        h("ul", { class: "day-list" }, this.days.map((one) => h("li", {}, h("button", {
          type: "button", class: one.day === this.day ? "chosen" : "", "data-day": one.day, onclick: (event) => this.choose(event.currentTarget.dataset.day),
        }, h("span", {}, one.day), h("span", { class: "quiet small" }, `${t(`kind_${one.kind}`)} · ${megabytes(one.bytes)}`))))),
        chosen ? h("div", {}, this.travel(chosen), chosen.kind === "decisions" ? null : this.whatIf()) : null)];
  }

  travel() {
    return h("form", { class: "travel", onsubmit: (event) => { event.preventDefault(); this.go(this.day, event.currentTarget.elements.at.value); } },
      h("label", {}, t("time"), " ", h("input", { type: "time", name: "at", step: 1, value: "10:00:00", required: true, "data-still": true })),
      h("button", { type: "submit", class: "primary", id: "go" }, t("goThere")));
  }

  whatIf() {
    return h("section", { class: "what-if" }, h("h2", {}, t("whatIf")), h("p", { class: "quiet" }, t("whatIfHint")),
      h("form", { id: "what-if", onsubmit: (event) => { event.preventDefault(); this.compare(new FormData(event.currentTarget)); } },
        ["settingA", "settingB"].map((name) => h("fieldset", {}, h("legend", {}, t(name)),
          FIELDS.map(([word, key, , limits]) => h("label", {}, t(word), h("input", { type: "number", name: `${name}.${key}`, placeholder: t("asItWas"), "data-still": true, ...limits }))))),
        h("button", { type: "submit", class: "primary", disabled: this.share !== null }, t("compare"))),
      this.error ? h("p", { class: "empty", role: "alert" }, this.error) : null,
      this.share === null ? null : h("p", { class: "empty" }, h("progress", { max: 1, value: this.share }), ` ${t("working")} ${Math.round(this.share * 100)}%`),
      this.outcome ? rows(this.outcome) : null);
  }

  async compare(form) {
    const settings = ["settingA", "settingB"].map((name) => FIELDS
      .map(([, key, read]) => [key, form.get(`${name}.${key}`), read]).filter(([, text]) => text !== "" && text !== null)
      .map(([key, text, read]) => `${key}=${Number(read(text).toFixed(6))}`));
    const { day } = this, isWanted = () => !this.isClosed && this.day === day;
    Object.assign(this, { error: "", outcome: null, share: 0 });
    this.redraw();
    try {
      this.outcome = await post("/api/what-if", { day, settings }, (share) => { this.share = share; if (isWanted()) this.redraw(); }, isWanted);
    } catch (problem) {
      if (!(problem instanceof Failed)) throw problem;
      this.error = problem.message;
    }
    this.share = null;
    if (!this.isClosed) this.redraw();
  }
}

function rows(outcome) {
  const letters = ["settingA", "settingB"];
  return h("div", { class: "rows" },
    outcome.rows.map((one, place) => h("div", { class: "marks-row" },
      h("div", { class: "marks-head" }, h("b", {}, t(letters[place])), h("span", { class: "quiet small" }, ` ${one.settings.join(", ") || t("asItWas")} · ${t("alertsCount", one.alerts.length)}`)),
      marks(one.alerts))),
    axis(),
    h("div", { class: "columns even" }, outcome.rows.map((one, place) => h("section", {}, h("h3", {}, t(letters[place])),
      h("ul", { class: "alert-list" }, one.alerts.map((alert) => h("li", { class: alert.is_common ? "" : "only" },
        h("div", { class: "line" }, h("span", { class: "time" }, clock(alert.at)), h("a", { href: `#/code/${alert.code}` }, alert.name), h("span", { class: "num" }, won(alert.price))),
        h("div", { class: "quiet small" }, both(alert.rule), " ", both(alert.measured), " ", h("span", { class: "tag" }, t(alert.is_common ? "common" : "onlyHere"))))))))));
}

function marks(alerts) {
  return h("svg", { class: "marks", viewBox: "0 0 1000 26", preserveAspectRatio: "none" }, h("line", { x1: 0, x2: 1000, y1: 13, y2: 13 }),
    alerts.map((one) => h("rect", { x: (place(one.at) * 1000 - 1.5).toFixed(1), y: 3, width: 3, height: 20, class: one.is_common ? "common" : "only" }, h("title", {}, `${clock(one.at)} ${one.name}`))));
}

function axis() {
  const hours = Array.from({ length: 20 }, (_, half) => OPEN_S + half * 1800).filter((second) => second % 3600 === 0).map((second) => second / 3600);
  return h("div", { class: "marks-axis quiet small", "aria-hidden": "true" }, hours.map((hour) => h("span", {}, `${hour}`)));
}

function place(at) {
  const seconds = (secondsOf(at) + 9 * 3600) % 86400;
  return (seconds - OPEN_S) / (CLOSE_S - OPEN_S);
}

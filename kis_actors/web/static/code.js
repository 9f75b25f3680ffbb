// One code: its day, why or why not, and what happened to it.
import { h } from "./dom.js";
import { ask, Failed } from "./api.js";
import { Chart } from "./chart.js";
import { clock, direction, distance, hm, percent, won } from "./format.js";
import { both, eventName, t } from "./words.js";

const AGAIN_MS = 2500;
const SAID_SHOWN = ["rule", "reason", "value", "threshold", "price_won", "kind", "link"];

export class CodePage {
  constructor(code, past, day, redraw) {
    Object.assign(this, { code, past, day, redraw, page: null, error: "", share: 0, fineShare: 1, columns: [[], [], [], []], isClosed: false });
    this.holder = h("div", { class: "chart", "data-still": true, "data-key": `chart-${code}` });
    this.chart = new Chart(this.holder);
    this.load();
  }

  close() {
    this.isClosed = true;
    clearTimeout(this.timer);
    this.chart.destroy();
  }

  async load() {
    const isWanted = () => !this.isClosed;
    const at = this.past ? { day: this.past.day, at: this.past.at } : {};
    try {
      const page = await ask("/api/code", { code: this.code, ...at }, (share) => { this.share = share; this.redraw(); }, isWanted);
      if (this.isClosed) return;
      this.error = "";
      if (page) await this.show(page, at);
    } catch (problem) {
      if (!(problem instanceof Failed)) throw problem;
      this.error = problem.message;
    }
    if (this.isClosed) return;
    this.redraw();
    if (!this.past || this.fineShare < 1) this.timer = setTimeout(() => this.load(), this.fineShare < 1 ? 500 : AGAIN_MS);
  }

  async show(page, at) {
    const isFirst = this.page === null;
    this.page = page;
    this.redraw();
    this.chart.draw(page, this.columns);
    if (isFirst) this.chart.resize();
    const fine = await ask("/api/chart", { code: this.code, day: this.past?.day ?? this.day(), at: at.at });
    if (this.isClosed || !fine) return;
    this.fineShare = fine.share;
    this.columns = fine.columns;
    this.chart.draw(page, this.columns);
  }

  view() {
    if (this.error && !this.page) return [back(), h("p", { class: "empty" }, /watched/.test(this.error) ? t("unknownCode") : this.error)];
    if (!this.page) return [back(), h("p", { class: "empty" }, this.past ? `${t("rebuilding")} ${Math.round(this.share * 100)}%` : t("reading"))];
    const { why, levels, place } = this.page;
    return [back(),
      h("div", { class: "code-head" },
        h("h1", {}, why.name, " ", h("span", { class: "quiet" }, `${why.code} ${why.market}`)),
        h("p", { class: "big" }, h("span", { class: "price num" }, won(why.price)), " ", h("span", { class: `num ${direction(why.change)}` }, percent(why.change)),
          h("span", { class: "sub" }, why.seen_at ? `${clock(why.seen_at)} ${t(why.source === "scan" ? "scanSource" : "trade")}` : "")),
        h("p", { class: "quiet" }, [why.rank ? t("rank", why.rank) : t("unranked"), why.live ? t("subscribed") : both(why.slot_text) || both(place)].filter(Boolean).join(" · "))),
      h("figure", { class: "chart-box" }, this.holder.isConnected ? h("div", { class: "chart", "data-still": true, "data-key": `chart-${this.code}` }) : this.holder,
        h("figcaption", { class: "quiet small" }, legend("average", t("average"), won(levels.average_won)), legend("threshold", t("threshold"), won(levels.threshold_won)),
          legend("live", t("subscribed")), legend("alert", t("alertMark")), h("span", { class: this.fineShare < 1 ? "hint" : "hint zoom" }, this.fineShare < 1 ? t("finer", Math.round(this.fineShare * 100)) : t("zoomHint")))),
      h("div", { class: "columns even" },
        h("section", {}, h("h2", {}, t("why")), rules(why), gates(why.gates)),
        h("section", {}, h("h2", {}, t("events")), events(this.page.events)))];
  }
}

function back() {
  return h("p", { class: "back" }, h("a", { href: "#/" }, t("back")));
}

function legend(kind, label, value) {
  return h("span", { class: `key ${kind}` }, h("i"), label, value ? ` ${value}` : "");
}

function rules(why) {
  const shown = (value) => (value === null ? "–" : Math.abs(value) < 1 ? percent(value) : value.toLocaleString("en-US"));
  return h("table", { class: "grid" },
    h("thead", {}, h("tr", {}, h("th", {}, t("rule")), h("th", { class: "num" }, t("value")), h("th", { class: "num" }, t("threshold")), h("th", { class: "num" }, t("toGo")), h("th", {}, t("verdict")))),
    h("tbody", {}, why.rules.map((one) => h("tr", { class: ["holding", "told"].includes(one.verdict) ? "beyond" : "" },
      h("td", {}, both(one.label)), h("td", { class: "num" }, shown(one.value)), h("td", { class: "num" }, shown(one.threshold)),
      h("td", { class: "num" }, one.distance === null ? "–" : one.distance > 0 ? distance(one.distance) : t("beyond")), h("td", {}, both(one.said))))));
}

function gates(of) {
  const shut = [of.session ? null : t("gateNoSession"), of.safe_mode ? t("gateSafe") : null, of.interruption ? `${t("gateInterrupted")}: ${of.interruption}` : null,
    of.quiet ? `${t("gateQuiet")}: ${of.quiet}` : null, ...of.cooldowns.map((one) => t("cooling", one.rule, hm(one.until)))].filter(Boolean);
  return h("p", { class: "gates" }, h("b", {}, t("gates")), " ", shut.length ? shut.map((one) => h("span", { class: "tag warn" }, one)) : h("span", { class: "quiet" }, t("gateOpen")));
}

function events(all) {
  if (!all.length) return h("p", { class: "empty" }, t("noEvents"));
  return h("ol", { class: "events" }, all.map((one) => h("li", { "data-key": one.seq },
    h("span", { class: "time" }, clock(one.at)), h("span", { class: `what ${one.type}` }, eventName(one.type)), h("span", { class: "quiet said" }, said(one.said)))));
}

function said(of) {
  return SAID_SHOWN.filter((key) => key in of).map((key) => {
    if (key === "price_won") return won(of[key]);
    if (key === "value" || key === "threshold") return Math.abs(of[key]) < 1 ? percent(of[key]) : of[key];
    return key === "link" ? `link ${of[key]}` : of[key];
  }).join(" · ");
}

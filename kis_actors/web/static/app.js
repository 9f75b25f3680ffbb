// The page: which part is shown, of which moment, in which language. The address after # says it all.
import { h, show } from "./dom.js";
import { ask, follow } from "./api.js";
import { alertsPage } from "./alerts.js";
import { CodePage } from "./code.js";
import { DaysPage } from "./days.js";
import { clock } from "./format.js";
import { overview } from "./overview.js";
import { lang, setLanguage, t } from "./words.js";

const TABS = [["overview", "#/"], ["alerts", "#/alerts"], ["days", "#/days"]];
const RANGE = [8 * 3600 + 30 * 60, 20 * 3600];
const STEPS = [["−10m", -600], ["−1m", -60], ["+1m", 60], ["+10m", 600]];
const state = { live: null, past: null, pastPicture: null, share: 0, problem: "", isHeard: true, page: null };
const top_ = document.getElementById("top"), bar = document.getElementById("past"), main = document.getElementById("main");

const route = () => location.hash.replace(/^#/, "").split("/").filter(Boolean);
const picture = () => (state.past ? state.pastPicture : state.live);

function redraw() {
  show(top_, head());
  show(bar, state.past ? pastBar() : null);
  show(main, h("div", { class: `page ${route()[0] || "overview"}`, "data-key": `${route().join("/")} ${state.past?.day ?? ""}` }, body()));
  document.documentElement.classList.toggle("is-past", Boolean(state.past));
  const now = picture()?.now;
  document.title = now ? `${now.is_running ? (now.healthy ? "●" : "▲") : "○"} ${clock(now.at)} kis-actors` : "kis-actors";
}

function body() {
  if (state.page) return state.page.view();
  if (state.past && state.problem) return h("p", { class: "empty", role: "alert" }, state.problem);
  const shown = picture();
  if (!shown) return h("p", { class: "empty" }, state.past ? [h("progress", { max: 1, value: state.share }), ` ${t("rebuilding")} ${Math.round(state.share * 100)}%`] : t("reading"));
  if (!shown.now) return h("p", { class: "empty" }, shown.problem ? `${t("problem")}: ${shown.problem}` : t("noLog"));
  const problem = shown.problem ? h("p", { class: "empty", role: "alert" }, `${t("problem")}: ${shown.problem}`) : null;
  return [problem, route()[0] === "alerts" ? alertsPage(shown, Boolean(state.past)) : overview(shown, Boolean(state.past))];
}

function head() {
  const now = picture()?.now, here = route()[0] ?? "";
  const kind = !now?.is_running ? "off" : now.healthy ? "ok" : "warn";
  return [
    h("a", { class: "brand", href: "#/" }, h("span", { class: `dot ${kind}` }), "kis-actors"),
    h("nav", {}, TABS.map(([word, href]) => h("a", { href, class: href === `#/${here}` || (here === "code" && word === "overview") ? "here" : "" }, t(word)))),
    h("input", { id: "search", type: "search", list: "codes", placeholder: t("search"), "aria-label": t("search"), "data-still": true, "data-key": `search-${lang()}`, onchange: find }),
    codes(),
    state.isHeard ? h("span", { class: "clock num" }, now ? clock(now.at) : "") : h("span", { class: "clock warn" }, t("reconnecting")),
    h("button", { type: "button", id: "language", onclick: () => { setLanguage(lang() === "ko" ? "en" : "ko"); state.page?.chart?.renew(); redraw(); } }, t("language")),
    h("button", { type: "button", id: "theme", title: t("theme"), "aria-label": t("theme"), onclick: switchTheme }, "◐"),
  ];
}

let named = null, list = h("datalist", { id: "codes", "data-still": true });
function codes() {
  const names = picture()?.names ?? {};
  const key = Object.keys(names).length;
  if (named !== key && key) {
    named = key;
    const fresh = Object.entries(names).map(([code, name]) => h("option", { value: `${name} ${code}` }));
    (document.getElementById("codes") ?? list).replaceChildren(...fresh);
    if (!document.getElementById("codes")) return list;
  }
  return document.getElementById("codes") ? h("datalist", { id: "codes", "data-still": true }) : list;
}

function find(event) {
  const asked = event.currentTarget.value.trim(), names = picture()?.names ?? {};
  const code = Object.keys(names).find((one) => asked.toUpperCase().endsWith(one)) ?? Object.keys(names).find((one) => names[one].toUpperCase().startsWith(asked.toUpperCase()));
  if (asked && code) { location.hash = `#/code/${code}`; event.currentTarget.value = ""; event.currentTarget.blur(); }
}

function pastBar() {
  const { day, at } = state.past, [from, to] = RANGE;
  const [hours, minutes, seconds] = at.split(":").map(Number);
  return h("div", { class: "past-bar" },
    h("span", {}, h("b", {}, `${day} ${at}`), " ", h("span", { class: "hint" }, t("viewing"))),
    STEPS.map(([label, by]) => h("button", { type: "button", "data-by": by, onclick: (event) => travel(state.past.day, shifted(state.past.at, Number(event.currentTarget.dataset.by))) }, label)),
    h("input", { type: "range", id: "moment", min: from, max: to, step: 10, value: hours * 3600 + minutes * 60 + (seconds || 0), "aria-label": t("time"), "data-key": at, "data-still": true,
      onchange: (event) => travel(state.past.day, timeText(Number(event.currentTarget.value))) }),
    h("button", { type: "button", id: "back-to-live", class: "primary", onclick: () => travel(null) }, t("backToLive")));
}

const timeText = (second) => [second / 3600, (second / 60) % 60, second % 60].map((part) => String(Math.floor(part)).padStart(2, "0")).join(":");
const shifted = (at, by) => {
  const [hours, minutes, seconds] = at.split(":").map(Number);
  return timeText(Math.min(RANGE[1], Math.max(RANGE[0], hours * 3600 + minutes * 60 + (seconds || 0) + by)));
};

async function travel(day, at) {
  const past = day ? { day, at } : null;
  Object.assign(state, { past, share: 0, problem: "", pastPicture: past && state.past?.day === day ? state.pastPicture : null });
  if (route()[0] === "days" && past) { location.hash = "#/"; }
  open();
  if (!past) return;
  try {
    const found = await ask("/api/picture", past, (share) => { state.share = share; if (state.past === past) redraw(); }, () => state.past === past);
    if (state.past === past) state.pastPicture = found;
  } catch (problem) {
    if (state.past === past) state.problem = problem.message;
  }
  if (state.past === past) redraw();
}

function open() {
  state.page?.close();
  const [name, code] = route();
  state.page = name === "code" ? new CodePage(code, state.past, () => state.live?.now?.day ?? "", redraw) : name === "days" ? new DaysPage(redraw, travel) : null;
  redraw();
}

function switchTheme() {
  const root = document.documentElement;
  const isDark = root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
  root.dataset.theme = isDark ? "light" : "dark";
  try { localStorage.setItem("theme", root.dataset.theme); } catch { /* for this visit only */ }
  state.page?.chart?.renew();
}

setLanguage(lang());
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => state.page?.chart?.renew());
addEventListener("hashchange", () => { open(); scrollTo(0, 0); });
open();
follow(
  (fresh) => { state.live = fresh; if (!state.past && !(state.page instanceof DaysPage)) redraw(); else if (!state.past) show(top_, head()); },
  (isHeard) => { if (isHeard !== state.isHeard) { state.isHeard = isHeard; redraw(); } },
);

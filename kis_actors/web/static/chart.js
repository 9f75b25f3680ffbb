// The day of one code: its trades as a line with their range, the levels of the main rule, what was streamed, and alerts.
import uPlot from "./uplot/uPlot.js";
import { secondsOf, timeOfDay, won } from "./format.js";
import { t } from "./words.js";

const HEIGHT = 340, HEIGHT_NARROW = 260, NARROW = 600;
const COARSE_S = 180, COARSE_AT_S = 120;
const STRIP = 6, FIRST_S = 1800;

export class Chart {
  constructor(parent) {
    this.parent = parent;
    this.isZoomed = false;
    this.watch = new ResizeObserver(() => this.resize());
    this.watch.observe(parent);
  }

  draw(page, columns) {
    const data = merged(page, columns);
    this.page = page;
    if (!this.plot) {
      this.plot = new uPlot(this.options(page), data, this.parent);
    } else {
      this.plot.setData(data, !this.isZoomed);
    }
    this.parent.classList.toggle("is-empty", !data[0].length);
  }

  // Other colours or words: everything is drawn anew.
  renew() {
    const { plot } = this;
    if (!plot) return;
    const data = plot.data;
    plot.destroy();
    this.plot = new uPlot(this.options(this.page), data, this.parent);
  }

  resize() {
    const { clientWidth: width } = this.parent;
    if (this.plot && width && width !== this.plot.width) this.plot.setSize({ width, height: heightFor(width) });
  }

  destroy() {
    this.watch.disconnect();
    this.plot?.destroy();
  }

  options() {
    const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
    const probe = resolved(["ink", "muted", "hairline", "accent", "band", "threshold", "average", "live", "alert"], colour, this.parent);
    const width = this.parent.clientWidth || 600;
    const axis = { stroke: probe.muted, grid: { stroke: probe.hairline, width: 1 }, ticks: { show: false }, font: "12px system-ui, sans-serif" };
    const value = (_, price) => (price ? won(price) : "–");
    return {
      width, height: heightFor(width), cursor: { drag: { x: true, y: false }, points: { size: 6 } }, legend: { live: true },
      scales: { x: { time: true, range: (_, from, to) => this.span(from, to) }, y: { range: (_, low, high) => padded(low, high) } },
      axes: [{ ...axis, values: (_, splits, __, ___, step) => splits.map((at) => timeOfDay(at).slice(0, step < 60 ? 8 : 5)), space: 64 },
        { ...axis, side: 1, size: 68, values: (_, splits) => splits.map(won) }],
      series: [
        { label: t("time"), value: (_, at) => (at ? timeOfDay(at) : "–") },
        { label: t("low"), stroke: "transparent", width: 0, points: { show: false }, value },
        { label: t("high"), stroke: "transparent", width: 0, points: { show: false }, value },
        { label: t("line"), stroke: probe.ink, width: 1.4, points: { show: false }, value, spanGaps: true },
        { label: t("average"), stroke: probe.average, width: 1, dash: [5, 4], points: { show: false }, value },
        { label: t("threshold"), stroke: probe.threshold, width: 1.2, points: { show: false }, value },
      ],
      bands: [{ series: [2, 1], fill: probe.band }],
      hooks: {
        draw: [(plot) => this.overlay(plot, probe)],
        setSelect: [() => { this.isZoomed = true; }],
        ready: [(plot) => plot.over.addEventListener("dblclick", () => { this.isZoomed = false; })],
      },
    };
  }

  // From the open on, with room to go on into until the close: the first hour of a day fills the picture too.
  span(from, to) {
    const session = this.page.session;
    if (this.isZoomed || !session) return from === to ? [from - 300, to + 300] : [from, to];
    const opens = Math.min(from ?? Infinity, secondsOf(session.opens)), closes = Math.max(to ?? 0, secondsOf(session.closes));
    const filled = Math.max((to ?? opens) - opens, FIRST_S);
    return [opens, Math.min(closes, opens + filled * 1.15)];
  }

  overlay(plot, colours) {
    const { ctx, bbox } = plot, ratio = devicePixelRatio;
    const x = (at) => plot.valToPos(at, "x", true);
    const clip = (value) => Math.min(bbox.left + bbox.width, Math.max(bbox.left, value));
    ctx.save();
    ctx.fillStyle = colours.live;
    for (const span of this.page.spans) {
      const from = clip(x(secondsOf(span.since))), to = clip(x(secondsOf(span.until)));
      ctx.fillRect(from, bbox.top + bbox.height - STRIP * ratio, Math.max(ratio, to - from), STRIP * ratio);
    }
    ctx.strokeStyle = ctx.fillStyle = colours.alert;
    ctx.lineWidth = ratio;
    for (const mark of this.page.marks) {
      const at = x(secondsOf(mark.at)), y = plot.valToPos(mark.price, "y", true);
      if (at < bbox.left || at > bbox.left + bbox.width) continue;
      ctx.setLineDash([2 * ratio, 3 * ratio]);
      ctx.beginPath(); ctx.moveTo(at, bbox.top); ctx.lineTo(at, bbox.top + bbox.height); ctx.stroke();
      ctx.beginPath(); ctx.arc(at, y, 4 * ratio, 0, 2 * Math.PI); ctx.fill();
    }
    ctx.restore();
  }
}

function heightFor(width) {
  return width < NARROW ? HEIGHT_NARROW : HEIGHT;
}

function padded(low, high) {
  if (low === null || high === null) return [0, 1];
  const room = (high - low || high * 0.01) * 0.08;
  return [low - room, high + room];
}

// light-dark() and the like, as the colours they come to.
function resolved(names, colour, parent) {
  const probe = document.createElement("i");
  parent.append(probe);
  const found = Object.fromEntries(names.map((name) => {
    probe.style.color = colour(name);
    return [name, getComputedStyle(probe).color];
  }));
  probe.remove();
  return found;
}

// Trades where they were streamed; elsewhere the scans, of which a point stands for three minutes.
function merged(page, [at, low, high, last]) {
  const rows = at.map((second, place) => [second, low[place], high[place], last[place]]);
  const covered = new Set(at.map((second) => Math.floor(second / COARSE_S)));
  const end = page.line.length ? page.line.at(-1)[0] : 0;
  page.line.forEach(([second, price], place) => {
    const isLast = place === page.line.length - 1;
    if (covered.has(Math.floor(second / COARSE_S)) && !isLast) return;
    const shown = isLast ? second : Math.min(second + COARSE_AT_S, end);
    rows.push([shown, price, price, price]);
  });
  rows.sort((one, other) => one[0] - other[0]);
  const apart = rows.filter((row, place) => place === 0 || row[0] > rows[place - 1][0]);
  const column = (place) => apart.map((row) => row[place]);
  const { average_won, threshold_won } = page.levels;
  return [column(0), column(1), column(2), column(3), apart.map(() => average_won), apart.map(() => threshold_won)];
}

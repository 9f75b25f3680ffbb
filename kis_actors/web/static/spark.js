// A day in 96 by 24 pixels.
import { h } from "./dom.js";

const WIDTH = 96, HEIGHT = 24, MARGIN = 2;

export function spark(prices, change) {
  if (!prices || prices.length < 2) return h("svg", { class: "spark", viewBox: `0 0 ${WIDTH} ${HEIGHT}`, "aria-hidden": "true" });
  const low = Math.min(...prices), range = Math.max(...prices) - low || 1;
  const x = (place) => (MARGIN + (place * (WIDTH - 2 * MARGIN)) / (prices.length - 1)).toFixed(1);
  const y = (price) => (HEIGHT - MARGIN - ((price - low) * (HEIGHT - 2 * MARGIN)) / range).toFixed(1);
  const points = prices.map((price, place) => `${x(place)},${y(price)}`).join(" ");
  const direction = change > 0 ? "up" : change < 0 ? "down" : "flat";
  return h("svg", { class: `spark ${direction}`, viewBox: `0 0 ${WIDTH} ${HEIGHT}`, "aria-hidden": "true" },
    h("polyline", { points, fill: "none" }),
    h("circle", { cx: x(prices.length - 1), cy: y(prices.at(-1)), r: 1.8 }));
}

// How numbers and instants are written. Instants come as KST text, so their digits are taken as they are.

const NONE = "–";

export const won = (value) => (value || value === 0 ? Math.round(value).toLocaleString("en-US") : NONE);
export const count = (value) => (value || value === 0 ? value.toLocaleString("en-US") : NONE);

export function percent(ratio, digits = 2) {
  if (ratio === null || ratio === undefined) return NONE;
  const text = (ratio * 100).toFixed(digits);
  return `${ratio > 0 ? "+" : ""}${text}%`;
}

export const distance = (ratio) => (ratio === null || ratio === undefined ? NONE : `${(ratio * 100).toFixed(2)}%p`);
export const clock = (at) => (at ? at.slice(11, 19) : NONE);
export const hm = (at) => (at ? at.slice(11, 16) : NONE);
export const secondsOf = (at) => Date.parse(at) / 1000;
export const direction = (value) => (value > 0 ? "up" : value < 0 ? "down" : "flat");

export function ago(at, now, t) {
  if (!at || !now) return NONE;
  return duration(Math.max(0, secondsOf(now) - secondsOf(at)), t);
}

export function duration(seconds, t) {
  if (seconds < 60) return t("seconds", Math.floor(seconds));
  if (seconds < 3600) return t("minutes", Math.floor(seconds / 60));
  return t("hours", Math.floor(seconds / 3600), Math.floor((seconds % 3600) / 60));
}

export function timeOfDay(seconds) {
  const shown = new Date((seconds + 9 * 3600) * 1000).toISOString();
  return shown.slice(11, 19);
}

export function megabytes(bytes) {
  return `${(bytes / 1e6).toFixed(bytes < 1e7 ? 1 : 0)} MB`;
}

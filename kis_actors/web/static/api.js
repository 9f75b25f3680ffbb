// Asks the server; what takes long tells how far it is. The stream is opened again by the browser itself.

import { t } from "./words.js";

const POLL_MS = 300;

export class Failed extends Error {}

export async function ask(path, parameters = {}, progress = () => {}, isWanted = () => true) {
  const query = new URLSearchParams(Object.entries(parameters).filter(([, value]) => value));
  return repeated(() => fetch(`${path}?${query}`), progress, isWanted);
}

export async function post(path, body, progress = () => {}, isWanted = () => true) {
  const options = { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) };
  return repeated(() => fetch(path, options), progress, isWanted);
}

async function repeated(request, progress, isWanted) {
  while (isWanted()) {
    const response = await request().catch(() => { throw new Failed(t("reconnecting")); });
    const answer = await response.json().catch(() => ({}));
    if (response.status === 202) {
      progress(answer.share);
      await new Promise((done) => setTimeout(done, POLL_MS));
    } else if (response.ok) {
      return answer;
    } else {
      throw new Failed(answer.error || `HTTP ${response.status}`);
    }
  }
  return null;
}

export function follow(onPicture, onState) {
  const source = new EventSource("/api/live");
  source.onmessage = (event) => { onState(true); onPicture(JSON.parse(event.data)); };
  source.onerror = () => onState(false);
  return source;
}

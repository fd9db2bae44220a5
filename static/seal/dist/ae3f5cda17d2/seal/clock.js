// Counts down by the server's clock. The browser's own clock is never asked what time it is.

import { announce, byId, part, say } from "./page.js";

const ANNOUNCED = [[600, "clock.ten"], [60, "clock.one"]];
const DRIFT_MS = 2_000;

export class Clock {
  /** `serverNow` is the moment the server rendered the page; the answer's first byte left it then at the latest. */
  constructor(serverNow, closesAt, onClosed) {
    const navigation = performance.getEntriesByType("navigation")[0];
    this.base = Date.parse(serverNow) - (navigation?.responseStart ?? 0);
    this.closes = Date.parse(closesAt);
    this.onClosed = onClosed;
    this.before = this.left();
    this.tick();
    this.timer = setInterval(() => this.tick(), 250);
  }

  /** Milliseconds until closing. */
  left() {
    return this.closes - (this.base + performance.now());
  }

  get isClosed() {
    return this.left() <= 0;
  }

  /** Correct a clock that stood still while the computer slept, by the Date header of an answer (whole seconds). */
  correct(date) {
    const server = Date.parse(date ?? "");
    if (Number.isNaN(server)) return;
    const ours = this.base + performance.now();
    if (server - ours > DRIFT_MS) this.base += server - ours;
  }

  tick() {
    const left = this.left();
    const seconds = Math.max(0, Math.ceil(left / 1000));
    for (const [mark, key] of ANNOUNCED) {
      if (this.before > mark * 1000 && left <= mark * 1000 && left > 0) announce(say(key));
    }
    this.before = left;
    const units = [["days", Math.floor(seconds / 86400)], ["hours", Math.floor(seconds / 3600) % 24],
      ["minutes", Math.floor(seconds / 60) % 60], ["seconds", seconds % 60]];
    const first = units.findIndex(([name, value]) => value > 0 || name === "minutes");
    const shown = units.slice(first, first + (first === 0 ? 3 : 4));
    const text = shown.map(([name, value]) => `${value} ${name}`).join();
    if (text !== this.text) {
      this.text = text;
      part(byId("seal-clock"), "units").replaceChildren(...shown.map(([name, value]) => unit(value, say(name))));
    }
    if (left <= 0) {
      clearInterval(this.timer);
      announce(say("clock.closed"));
      this.onClosed();
    }
  }
}

function unit(value, name) {
  const box = document.createElement("div");
  const number = document.createElement("b");
  const label = document.createElement("span");
  number.textContent = String(value).padStart(2, "0");
  label.textContent = name;
  box.append(number, label);
  return box;
}

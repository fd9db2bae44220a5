// The server's time in the masthead and the countdowns of a page. The device's own clock decides nothing: time goes on
// from the moment the server wrote the page, measured by the steady clock of the browser.

const now = document.querySelector("[data-now]");
const navigation = performance.getEntriesByType("navigation")[0];
const base = now ? Date.parse(now.dateTime) - (navigation?.responseStart ?? 0) : Date.now() - performance.now();
const offset = /([+-]\d\d):(\d\d)$/.exec(now?.dateTime ?? "");
const zone = offset ? (Number(offset[1]) * 60 + Math.sign(Number(offset[1]) || 1) * Number(offset[2])) * 60_000 : 0;
const voice = document.getElementById("announce");

/** The server's present moment in milliseconds. */
export function serverNow() {
  return base + performance.now();
}

function two(value) {
  return String(value).padStart(2, "0");
}

function say(text) {
  if (voice && text) voice.textContent = text;
}

function showNow() {
  const shown = new Date(serverNow() + zone);
  now.textContent = `${two(shown.getUTCHours())}:${two(shown.getUTCMinutes())}:${two(shown.getUTCSeconds())}`;
}

function showOffset(place) {
  const seconds = Math.round((Date.now() - serverNow()) / 1000);
  const words = Math.abs(seconds) < 2 ? place.dataset.same : seconds > 0 ? place.dataset.fast : place.dataset.slow;
  place.textContent = `${place.textContent} · ${words.replace("{n}", Math.abs(seconds).toLocaleString("en"))}`;
}

function unit(value, name) {
  const box = document.createElement("div");
  const figure = document.createElement("b");
  const label = document.createElement("span");
  figure.textContent = value;
  label.textContent = name;
  box.append(figure, label);
  return box;
}

const ANNOUNCED = [[3600, "sixty"], [600, "ten"], [60, "one"]];

/** Count down to `data-until`; fires "over" on the element once the moment has come. */
class Countdown {
  constructor(element) {
    this.element = element;
    this.units = element.querySelector(".units");
    this.until = Date.parse(element.dataset.until);
    this.before = Math.ceil((this.until - serverNow()) / 1000);
    this.wasOpen = this.before > 0;
    this.isOver = false;
  }

  tick() {
    if (this.isOver) return;
    const left = Math.ceil((this.until - serverNow()) / 1000);
    for (const [mark, word] of ANNOUNCED) {
      if (this.before > mark && left <= mark && left > 0) say(this.element.dataset[word]);
    }
    this.before = left;
    if (left <= 0) return this.end();
    const parts = [[Math.floor(left / 86400), "days"], [Math.floor(left / 3600) % 24, "hours"],
      [Math.floor(left / 60) % 60, "minutes"], [left % 60, "seconds"]];
    const first = parts.findIndex(([value, name]) => value > 0 || name === "minutes");
    const shown = parts.slice(first);
    const text = shown.map(([value]) => value).join(":");
    if (text === this.text) return;
    this.text = text;
    this.units.hidden = false;
    this.units.replaceChildren(...shown.map(([value, name], at) => unit(at ? two(value) : value, this.element.dataset[name])));
  }

  end() {
    this.isOver = true;
    this.units.hidden = true;
    const over = this.element.querySelector(".done-clock");
    over.textContent = this.element.dataset.over;
    over.hidden = false;
    this.element.dispatchEvent(new CustomEvent("over", { bubbles: true }));
    if (!this.wasOpen) return;
    say(this.element.dataset.over);
    // A page that changes at the deadline is loaded anew a moment later, spread so that not all ask at once.
    if (this.element.dataset.then === "reload") setTimeout(() => location.reload(), 1500 + Math.random() * 3000);
  }
}

const countdowns = [...document.querySelectorAll("[data-until]")].map((element) => new Countdown(element));
function tick() {
  if (now) showNow();
  for (const each of countdowns) each.tick();
  setTimeout(tick, 1000 - (serverNow() % 1000) + 5);
}
const place = document.querySelector("[data-offset]");
if (place) showOffset(place);
tick();

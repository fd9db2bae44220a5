// What the page says of the bid's state: readiness, progress, phase, error summary, the proof of recipients.

import { byId, copyOf, leftText, part, say, show, sizeText } from "./page.js";

/** The list of what is done and what is missing: [{done, text, hint, link}] */
export function showReadiness(checks, isDone) {
  const missing = checks.filter((check) => !check.done && !check.optional).length;
  const key = isDone ? "ready.title_done" : ["ready.title_none", "ready.title_one"][missing] ?? "ready.title";
  byId("seal-ready-title").textContent = say(key, { n: missing });
  byId("seal-ready").replaceChildren(...checks.map(({ done, optional, text, hint, link }) => {
    const line = document.createElement("li");
    const icon = copyOf(done ? "icon-check" : "icon-clock");
    icon.classList.add(done ? "ok-t" : optional ? "quiet" : "warn-t");
    const words = document.createElement("span");
    const main = document.createElement(link && !done ? "a" : "span");
    if (link && !done) main.href = link;
    main.textContent = text;
    words.append(main);
    if (hint) {
      const small = document.createElement("small");
      small.textContent = hint;
      words.append(small);
    }
    line.append(icon, words);
    return line;
  }));
}

/** The error summary: problems link to their fields and it takes the focus. */
export function showErrors(title, { detail = "", problems = [] } = {}) {
  const box = byId("seal-errors");
  part(box, "title").textContent = title;
  part(box, "detail").textContent = detail;
  show(part(box, "detail"), Boolean(detail));
  show(part(box, "list"), problems.length > 0);
  part(box, "list").replaceChildren(...problems.map(({ id, message }) => {
    const line = document.createElement("li");
    const link = document.createElement("a");
    link.href = `#${id}`;
    link.textContent = message;
    link.addEventListener("click", (event) => {
      event.preventDefault();
      byId(id).focus();
      byId(id).scrollIntoView({ block: "center" });
    });
    line.append(link);
    return line;
  }));
  show(box);
  box.focus();
  box.scrollIntoView({ block: "start" });
}

export function clearErrors() {
  show(byId("seal-errors"), false);
}

/** A bar with what happens, bytes done, rate and time left; `update` may be called as often as wanted. */
export class Progress {
  constructor() {
    this.box = byId("seal-progress");
    part(this.box, "what").id = "seal-progress-what";
  }

  begin(what) {
    this.started = performance.now();
    this.first = null;
    this.update({ done: 0, total: 1 }, what, "");
    show(this.box);
  }

  update({ done, total }, what, figures) {
    this.first ??= done;
    const seconds = (performance.now() - this.started) / 1000;
    const rate = seconds > 0.5 ? (done - this.first) / seconds : 0;
    this.box.querySelector("progress").value = total ? (1000 * done) / total : 1000;
    part(this.box, "what").textContent = what;
    const parts = [figures ?? say("progress.figures", { done: sizeText(done), total: sizeText(total) })];
    if (rate && done < total) parts.push(say("progress.rate", { n: sizeText(rate) }));
    part(this.box, "figures").textContent = parts.filter(Boolean).join(" · ");
    part(this.box, "left").textContent = rate && done < total ? leftText((total - done) / rate) : "";
  }

  note(text) {
    part(this.box, "left").textContent = text;
  }

  hide() {
    show(this.box, false);
  }
}

/** Who can open the bid, and the digests a careful supplier compares. */
export function showProof(notice) {
  const box = byId("seal-proof");
  part(box, "layers").replaceChildren(...notice.layers.map(({ name, recipients }) => {
    const line = document.createElement("div");
    const title = document.createElement("strong");
    const keys = document.createElement("span");
    title.textContent = name;
    keys.className = "mono";
    keys.textContent = ` ${recipients.join(" / ")}`;
    line.append(title, keys);
    return line;
  }));
  part(box, "notice").textContent = notice.digest;
  part(box, "fingerprint").textContent = notice.fingerprint;
  part(box, "bundle").textContent = notice.bundle;
}

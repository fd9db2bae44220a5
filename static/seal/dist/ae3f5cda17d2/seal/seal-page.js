// The sealing page: draft, seal, upload, submit. What stands in the way of each step is said, never guessed.

import { Progress, clearErrors, showErrors, showProof, showReadiness } from "./board.js";
import { Clock } from "./clock.js";
import { FileList } from "./files.js";
import { Foreman } from "./foreman.js";
import { BidForm } from "./form.js";
import { alone, emptyDraft, supportFault } from "./gate.js";
import { NoticeFault, checkBundle, readNotice } from "./notice.js";
import { announce, byId, download, knows, part, say, show, sizeText, useWords } from "./page.js";
import { padmeSize, tarLength } from "./payload.js";
import { folder, forget, freeSpace, loadDraft, removeFiles, saveDraft, storedFile } from "./store.js";
import { Refused, Uploads } from "./uploads.js";

const SEALED_FILES = ["bid.age", "bid.key.age"];
const BASE = new URL("../", import.meta.url);
const SAVE_AFTER_MS = 400;

class Page {
  constructor(data, notice, draft) {
    Object.assign(this, { data, notice, draft });
    this.phase = "edit";
    this.worker = new Foreman(new URL("seal-worker.js", import.meta.url));
    this.progress = new Progress();
    this.clock = new Clock(data.server_now, data.closes_at, () => this.refresh());
    this.uploads = new Uploads({
      uploadsUrl: data.uploads_url, submitUrl: data.submit_url, csrf: data.csrf,
      onClock: (date) => this.clock.correct(date), onWaiting: (reason) => this.#waiting(reason),
    });
    this.form = new BidForm(notice, draft, data, () => this.changed());
    this.files = new FileList({ draft, worker: this.worker, limits: data.limits, onChange: () => this.filesChanged() });
    byId("seal-now").addEventListener("click", () => this.seal());
    byId("seal-submit").addEventListener("click", () => this.submit());
    byId("seal-resume").addEventListener("click", () => this.upload());
    byId("seal-change").addEventListener("click", () => this.change());
    byId("seal-copy").addEventListener("click", () => this.#saveCopy());
    const ask = byId("seal-ask");
    byId("seal-clear").addEventListener("click", () => ask.showModal());
    part(ask, "no").addEventListener("click", () => ask.close());
    part(ask, "yes").addEventListener("click", () => this.#clear());
    part(byId("seal-done"), "save").addEventListener("click", () => this.#saveReceipt());
    document.addEventListener("visibilitychange", () => {
      if (document.hidden && this.isUnsaved) this.save();
    });
    window.addEventListener("beforeunload", (event) => {
      if (this.phase === "sealing") event.preventDefault();
    });
  }

  filesChanged() {
    this.form.answers.showFiles();
    this.changed();
  }

  changed() {
    clearTimeout(this.saving);
    this.isUnsaved = true;
    this.saving = setTimeout(() => this.save(), SAVE_AFTER_MS);
    this.refresh();
  }

  async save() {
    clearTimeout(this.saving);
    this.isUnsaved = false;
    this.draft.saved_at = new Date().toISOString();
    await saveDraft(this.draft);
    this.#showSaved();
  }

  #showSaved() {
    const { saved_at: saved } = this.draft;
    const time = saved && new Intl.DateTimeFormat(document.documentElement.lang, { timeStyle: "short" }).format(new Date(saved));
    byId("seal-saved").textContent = saved ? say("draft.saved", { time }) : say("draft.none");
  }

  /** Draw everything that depends on the state. */
  refresh() {
    const isFree = this.phase === "edit";
    const isClosed = this.clock.isClosed;
    this.form.lock(!isFree);
    byId("seal-now").disabled = !isFree || isClosed || this.files.isBusy;
    show(byId("seal-now"), ["edit", "sealing"].includes(this.phase));
    show(byId("seal-resume"), this.phase === "stopped");
    byId("seal-resume").disabled = isClosed;
    byId("seal-submit").disabled = this.phase !== "ready" || isClosed;
    show(byId("seal-change"), ["stopped", "ready"].includes(this.phase));
    byId("seal-clear").disabled = ["sealing", "submitting"].includes(this.phase);
    const isDone = isFree && this.draft.receipt !== null;
    byId("seal-phase").textContent = say(isClosed ? "clock.closed" : isDone ? "phase.done" : `phase.${this.phase}`);
    show(byId("seal-done"), isDone);
    if (isDone) part(byId("seal-done"), "receipt").href = this.draft.receipt.location;
    showReadiness(this.#checks(), isDone && !this.draft.sealed);
  }

  #checks() {
    const { draft, form } = this;
    const isSealed = draft.sealed !== null;
    const isUp = ["ready", "submitting"].includes(this.phase);
    const all = [
      { done: true, text: say("ready.notice"), hint: say("ready.notice_hint") },
      { done: form.isPriceGood, text: say("ready.prices"), link: "#prices" },
      { done: form.isDeclared, text: say("ready.declared"), link: "#declarations" },
      { done: draft.files.length > 0, optional: true, link: "#files",
        text: draft.files.length ? say("ready.files", { n: draft.files.length }) : say("ready.files_none"),
        hint: draft.files.length ? "" : say("ready.files_hint") },
    ];
    const isAsked = { "#prices": form.hasPrices, "#declarations": form.isSizeAsked || form.declarations.isNeeded };
    const checks = all.filter(({ link }) => isAsked[link] !== false);
    const at = checks.findIndex((check) => check.link === "#declarations" || check.link === "#files");
    const answers = { done: form.answers.isAnswered, text: say("ready.answers"), link: "#answers" };
    if (form.answers.length) checks.splice(at, 0, answers);
    if (draft.receipt === null || isSealed) {
      checks.push({ done: isSealed, text: say(isSealed ? "ready.sealed" : "ready.seal"), link: "#seal" });
      checks.push({ done: isUp, text: say(isUp ? "ready.uploaded" : "ready.upload"), link: "#seal" });
    }
    return checks;
  }

  #setPhase(phase) {
    this.phase = phase;
    if (phase === "edit") this.progress.hide();
    this.refresh();
    if (phase === "ready") announce(say("phase.ready"));
  }

  #fail(error) {
    if (error instanceof Refused) {
      const isSignedOut = error.status === 401 || (error.status === 403 && !error.problem.rule);
      if (isSignedOut) showErrors(say("error.refused"), { detail: say("error.signed_out") });
      else {
        const detail = [error.problem.detail, say("error.again")].filter(Boolean).join(" ");
        showErrors(error.problem.title ?? say("error.refused"), { detail });
      }
    } else if (knows(error.message)) {
      showErrors(say(error.message, { n: sizeText(this.needed ?? 0) }));
    } else {
      showErrors(say("seal.failed"), { detail: error.message });
    }
  }

  /** Seal the draft on this computer, then upload what was sealed. */
  async seal() {
    const problems = this.form.problems();
    if (this.files.isBusy) problems.push({ id: "seal-file", message: say("file.busy") });
    if (problems.length) {
      showErrors(say(problems.length === 1 ? "error.title_one" : "error.title", { n: problems.length }), { problems });
      return;
    }
    clearErrors();
    this.#setPhase("sealing");
    this.progress.begin(say("seal.progress"));
    announce(say("seal.progress"));
    try {
      const offer = this.form.offer();
      this.needed = padmeSize(tarLength(offer.files.map((file) => file.size))) * 1.01;
      if (await freeSpace() < this.needed) throw new Error("seal.disk_full");
      const { digest, version, envelope, layers, bundle } = this.notice;
      const stored = this.draft.files.map((file) => file.stored);
      const job = { folder: this.draft.folder, offer, stored, notice: digest, version, envelope, layers, bundle };
      const { claims } = await this.worker.ask("seal", job, (state) => this.progress.update(state, say("seal.progress")));
      Object.assign(this.draft, { sealed: { claims, offer, at: new Date().toISOString() }, upload: null });
      await this.save();
    } catch (error) {
      await removeFiles(this.draft.folder, SEALED_FILES);
      this.#setPhase("edit");
      this.#fail(error);
      return;
    }
    await this.upload();
  }

  /** Bring the sealed bytes to the platform; goes on where an earlier visit stopped. */
  async upload() {
    const { claims } = this.draft.sealed;
    clearErrors();
    this.files.draw(true);
    this.#setPhase("uploading");
    this.progress.begin(say("upload.progress", { part: "…", parts: "…" }));
    try {
      const files = {};
      for (const name of SEALED_FILES) {
        files[name] = await storedFile(this.draft.folder, name);
        if (files[name]?.size !== claims.files[name].size) throw new Error("seal.read_back");
      }
      const state = await this.uploads.begin(claims, this.draft.upload);
      this.draft.upload = state.upload;
      await this.save();
      await this.uploads.send(state, files, (now) => this.progress.update(now, now.part === now.parts
        ? say("upload.done", now) : say("upload.progress", { part: now.part + 1, parts: now.parts })));
    } catch (error) {
      if (error instanceof Refused) this.#setPhase("stopped");
      else await this.#unseal();
      this.#fail(error);
      return;
    }
    this.#setPhase("ready");
    byId("seal-submit").focus();
  }

  #waiting(reason) {
    const text = reason ? say(`upload.${reason}`) : "";
    if (text) this.progress.note(text);
    if (text && text !== this.lastWaiting) announce(text);
    this.lastWaiting = text;
  }

  /** Re-read the sealed bytes, then make the one small call that counts. */
  async submit() {
    clearErrors();
    this.#setPhase("submitting");
    let answer;
    try {
      this.progress.begin(say("check.progress"));
      const job = { folder: this.draft.folder, files: this.draft.sealed.claims.files };
      await this.worker.ask("check", job, (state) => this.progress.update(state, say("check.progress")));
      answer = await this.uploads.submit(this.draft.upload);
    } catch (error) {
      if (error instanceof Refused) this.#setPhase("ready");
      else await this.#unseal();
      this.#fail(error);
      return;
    }
    const { receipt, location } = answer;
    Object.assign(this.draft, { receipt: { receipt, location, at: new Date().toISOString() }, sealed: null, upload: null });
    await this.save();
    await removeFiles(this.draft.folder, SEALED_FILES);
    window.location.assign(location);
  }

  /** Throw the sealed bytes away, so that the bid can be changed and sealed anew. */
  async change() {
    clearErrors();
    await this.#unseal();
    const first = this.form.rows[0]?.price ?? byId("seal-form").querySelector("input, textarea");
    first?.scrollIntoView({ block: "center" });
    first?.focus();
  }

  async #unseal() {
    Object.assign(this.draft, { sealed: null, upload: null });
    await this.save();
    await removeFiles(this.draft.folder, SEALED_FILES);
    this.files.draw();
    this.#setPhase("edit");
  }

  #saveCopy() {
    const offer = this.draft.sealed?.offer ?? this.form.offer();
    download(`${offer.tender}-lot-${offer.lot}-offer.json`, JSON.stringify(offer, null, 2));
  }

  #saveReceipt() {
    const { tender, lot } = this.notice;
    download(`${tender.ref}-lot-${lot.lot}-receipt.json`, JSON.stringify(this.draft.receipt.receipt, null, 2));
  }

  async #clear() {
    clearTimeout(this.saving);
    this.isUnsaved = false;
    await forget(this.draft.key, this.draft.folder);
    window.location.reload();
  }

  /** Go on where the last visit stopped. */
  async resume() {
    this.#showSaved();
    this.refresh();
    await this.files.verify();
    if (!this.draft.sealed) return;
    const { notice, version = 1 } = this.draft.sealed.claims;
    if (notice !== this.notice.digest || version !== this.notice.version) {
      await this.#unseal();
      showErrors(say("error.notice_changed"));
    } else if (!this.clock.isClosed) {
      await this.upload();
    }
  }
}

function unable(text) {
  part(byId("seal-unable"), "why").textContent = text;
  show(byId("seal-unable"));
}

async function start() {
  const data = JSON.parse(byId("seal-data").textContent);
  useWords(data.words);
  show(byId("seal-waits"), false);
  const fault = supportFault();
  if (fault) return unable(say(fault));
  const envelope = data.envelope ?? 1;
  let notice;
  try {
    notice = await readNotice({ ...data, envelope });
    await checkBundle(BASE, notice.bundle);
  } catch (error) {
    return unable(error instanceof NoticeFault ? say(error.message) : say("error.failed"));
  }
  const key = [data.supplier.number, notice.tender.ref, data.lot, envelope].join(" ");
  const isAlone = await alone(key, async () => {
    const draft = { ...(await emptyDraft(key)), ...(await loadDraft(key)) };
    await folder(draft.folder);
    navigator.storage.persist?.();
    const page = new Page(data, notice, draft);
    showProof(notice);
    show(byId("seal-page"));
    await page.resume();
  }, (error) => showErrors(say("seal.failed"), { detail: error.message }));
  return isAlone ? undefined : unable(say("error.other_tab"));
}

window.addEventListener("pageshow", (event) => {
  if (event.persisted) window.location.reload();
});
await start();

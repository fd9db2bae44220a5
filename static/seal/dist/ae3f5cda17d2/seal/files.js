// The list of files: chosen files are copied into the draft's folder at once, so that the draft survives a reload.

import { badge, byId, copyOf, part, say, show, sizeText } from "./page.js";
import { fileLabel } from "./form.js";
import { removeFiles, storedFile } from "./store.js";

export class FileList {
  constructor({ draft, worker, limits, onChange }) {
    Object.assign(this, { draft, worker, limits, onChange });
    this.copying = 0;
    this.body = byId("seal-files").querySelector("tbody");
    byId("seal-file").addEventListener("change", (event) => {
      const chosen = [...event.target.files];
      event.target.value = "";
      this.add(chosen);
    });
    this.draw();
  }

  get isBusy() {
    return this.copying > 0;
  }

  draw(isSealed = false) {
    this.body.replaceChildren(...this.draft.files.map((file) => this.#row(file, isSealed)));
    show(byId("seal-files"), this.draft.files.length > 0);
  }

  /** Drop from the list what the browser has thrown away since the last visit, and say so. */
  async verify() {
    const lost = [];
    for (const file of this.draft.files) {
      const found = await storedFile(this.draft.folder, file.stored);
      if (found?.size !== file.size) lost.push(file);
    }
    if (!lost.length) return;
    this.draft.files = this.draft.files.filter((file) => !lost.includes(file));
    this.draw();
    this.#complain(say("file.unread", { name: lost.map((file) => file.name).join(", ") }));
    this.onChange();
  }

  #row(file, isSealed) {
    const row = copyOf("file");
    part(row, "name").textContent = file.name;
    part(row, "size").textContent = sizeText(file.size);
    badge(part(row, "state"), "ok", say(isSealed ? "file.sealed" : "file.kept"));
    const remove = part(row, "remove");
    remove.setAttribute("aria-label", say("file.remove", { name: file.name }));
    remove.addEventListener("click", () => this.#remove(file));
    return row;
  }

  #complain(message) {
    const why = part(byId("seal-add"), "why");
    why.textContent = message ?? "";
    show(why, Boolean(message));
  }

  /** Copy the chosen files one after another; those that do not fit are named and left out. */
  async add(chosen) {
    this.#complain(null);
    this.copying += 1;
    this.onChange();
    try {
      for (const file of chosen) {
        const fault = this.#faultOf(file);
        if (fault) this.#complain(fault);
        else await this.#keep(file);
      }
    } finally {
      this.copying -= 1;
      this.onChange();
    }
  }

  #faultOf(file) {
    const total = this.draft.files.reduce((sum, each) => sum + each.size, file.size);
    if (file.size === 0) return say("file.empty", { name: file.name });
    if (this.draft.files.length >= this.limits.files) return say("file.too_many", { n: this.limits.files });
    if (total > this.limits.bytes) return say("file.too_big", { name: file.name, n: sizeText(this.limits.bytes) });
    return null;
  }

  async #keep(file) {
    const stored = `file-${crypto.randomUUID()}`;
    const { name, type } = fileLabel(file);
    const row = this.#row({ name, size: file.size }, false);
    const bar = part(row, "bar");
    badge(part(row, "state"), "", say("file.copying"));
    bar.setAttribute("aria-label", say("file.copying"));
    show(bar);
    show(part(row, "remove"), false);
    this.body.append(row);
    show(byId("seal-files"));
    try {
      const job = { folder: this.draft.folder, name: stored, file };
      const kept = await this.worker.ask("keep", job, ({ done, total }) => { bar.value = (1000 * done) / total; });
      this.draft.files.push({ stored, name, type, ...kept });
      row.replaceWith(this.#row(this.draft.files.at(-1), false));
    } catch (error) {
      row.remove();
      await removeFiles(this.draft.folder, [stored]);
      this.#complain(error.message === "seal.disk_full" ? say("seal.disk_full", { n: sizeText(file.size) })
        : say("file.unread", { name }));
    }
    this.onChange();
  }

  async #remove(file) {
    this.draft.files = this.draft.files.filter((each) => each !== file);
    this.#complain(null);
    this.draw();
    this.onChange();
    byId("seal-file").focus();
    await removeFiles(this.draft.folder, [file.stored]);
  }
}

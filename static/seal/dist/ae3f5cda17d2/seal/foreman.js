// Speaks with the sealing worker: one question, many reports of progress, one answer.

export class Foreman {
  constructor(url) {
    this.url = url;
    this.open = new Map();
    this.next = 0;
  }

  #start() {
    this.worker = new Worker(this.url, { type: "module" });
    this.worker.addEventListener("message", ({ data }) => {
      const question = this.open.get(data.id);
      if (!question) return;
      if (data.progress) return question.onProgress(data.progress);
      this.open.delete(data.id);
      if (data.error) question.reject(new Error(data.error));
      else question.resolve(data.done);
      return undefined;
    });
    this.worker.addEventListener("error", (event) => {
      event.preventDefault();
      this.worker = null;
      for (const question of this.open.values()) question.reject(new Error("seal.failed"));
      this.open.clear();
    });
  }

  /** Ask for a task ("keep", "seal", "check"); rejects with an Error whose message is a rule name. */
  ask(task, job, onProgress = () => {}) {
    if (!this.worker) this.#start();
    return new Promise((resolve, reject) => {
      const id = this.next += 1;
      this.open.set(id, { resolve, reject, onProgress });
      this.worker.postMessage({ id, task, job });
    });
  }
}

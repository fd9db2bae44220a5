// Carries sealed bytes to the server in parts, each with its digest (RFC 9530), and resumes where it stopped.

import { base64 } from "./bytes.js";

const LONGEST_WAIT_MS = 30_000;
const PART_TIMEOUT_MS = 600_000;

/** The server's reasoned no: an application/problem+json document (RFC 9457). */
export class Refused extends Error {
  constructor(problem, status) {
    super(problem.title ?? `HTTP ${status}`);
    this.problem = problem;
    this.status = status;
  }
}

/** The connection broke, or the server said to come back. */
class Unreachable extends Error {}

export class Uploads {
  /** `onClock(text)` is told the Date header of every answer; `onWaiting(reason | null)` the reason of a pause. */
  constructor({ uploadsUrl, submitUrl, csrf, onClock, onWaiting }) {
    Object.assign(this, { uploadsUrl, submitUrl, csrf, onClock, onWaiting });
  }

  async #call(url, options = {}) {
    let answer;
    let text;
    try {
      answer = await fetch(url, {
        ...options, credentials: "same-origin", redirect: "manual", cache: "no-store",
        headers: { Accept: "application/json, application/problem+json", "X-CSRFToken": this.csrf, ...options.headers },
        signal: AbortSignal.timeout(PART_TIMEOUT_MS),
      });
      text = await answer.text();
    } catch (error) {
      throw new Unreachable(error.message);
    }
    // A redirect can only lead to the log-in page.
    if (answer.type === "opaqueredirect") throw new Refused({}, 401);
    this.onClock(answer.headers.get("Date"));
    if (answer.status >= 500 || answer.status === 429 || answer.status === 408) throw new Unreachable(answer.status);
    let body = null;
    try {
      body = text ? JSON.parse(text) : null;
    } catch {
      body = null;
    }
    if (!answer.ok) throw new Refused(body ?? {}, answer.status);
    return body;
  }

  /** Call until there is an answer: waits 1, 2, 4 … 30 s with jitter, or until the browser is online again. */
  async #insist(url, options) {
    for (let round = 0; ; round += 1) {
      try {
        const body = await this.#call(url, options);
        this.onWaiting(null);
        return body;
      } catch (error) {
        if (!(error instanceof Unreachable)) throw error;
        this.onWaiting(navigator.onLine ? "unreachable" : "offline");
        await pause(Math.min(LONGEST_WAIT_MS, 1000 * 2 ** round) * (0.5 + Math.random() / 2));
      }
    }
  }

  #json(value) {
    return { method: "POST", body: JSON.stringify(value), headers: { "Content-Type": "application/json" } };
  }

  /** The upload's state at the server: an earlier one by its id, or a new one for the claims. */
  async begin(claims, earlier) {
    if (earlier) {
      try {
        return await this.#insist(`${this.uploadsUrl}/${encodeURIComponent(earlier)}`, { method: "GET" });
      } catch (error) {
        if (!(error instanceof Refused) || ![404, 410].includes(error.status)) throw error;
      }
    }
    return this.#insist(this.uploadsUrl, this.#json(claims));
  }

  /**
   * Send every part the server does not have. `files` maps names to Files; `onProgress({done, total, part, parts})`
   * counts bytes and parts. A part is a Blob, because a typed array as a body can crawl.
   */
  async send(state, files, onProgress) {
    const size = state.part_size;
    const missing = [];
    let done = 0;
    let total = 0;
    let parts = 0;
    for (const [name, { parts: count, have }] of Object.entries(state.files)) {
      const file = files[name];
      const stored = new Set(have);
      total += file.size;
      parts += count;
      for (let index = 0; index < count; index += 1) {
        const piece = file.slice(index * size, Math.min((index + 1) * size, file.size), "application/octet-stream");
        if (stored.has(index)) done += piece.size;
        else missing.push({ name, index, piece });
      }
    }
    let part = parts - missing.length;
    onProgress({ done, total, part, parts });
    for (const { name, index, piece } of missing) {
      const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", await piece.arrayBuffer()));
      const url = `${this.uploadsUrl}/${encodeURIComponent(state.upload)}/${name}/${index}`;
      await this.#insist(url, { method: "PUT", body: piece, headers: { "Content-Digest": `sha-256=:${base64(digest)}:` } });
      done += piece.size;
      part += 1;
      onProgress({ done, total, part, parts });
    }
  }

  /** The legal submission. It is asked again after a broken connection; the server answers a repeat alike. */
  submit(upload) {
    return this.#insist(this.submitUrl, this.#json({ upload }));
  }
}

function pause(milliseconds) {
  return new Promise((resolve) => {
    const finish = () => {
      clearTimeout(timer);
      window.removeEventListener("online", finish);
      resolve();
    };
    const timer = setTimeout(finish, milliseconds);
    window.addEventListener("online", finish);
  });
}

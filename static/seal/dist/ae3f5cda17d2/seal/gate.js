// What must hold before the page starts: a browser that can seal, a draft to work on, and no second tab at it.

import { sha256Hex } from "./bytes.js";

/** The reason why this browser cannot seal, as the key of its sentence, or null. */
export function supportFault() {
  if (!window.isSecureContext || !globalThis.crypto?.subtle) return "support.insecure";
  const has = navigator.storage?.getDirectory && navigator.locks && globalThis.indexedDB && globalThis.Worker
    && "isWellFormed" in String.prototype && "toReversed" in Array.prototype && AbortSignal.timeout;
  return has ? null : "support.browser";
}

/** A new draft; its folder's name does not tell whose it is. */
export async function emptyDraft(key) {
  const name = (await sha256Hex(new TextEncoder().encode(key))).slice(0, 32);
  return {
    key, folder: name, prices: {}, answers: {}, declared: {}, enterprise_size: "", files: [], sealed: null, upload: null,
    receipt: null, saved_at: null,
  };
}

/** Run `act` while this tab holds the draft; false when another tab does. The lock ends with the page. */
export function alone(key, act, onFault) {
  return new Promise((resolve, reject) => {
    navigator.locks.request(`sunseal ${key}`, { ifAvailable: true }, async (lock) => {
      resolve(lock !== null);
      if (!lock) return;
      try {
        await act();
        await new Promise(() => {});
      } catch (error) {
        onFault(error);
      }
    }).catch(reject);
  });
}

// Canonical JSON, hexadecimal, base64 and digests.

const utf8 = new TextEncoder();

/** The RFC 8785 text of a JSON value without fractions: every decimal of the house travels as a string. */
export function canonical(value) {
  if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
  if (typeof value === "number" && !Number.isSafeInteger(value)) throw new TypeError("envelope.number");
  if (typeof value === "string" && !value.isWellFormed()) throw new TypeError("envelope.text");
  if (value === null || typeof value !== "object") return JSON.stringify(value);
  const pairs = Object.keys(value).sort().map((key) => `${canonical(key)}:${canonical(value[key])}`);
  return `{${pairs.join(",")}}`;
}

/** The bytes of the canonical text. */
export function canonicalBytes(value) {
  return utf8.encode(canonical(value));
}

export function hex(bytes) {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

export function base64(bytes) {
  let text = "";
  for (const byte of bytes) text += String.fromCharCode(byte);
  return btoa(text);
}

export function fromBase64(text) {
  return Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
}

/** SHA-256 of bytes in lowercase hexadecimal, by WebCrypto. */
export async function sha256Hex(bytes) {
  return hex(new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)));
}

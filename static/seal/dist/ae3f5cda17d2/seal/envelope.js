// The envelope's documents (offer, manifest, key record, claims) and its nested layers, as docs/formats describes them.

import { Encrypter } from "../vendor/age.js";
import { base64, canonicalBytes, hex } from "./bytes.js";
import { padmeSize } from "./payload.js";

const utf8 = new TextEncoder();
const RECORD_FLOOR = 4096;

/** The manifest that binds the sealed bytes to tender, lot, signed notice and supplier. */
export function manifestOf({ offer, envelope, notice, version, offerDigest, payload, ciphertext, recipient, bundle }) {
  return {
    format: "sunseal-manifest/1", tender: offer.tender, lot: offer.lot, envelope, notice, supplier: offer.supplier,
    offer: offerDigest, files: offer.files, payload, ciphertext, recipient, bundle,
    ...versionOf(version),
  };
}

/** The key record: the one-time identity and the manifest, filled with spaces up to its bucket. */
export function keyRecord(identity, manifest) {
  const record = { format: "sunseal-key/1", identity, manifest: base64(canonicalBytes(manifest)), signature: null };
  const text = utf8.encode(JSON.stringify(record));
  const padded = new Uint8Array(Math.max(RECORD_FLOOR, padmeSize(text.length))).fill(0x20);
  padded.set(text);
  return padded;
}

/** Wrap a record in the notice's layers: the first of the list is outermost; recipients of one layer are OR. */
export async function wrapInLayers(record, layers) {
  if (!layers.length) throw new RangeError("envelope.layers");
  let wrapped = record;
  for (const layer of layers.toReversed()) {
    const encrypter = new Encrypter();
    for (const recipient of layer.recipients) encrypter.addRecipient(recipient);
    wrapped = await encrypter.encrypt(wrapped);
  }
  return wrapped;
}

/** What alone travels in the clear beside the sealed bytes. */
export function claimsOf(lot, notice, version, envelope, files) {
  const reference = hex(crypto.getRandomValues(new Uint8Array(16)));
  return { lot, notice, reference, envelope, files, ...versionOf(version) };
}

/** The version of the tender as it is written: the first one is not. */
function versionOf(version) {
  return version > 1 ? { version } : {};
}

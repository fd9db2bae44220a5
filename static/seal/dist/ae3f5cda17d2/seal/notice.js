// Reads the signed notice: nothing that decides who can open a bid is taken from anywhere else.

import { Certificate, ContentInfo, SignedData } from "../vendor/pkijs.js";
import { fromBase64, sha256Hex } from "./bytes.js";
import { inForce } from "./versions.js";

export class NoticeFault extends Error {}

/** The certificates of a PEM text as [{der, certificate}]; the platform may have sealed with more than one in its life. */
function certificatesOf(pem) {
  const bodies = [...pem.matchAll(/-----BEGIN CERTIFICATE-----([\s\S]+?)-----END CERTIFICATE-----/g)];
  if (!bodies.length) throw new NoticeFault("notice.certificate");
  return bodies.map(([, body]) => {
    const der = fromBase64(body.replace(/\s/g, ""));
    return { der, certificate: Certificate.fromBER(der.slice().buffer) };
  });
}

/** The one of `known` whose key made the detached CMS signature (RFC 5652) of `bytes`, or null. */
async function signerOf(bytes, signature, known) {
  const signed = new SignedData({ schema: ContentInfo.fromBER(signature.slice().buffer).content });
  if (signed.signerInfos.length !== 1 || signed.encapContentInfo.eContent) return null;
  // The signature may carry certificates of its own; only the platform's may vouch for a notice.
  signed.certificates = known.map((one) => one.certificate);
  const found = await signed.verify({ signer: 0, data: bytes.slice().buffer, checkChain: false, extendedMode: true });
  return found.signatureVerified ? known.find((one) => one.certificate === found.signerCertificate) ?? null : null;
}

/** The bytes and the value of a signed notice, and whose signature it is; throws NoticeFault("notice.signature"). */
async function signedNotice(notice_b64, notice_p7s_b64, known) {
  const bytes = fromBase64(notice_b64);
  let signer = null;
  try {
    signer = await signerOf(bytes, fromBase64(notice_p7s_b64), known);
  } catch {
    signer = null;
  }
  if (!signer) throw new NoticeFault("notice.signature");
  return { bytes, signer, value: JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes)) };
}

/**
 * Check the notice and its amendments and give what sealing needs.
 * @returns {Promise<{digest, version, tender, lot, envelope, layers, bundle, fingerprint}>}; throws NoticeFault with a
 * rule name.
 */
export async function readNotice({ notice_b64, notice_p7s_b64, amendments, platform_cert_pem, lot, envelope }) {
  const known = certificatesOf(platform_cert_pem);
  const { bytes, signer, value } = await signedNotice(notice_b64, notice_p7s_b64, known);
  const digest = await sha256Hex(bytes);
  const later = [];
  for (const one of amendments ?? []) later.push((await signedNotice(one.notice_b64, one.notice_p7s_b64, known)).value);
  let [notice, version] = [value, 1];
  try {
    ({ content: notice, version } = inForce(value, digest, later));
  } catch {
    throw new NoticeFault("notice.amendment");
  }
  const lots = notice.tender?.lots?.filter((each) => each.lot === lot) ?? [];
  const sealing = notice.envelopes?.filter((each) => each.lot === lot && each.envelope === envelope) ?? [];
  if (notice.format !== "sunseal-notice/1" || lots.length !== 1) throw new NoticeFault("notice.lot");
  const layers = sealing.length === 1 ? sealing[0].layers : [];
  const usable = (layer) => layer.recipients.length > 0 && layer.recipients.every((each) => each.startsWith("age1"));
  if (!layers.length || !layers.every(usable)) throw new NoticeFault("notice.recipients");
  return {
    digest, version, tender: notice.tender, lot: lots[0], envelope, layers,
    bundle: notice.client?.bundle ?? null, fingerprint: await sha256Hex(signer.der),
  };
}

/**
 * Whether the files served beside this module are the client bundle that the notice names: the digest of the list,
 * then each file against the list. Throws NoticeFault("notice.bundle") when they are not.
 */
export async function checkBundle(base, digest) {
  const answer = await fetch(new URL("bundle.json", base));
  const text = new Uint8Array(await answer.arrayBuffer());
  if (!answer.ok || (await sha256Hex(text)) !== digest) throw new NoticeFault("notice.bundle");
  const { files } = JSON.parse(new TextDecoder().decode(text));
  await Promise.all(Object.entries(files).map(async ([path, expected]) => {
    const file = await fetch(new URL(path, base));
    if (!file.ok || (await sha256Hex(await file.arrayBuffer())) !== expected) throw new NoticeFault("notice.bundle");
  }));
}

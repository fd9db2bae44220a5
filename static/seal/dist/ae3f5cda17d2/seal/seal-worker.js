// The sealing worker: takes files into OPFS, seals a bid from there, and reads back what it wrote before it says so.

import { Decrypter, Encrypter, generateX25519Identity, identityToRecipient, sha256 } from "../vendor/age.js";
import { canonicalBytes, hex } from "./bytes.js";
import { claimsOf, keyRecord, manifestOf, wrapInLayers } from "./envelope.js";
import { PayloadCheck, padmeSize, paddedArchive, tarLength } from "./payload.js";
import { folder, storedFile } from "./store.js";

const PIECE = 1 << 20;

async function* chunksOf(stream) {
  const reader = stream.getReader();
  try {
    for (let step = await reader.read(); !step.done; step = await reader.read()) yield step.value;
  } finally {
    reader.releaseLock();
  }
}

/** An async iterable as a stream that is only read when asked for. */
function streamOf(iterable) {
  const source = iterable[Symbol.asyncIterator]();
  return new ReadableStream({
    async pull(controller) {
      const step = await source.next();
      if (step.done) controller.close();
      else controller.enqueue(step.value);
    },
  }, { highWaterMark: 0 });
}

/** Write an iterable of chunks to a file of OPFS in pieces of a mebibyte; gives {size, sha256}, and flushes. */
async function write(folderName, name, chunks, onBytes = () => {}) {
  const handle = await (await folder(folderName)).getFileHandle(name, { create: true });
  const access = await handle.createSyncAccessHandle();
  const hash = sha256.create();
  const piece = new Uint8Array(PIECE);
  let used = 0;
  let size = 0;
  const empty = () => {
    const part = piece.subarray(0, used);
    if (access.write(part, { at: size }) !== used) throw new Error("seal.disk_full");
    hash.update(part);
    size += used;
    used = 0;
  };
  try {
    access.truncate(0);
    for await (const chunk of chunks) {
      for (let at = 0; at < chunk.length;) {
        const take = Math.min(PIECE - used, chunk.length - at);
        piece.set(chunk.subarray(at, at + take), used);
        used += take;
        at += take;
        if (used === PIECE) empty();
      }
      onBytes(chunk.length);
    }
    empty();
    access.flush();
  } finally {
    access.close();
  }
  return { size, sha256: hex(hash.digest()) };
}

async function digestOf(chunks, onBytes = () => {}) {
  const hash = sha256.create();
  for await (const chunk of chunks) {
    hash.update(chunk);
    onBytes(chunk.length);
  }
  return hex(hash.digest());
}

/** Copy a chosen file into the draft's folder, hashing on the way. */
async function keep({ folder: home, name, file }, progress) {
  let done = 0;
  return write(home, name, chunksOf(file.stream()), (bytes) => progress({ done: done += bytes, total: file.size }));
}

/** The members of the payload: the offer, then each file of it, from where the draft keeps them. */
async function membersOf(home, offer, offerBytes, stored) {
  const whole = async function* whole() { yield offerBytes; };
  const members = [{ name: "offer.json", size: offerBytes.length, sha256: hex(sha256(offerBytes)), chunks: whole }];
  for (const [at, { path, size, sha256: digest }] of offer.files.entries()) {
    const file = await storedFile(home, stored[at]);
    if (!file || file.size !== size) throw new Error("seal.file_changed");
    members.push({ name: path, size, sha256: digest, chunks: () => chunksOf(file.stream()) });
  }
  return members;
}

/**
 * Open what was just written with the one-time identity: the bytes on the disk must give the offer and the files by
 * their digests. So neither a file that changed since it was added nor a disk that lies goes unnoticed.
 */
async function readBack(home, identity, members, onBytes) {
  const file = await storedFile(home, "bid.age");
  const decrypter = new Decrypter();
  decrypter.addIdentity(identity);
  const inside = new PayloadCheck(members, () => sha256.create(), hex);
  try {
    for await (const chunk of chunksOf(await decrypter.decrypt(file.stream()))) {
      inside.update(chunk);
      onBytes(chunk.length);
    }
  } catch {
    throw new Error("seal.read_back");
  }
  if (!inside.isWhole) throw new Error("seal.file_changed");
}

/** Seal the draft of a folder; gives {claims, manifest}. The one-time identity lives in this call only. */
async function seal({ folder: home, offer, stored, notice, version, envelope, layers, bundle }, progress) {
  const offerBytes = canonicalBytes(offer);
  const members = await membersOf(home, offer, offerBytes, stored);
  const length = tarLength(members.map((member) => member.size));
  const padded = padmeSize(length);
  let done = 0;
  const count = (bytes) => progress({ done: done += bytes, total: padded * 2 });

  const identity = await generateX25519Identity();
  const recipient = await identityToRecipient(identity);
  const encrypter = new Encrypter();
  encrypter.addRecipient(recipient);
  const sealed = await encrypter.encrypt(streamOf(paddedArchive(members)));
  const ciphertext = await write(home, "bid.age", chunksOf(sealed), count);
  await readBack(home, identity, members, count);

  const manifest = manifestOf({
    offer, envelope, notice, version, offerDigest: members[0].sha256, payload: { size: length, padded }, ciphertext,
    recipient, bundle,
  });
  const wrapped = await wrapInLayers(keyRecord(identity, manifest), layers);
  const key = await write(home, "bid.key.age", (async function* one() { yield wrapped; })());
  await check({ folder: home, files: { "bid.key.age": { size: wrapped.length, sha256: hex(sha256(wrapped)) } } });
  const files = { "bid.age": ciphertext, "bid.key.age": key };
  return { claims: claimsOf(offer.lot, notice, version, envelope, files), manifest };
}

/** Re-read sealed files and compare them with what was claimed of them; throws "seal.read_back" at a difference. */
async function check({ folder: home, files }, progress = () => {}) {
  const total = Object.values(files).reduce((sum, file) => sum + file.size, 0);
  let done = 0;
  for (const [name, expected] of Object.entries(files)) {
    const file = await storedFile(home, name);
    if (!file || file.size !== expected.size) throw new Error("seal.read_back");
    const digest = await digestOf(chunksOf(file.stream()), (bytes) => progress({ done: done += bytes, total }));
    if (digest !== expected.sha256) throw new Error("seal.read_back");
  }
  return true;
}

const TASKS = { keep, seal, check };

self.addEventListener("message", async ({ data: { id, task, job } }) => {
  let last = 0;
  const progress = (state) => {
    const now = performance.now();
    if (now - last < 100 && state.done < state.total) return;
    last = now;
    self.postMessage({ id, progress: state });
  };
  try {
    self.postMessage({ id, done: await TASKS[task](job, progress) });
  } catch (error) {
    self.postMessage({ id, error: error.name === "QuotaExceededError" ? "seal.disk_full" : error.message });
  }
});

// The payload of an envelope: a POSIX ustar archive, then zero bytes up to its Padmé size.

const BLOCK = 512;
const utf8 = new TextEncoder();

/**
 * The Padmé bucket of a length (Nikitin et al., "Reducing Metadata Leakage from Encrypted Files", 2019):
 * at most 12 % longer, and it tells only O(log log n) bits about the length.
 */
export function padmeSize(length) {
  if (length < 2) return length;
  const exponent = Math.floor(Math.log2(length));
  const spare = exponent - (Math.floor(Math.log2(exponent)) + 1);
  const unit = 2 ** Math.max(spare, 0);
  return Math.ceil(length / unit) * unit;
}

/** The length in bytes of the archive of members with these sizes, its two closing blocks included. */
export function tarLength(sizes) {
  return sizes.reduce((sum, size) => sum + BLOCK + Math.ceil(size / BLOCK) * BLOCK, 2 * BLOCK);
}

/** One ustar header (POSIX.1-1988): mode 0644, no owner, time 0, so that the same offer gives the same bytes. */
export function tarHeader(name, size) {
  if (!/^[\x21-\x7e]{1,100}$/.test(name) || !(size >= 0 && size < 8 ** 11)) throw new RangeError("payload.member");
  const block = new Uint8Array(BLOCK);
  const put = (offset, text) => block.set(utf8.encode(text), offset);
  const octal = (value, width) => `${value.toString(8).padStart(width - 1, "0")}\0`;
  put(0, name);
  put(100, octal(0o644, 8) + octal(0, 8) + octal(0, 8) + octal(size, 12) + octal(0, 12));
  put(148, " ".repeat(8));
  put(156, "0");
  put(257, "ustar\x0000");
  const sum = block.reduce((total, byte) => total + byte, 0);
  put(148, `${sum.toString(8).padStart(6, "0")}\0 `);
  return block;
}

function isAsExpected(piece, bytes, at) {
  let difference = 0;
  for (let index = 0; index < piece.length; index += 1) difference |= piece[index] ^ (bytes ? bytes[at + index] : 0);
  return difference === 0;
}

async function* zeros(count) {
  const piece = new Uint8Array(Math.min(count, 65536));
  for (let left = count; left > 0; left -= piece.length) yield left < piece.length ? piece.subarray(0, left) : piece;
}

/**
 * Reads a payload again and compares it with what should stand there: every header, the digest of every member, and
 * zeros elsewhere. `members` are [{name, size, sha256}], `newHash()` gives a hash with `update` and `digest`, `hex` its text.
 */
export class PayloadCheck {
  constructor(members, newHash, hex) {
    Object.assign(this, { newHash, hex, index: 0, at: 0, fault: false });
    const length = tarLength(members.map((member) => member.size));
    this.segments = members.flatMap(({ name, size, sha256 }) => [
      { size: BLOCK, bytes: tarHeader(name, size) }, { size, sha256 }, { size: (BLOCK - (size % BLOCK)) % BLOCK },
    ]);
    this.segments.push({ size: 2 * BLOCK + padmeSize(length) - length });
    this.hash = newHash();
  }

  #close() {
    const { sha256 } = this.segments[this.index];
    if (sha256 && this.hex(this.hash.digest()) !== sha256) this.fault = true;
    this.hash = this.newHash();
    this.index += 1;
    this.at = 0;
  }

  update(chunk) {
    for (let from = 0; from < chunk.length && !this.fault;) {
      const segment = this.segments[this.index];
      if (!segment) {
        this.fault = true;
        return;
      }
      const take = Math.min(segment.size - this.at, chunk.length - from);
      const piece = chunk.subarray(from, from + take);
      if (segment.sha256) this.hash.update(piece);
      else if (!isAsExpected(piece, segment.bytes, this.at)) this.fault = true;
      from += take;
      this.at += take;
      while (this.segments[this.index]?.size === this.at) this.#close();
    }
  }

  /** Whether all of it, and nothing else, was there. */
  get isWhole() {
    return !this.fault && this.index === this.segments.length;
  }
}

/**
 * The padded archive as an async iterable of Uint8Array. A member is {name, size, chunks}, where `chunks()` gives an
 * async iterable of its bytes. A member that is not as long as it said throws "seal.file_changed".
 */
export async function* paddedArchive(members) {
  const length = tarLength(members.map((member) => member.size));
  for (const { name, size, chunks } of members) {
    yield tarHeader(name, size);
    let seen = 0;
    for await (const chunk of chunks()) {
      seen += chunk.length;
      if (seen > size) break;
      yield chunk;
    }
    if (seen !== size) throw new Error("seal.file_changed");
    yield* zeros((BLOCK - (size % BLOCK)) % BLOCK);
  }
  yield* zeros(2 * BLOCK + padmeSize(length) - length);
}

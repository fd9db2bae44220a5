// What is in force of a tender: its signed notice with the amendments that were signed since (bidding/seal/versions.py).

const FIXED = ["/format", "/kind", "/ref", "/issued_at", "/previous", "/mode", "/envelopes", "/rule_set", "/tender/ref"];
const has = (holder, name) => Object.prototype.hasOwnProperty.call(holder, name);

/** Whether no amendment may touch this path: who signs for what, and the keys that open bids. */
function isFixed(path) {
  return path === "" || path === "/tender" || FIXED.some((one) => path === one || path.startsWith(`${one}/`));
}

/** The key or place that a part of a path names in `holder`; throws where it is none. */
function placeIn(holder, name) {
  if (Array.isArray(holder)) {
    if (!/^(0|[1-9][0-9]{0,8})$/.test(name) || Number(name) >= holder.length) throw new RangeError(name);
    return Number(name);
  }
  if (holder === null || typeof holder !== "object") throw new RangeError(name);
  return name;
}

/** `value` with the operations ("replace", "add", "remove" after RFC 6902) applied in order; throws where one does not fit. */
export function applyChanges(value, operations) {
  const whole = [structuredClone(value)];
  for (const operation of operations) {
    const { op, path } = operation;
    if (!["replace", "add", "remove"].includes(op) || typeof path !== "string" || (path && !path.startsWith("/"))) {
      throw new RangeError(String(path));
    }
    if ((op === "remove") === has(operation, "value")) throw new RangeError(path);
    let holder = whole;
    let last = 0;
    for (const part of path.split("/").slice(1)) {
      if (!has(holder, last)) throw new RangeError(path);
      holder = holder[last];
      last = placeIn(holder, part.replaceAll("~1", "/").replaceAll("~0", "~"));
    }
    if (Array.isArray(holder) ? op !== "replace" : (op === "add") === has(holder, last)) throw new RangeError(path);
    if (op === "remove") delete holder[last];
    else Object.defineProperty(holder, last, { value: structuredClone(operation.value), enumerable: true, configurable: true, writable: true });
  }
  return whole[0];
}

/**
 * The content in force and the version of the tender: `notice` is the value of the notice whose digest is `digest`,
 * `amendments` those of its amendments in order. Throws a RangeError for one of another tender or out of order.
 */
export function inForce(notice, digest, amendments) {
  let [found, version] = [notice, 1];
  amendments.forEach((said, at) => {
    if (said?.format !== "sunseal-notice/1" || said.kind !== "amendment") throw new RangeError("amendment");
    if (!has(said, "original")) return;
    const isNext = said.original?.sha256 === digest && said.sequence === at + 1;
    if (!isNext || ![version, version + 1].includes(said.version)) throw new RangeError("amendment");
    if (!Array.isArray(said.changes) || said.changes.some((one) => isFixed(String(one?.path ?? "")))) {
      throw new RangeError("amendment");
    }
    found = applyChanges(found, said.changes);
    version = said.version;
  });
  return { content: found, version };
}

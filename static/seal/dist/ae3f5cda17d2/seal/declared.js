// What a lot asks bidders to declare, and what stands against an offer before it is sealed: pure, from the signed notice.
// The same as bidding/seal/declarations.py and `remarks_on` of bidding/seal/offer.py; shared vectors hold the two together.

import { fenOf, parseDecimal } from "./decimal.js";

export const LABELS = ["energy", "environment"];
const NAMES = ["enterprise_size", "sme", "domestic", ...LABELS, "imported", "consortium"];

const isPriced = (lot) => lot.priced !== false;

/** {names: Set, demanded: Set, items: {label: [item]}, isReserved, mayImport} of one lot of the notice. */
export function asksOf(tender, lot) {
  const { policies } = tender;
  const names = new Set(["enterprise_size"]);
  const demanded = new Set();
  const items = {};
  if (!policies) return { names, demanded, items, isReserved: false, mayImport: true };
  const reserve = policies.sme_reserve ?? "none";
  const isGoods = isPriced(lot) && tender.category === "goods";
  if (reserve !== "none" || (isPriced(lot) && (policies.sme_rate || policies.sme_consortium_rate))) {
    demanded.add("enterprise_size");
    if (isPriced(lot)) names.add("sme");
  }
  if (reserve === "whole" && isPriced(lot)) demanded.add("sme");
  if (tender.consortium === true || reserve === "part" || policies.sme_consortium_rate) names.add("consortium");
  if (isGoods) {
    names.add("imported");
    if (policies.domestic_rate) names.add("domestic");
    for (const label of LABELS) {
      if ((policies[label] ?? "none") !== "none") names.add(label);
      if (policies[label] !== "mandatory") continue;
      const listed = policies[`${label}_items`] ?? [];
      demanded.add(label);
      items[label] = lot.items.map((one) => one.item)
        .filter((item) => !listed.length || listed.includes(`${lot.lot}/${item}`));
    }
  }
  return { names, demanded, items, isReserved: reserve === "whole", mayImport: policies.imported === "approved" };
}

/** Whether the page asks for the size of the enterprise: where a policy or a deduction of the method needs it. */
export function isSizeAsked(tender, lot) {
  return !tender.policies || asksOf(tender, lot).demanded.has("enterprise_size") || Boolean(lot.method?.x_sme_rate);
}

/** The sum of decimal texts of per cent, as millionths. */
const sumOf = (shares) => shares.reduce((sum, text) => {
  const { digits, places } = parseDecimal(text ?? "0", 6, 3);
  return sum + digits * 10n ** BigInt(6 - places);
}, 0n);

const WHOLE = 100n * 10n ** 6n;

function plain(millionths) {
  const text = millionths.toString().padStart(7, "0");
  return `${text.slice(0, -6)}.${text.slice(-6)}`.replace(/\.?0+$/, "");
}

/** What the packer would refuse and the panel would have to decide: [{rule, …facts}] of an offer in its right form. */
export function remarksOn(offer, tender, lot) {
  const found = [];
  const note = (rule, facts = {}) => found.push({ rule, ...facts });
  const ceiling = isPriced(lot) && lot.ceiling != null ? lot.ceiling : null;
  if (ceiling !== null && fenOf(offer.total) > fenOf(ceiling)) note("offer.ceiling", { total: offer.total, ceiling });
  const answers = new Map(offer.answers.map((one) => [one.criterion, one]));
  for (const { criterion, kind, mandatory, evidence = [] } of lot.criteria ?? []) {
    if (kind === "price") continue;
    const answer = answers.get(criterion);
    if (mandatory === true && !answer) note("offer.answer_missing", { criterion });
    else if (mandatory === true && kind === "requirement" && answer.complies !== true) {
      note("offer.requirement_not_met", { criterion });
    }
    if (kind === "formula" && (answer?.value ?? null) === null) note("offer.value_missing", { criterion });
    if (evidence.some((one) => one.required === true) && !answer?.files?.length) {
      note("offer.evidence_missing", { criterion });
    }
  }
  remarksOnDeclarations(offer.declarations, asksOf(tender, lot), isPriced(lot) ? lot.items : [], note);
  return found;
}

function remarksOnDeclarations(given, asks, items, note) {
  const members = given.consortium?.members ?? [];
  const has = (name) => (name === "consortium" ? members.length > 0 : (given[name]?.length ?? 0) > 0);
  for (const name of NAMES) if (has(name) && !asks.names.has(name)) note("offer.declaration_not_asked", { declaration: name });
  const missing = (declaration, item = "") => note("offer.declaration_missing", { declaration, item });
  if (asks.demanded.has("enterprise_size") && !has("enterprise_size")) missing("enterprise_size");
  for (const name of ["sme", "domestic"]) {
    if (!asks.names.has(name) || !(has(name) || asks.demanded.has(name))) continue;
    const named = new Set((given[name] ?? []).map((line) => line.item));
    for (const { item } of items) if (!named.has(item)) missing(name, item);
  }
  for (const label of LABELS) {
    const certified = new Set((given[label] ?? []).map((line) => line.item));
    for (const item of asks.items[label] ?? []) if (!certified.has(item)) missing(label, item);
  }
  if (asks.isReserved) {
    for (const { item } of (given.sme ?? []).filter((line) => line.size === "large")) note("offer.not_sme", { item });
    if (!has("sme") && given.enterprise_size === "large") note("offer.not_sme", { item: "" });
  }
  if (!asks.mayImport) {
    for (const { item } of (given.imported ?? []).filter((line) => line.imported)) note("offer.imported", { item });
  }
  const costs = sumOf((given.domestic ?? []).map((line) => line.share));
  if ((given.domestic?.length ?? 0) > 1 && costs !== WHOLE) {
    note("offer.shares", { declaration: "domestic", sum: plain(costs) });
  }
  const work = sumOf(members.map((member) => member.share));
  if (work > WHOLE || (members.length > 0 && work === 0n)) note("offer.shares", { declaration: "consortium", sum: plain(work) });
}

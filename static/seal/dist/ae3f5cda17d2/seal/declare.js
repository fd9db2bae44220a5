// The declarations of a bid: only those that this tender asks for, each explained, kept as they are typed.

import { parseDecimal, priceText } from "./decimal.js";
import { asksOf, LABELS } from "./declared.js";
import { oneLine } from "./text.js";
import { byId, copyOf, joined, part, percent, say, show } from "./page.js";

const FIELDS = {
  sme: ["name", "size", "industry", "staff", "revenue", "assets"],
  domestic: ["domestic", "share"],
  energy: ["certificate"],
  environment: ["certificate"],
  imported: ["imported"],
  consortium: ["name", "number", "share", "enterprise_size"],
};
const FIGURES = { staff: 0, revenue: 2, assets: 2 };
const LONGEST = { industry: 100, number: 64 };

/** A decimal a person typed as the plain text of the offer, or null. */
function decimalText(text, places, whole = 15) {
  const found = parseDecimal(text, places, whole);
  if (!found) return null;
  if (found.places === 0) return found.digits.toString();
  return priceText(found).replace(/0+$/, "");
}

const line = (text, longest = 200) => oneLine(text, longest);

export class DeclarationForm {
  /** `notice` as `readNotice` gives it; what is typed is kept in `draft.declared`. `industry` is a name to be shown. */
  constructor(notice, draft, { supplier, industry }) {
    Object.assign(this, { lot: notice.lot, draft, supplier, industry });
    this.policies = notice.tender.policies ?? {};
    this.asks = asksOf(notice.tender, notice.lot);
    this.isGoods = notice.tender.category === "goods";
    this.groups = Object.keys(FIELDS).filter((name) => this.asks.names.has(name)).map((name) => this.#group(name));
    byId("seal-declared").append(...this.groups.map((group) => group.element));
  }

  get isNeeded() {
    return this.groups.length > 0;
  }

  #group(name) {
    const kept = this.draft.declared[name] ?? {};
    const group = { name, element: copyOf("declare"), lines: [] };
    const claim = part(group.element, "claim");
    group.isFree = ["sme", "domestic"].includes(name) && !this.asks.demanded.has(name);
    group.claim = claim.querySelector("input");
    group.claim.checked = !group.isFree || kept.claimed === true;
    group.holder = part(group.element, "lines");
    part(group.element, "title").textContent = say(`declare.${name}.title`);
    part(group.element, "hint").textContent = this.#explained(name);
    part(group.element, "why").id = `declare-${name}-why`;
    part(claim, "claim-label").textContent = group.isFree ? say(`declare.${name}.claim`) : "";
    show(claim, group.isFree);
    const add = part(group.element, "add");
    show(add, name === "consortium");
    if (name === "consortium") {
      for (const row of kept.rows ?? []) this.#addLine(group, null, row);
      add.addEventListener("click", () => {
        this.#addLine(group, null, {});
        group.lines.at(-1).fields.name.focus();
      });
    } else {
      for (const item of this.lot.items) {
        if (this.#isAbout(name, item)) this.#addLine(group, item, (kept.rows ?? {})[item.item] ?? this.#first(name));
      }
    }
    group.claim.addEventListener("change", () => this.#showLines(group));
    this.#showLines(group);
    return group;
  }

  #isAbout(name, item) {
    const listed = this.policies[`${name}_items`] ?? [];
    return !LABELS.includes(name) || !listed.length || listed.includes(`${this.lot.lot}/${item.item}`);
  }

  /** What a line holds before anything is typed: whoever provides a service is most often the bidder. */
  #first(name) {
    if (name !== "sme") return {};
    return { name: this.isGoods ? "" : this.supplier.name };
  }

  #explained(name) {
    const { policies } = this;
    if (name === "sme") {
      const industry = policies.industry ? say("declare.sme.industry", { industry: this.industry ?? policies.industry }) : "";
      if (this.asks.isReserved) return joined(say("declare.sme.reserved"), industry);
      const told = policies.sme_rate ? say("declare.sme.rate", { rate: percent(policies.sme_rate) }) : "";
      const whose = say(this.isGoods ? "declare.sme.makers" : "declare.sme.carriers");
      return joined(told, whose, industry);
    }
    if (name === "domestic") {
      const several = this.lot.items.length > 1 ? say("declare.domestic.package") : "";
      return joined(say("declare.domestic.hint", { rate: percent(policies.domestic_rate) }), several);
    }
    if (LABELS.includes(name)) {
      return say(`declare.label.${policies[name]}`, { list: policies[`${name}_list`] || "–" });
    }
    if (name === "imported") {
      return this.asks.mayImport ? say("declare.imported.approved", { number: policies.imported_approval })
        : say("declare.imported.refused");
    }
    const { sme_consortium_rate: rate, sme_reserve: reserve, sme_share: share } = policies;
    return joined(
      say("declare.consortium.hint"), rate && say("declare.consortium.rate", { rate: percent(rate) }),
      reserve === "part" && say("declare.consortium.part", { share: percent(share) }),
    );
  }

  #addLine(group, item, kept) {
    const at = group.count = (group.count ?? 0) + 1;
    const element = copyOf(`declare-${LABELS.includes(group.name) ? "label" : group.name}`);
    const fields = Object.fromEntries(FIELDS[group.name].map((name) => [name, part(element, name)]));
    part(element, "why").id = `declare-${group.name}-${at}-why`;
    const title = part(element, "title");
    title.textContent = item ? item.title : say("declare.consortium.member", { n: at });
    for (const [name, field] of Object.entries(fields)) {
      field.id = `declare-${group.name}-${at}-${name}`;
      if (field.type === "checkbox") field.checked = kept[name] === true;
      else field.value = kept[name] ?? "";
    }
    if (group.name === "sme") {
      part(element, "who").textContent = say(this.isGoods ? "declare.sme.maker" : "declare.sme.carrier");
      // The notice names the industry, so that nobody has to look it up.
      if (this.policies.industry) fields.industry.value = this.policies.industry;
      show(fields.industry.closest("label"), !this.policies.industry);
    }
    if (group.name === "domestic") show(fields.share.closest("label"), this.lot.items.length > 1);
    const made = { item, element, fields };
    const remove = part(element, "remove");
    remove?.setAttribute("aria-label", say("declare.consortium.remove", { n: at }));
    remove?.addEventListener("click", () => {
      group.lines.splice(group.lines.indexOf(made), 1);
      element.remove();
      part(group.element, "add").focus();
      group.element.dispatchEvent(new Event("input", { bubbles: true }));
    });
    group.lines.push(made);
    group.holder.append(element);
  }

  #showLines(group) {
    show(group.holder, group.claim.checked);
  }

  /** Keep everything that is typed, also what is not declared at the moment. */
  remember() {
    for (const { name, claim, lines } of this.groups) {
      const rows = lines.map(({ item, fields }) => [item?.item, Object.fromEntries(Object.entries(fields)
        .map(([key, field]) => [key, field.type === "checkbox" ? field.checked : field.value]))]);
      const kept = name === "consortium" ? rows.map(([, row]) => row) : Object.fromEntries(rows);
      this.draft.declared[name] = { claimed: claim.checked, rows: kept };
    }
  }

  /** The member "declarations" of the offer, without the size of the enterprise. */
  value() {
    const found = {};
    for (const group of this.groups) {
      if (!group.claim.checked) continue;
      const lines = group.lines.map((each) => this.#lineOf(group.name, each)).filter(Boolean);
      if (group.name === "consortium" && lines.length) found.consortium = { members: lines };
      else if (lines.length) found[group.name] = lines;
    }
    return found;
  }

  #lineOf(name, { item, fields }) {
    const text = (key) => line(fields[key].value, LONGEST[key]);
    const own = item ? { item: item.item } : {};
    if (name === "imported") return { ...own, imported: fields.imported.checked };
    if (LABELS.includes(name)) return text("certificate") ? { ...own, certificate: text("certificate") } : null;
    if (name === "domestic") {
      const share = this.lot.items.length > 1 ? decimalText(fields.share.value, 6, 3) : null;
      return { ...own, domestic: fields.domestic.value === "yes", ...(share === null ? {} : { share }) };
    }
    if (name === "consortium") {
      const share = decimalText(fields.share.value, 6, 3) ?? "0";
      return { name: text("name"), number: text("number"), share, enterprise_size: fields.enterprise_size.value };
    }
    const figures = Object.entries(FIGURES).map(([key, places]) => [key, decimalText(fields[key].value, places)]);
    return {
      ...own, name: text("name"), size: fields.size.value, industry: text("industry"),
      ...Object.fromEntries(figures.filter(([, figure]) => figure !== null)),
    };
  }

  /** All that is missing or wrong, shown beside its line too: [{id, message}]. */
  problems() {
    return this.groups.flatMap((group) => {
      const found = group.claim.checked ? group.lines.flatMap((each) => this.#faultsOf(group, each)) : [];
      const whole = found.length || !group.claim.checked ? null : this.#wholeFault(group);
      const why = part(group.element, "why");
      why.textContent = whole ?? "";
      show(why, Boolean(whole));
      const first = group.lines[0]?.fields;
      return whole ? [{ id: (first.share ?? Object.values(first)[0]).id, message: whole }] : found;
    });
  }

  #faultsOf(group, { item, element, fields }) {
    const wrong = this.#wrongFields(group.name, item, fields);
    const title = item?.title ?? part(element, "title").textContent;
    const messages = wrong.map(([key, word]) => (
      { id: fields[key].id, what: say(word), message: say("declare.at", { item: title, what: say(word) }) }));
    const why = part(element, "why");
    why.textContent = joined(...new Set(messages.map((each) => each.what)));
    show(why, messages.length > 0);
    element.classList.toggle("wrong", messages.length > 0);
    for (const [key, field] of Object.entries(fields)) {
      const isWrong = wrong.some(([each]) => each === key);
      if (isWrong) field.closest("details")?.setAttribute("open", "");
      field.setAttribute("aria-invalid", String(isWrong));
      if (isWrong) field.setAttribute("aria-describedby", why.id);
      else field.removeAttribute("aria-describedby");
    }
    return messages;
  }

  #wrongFields(name, item, fields) {
    const empty = (...keys) => keys.filter((key) => !line(fields[key].value)).map((key) => [key, `declare.missing.${key}`]);
    const share = fields.share && decimalText(fields.share.value, 6, 3);
    const isShare = share && Number(share) <= 100;
    if (name === "imported") {
      return fields.imported.checked && !this.asks.mayImport ? [["imported", "declare.imported.wrong"]] : [];
    }
    if (LABELS.includes(name)) {
      return this.asks.items[name]?.includes(item.item) ? empty("certificate") : [];
    }
    if (name === "domestic") {
      const needed = this.lot.items.length > 1 && !isShare;
      return [...empty("domestic"), ...(needed ? [["share", "declare.missing.share"]] : [])];
    }
    if (name === "consortium") {
      return [...empty("name", "number", "enterprise_size"), ...(isShare ? [] : [["share", "declare.missing.share"]])];
    }
    const figures = Object.entries(FIGURES).filter(([key, places]) => line(fields[key].value)
      && decimalText(fields[key].value, places) === null).map(([key]) => [key, "declare.missing.figure"]);
    const isLarge = this.asks.isReserved && fields.size.value === "large";
    return [...empty("name", "size", "industry"), ...(isLarge ? [["size", "declare.sme.large"]] : []), ...figures];
  }

  #wholeFault({ name, lines }) {
    if (!lines.length || !lines[0].fields.share || (name === "domestic" && lines.length < 2)) return null;
    const millionths = lines.reduce((sum, { fields }) => {
      const { digits, places } = parseDecimal(fields.share.value, 6, 3);
      return sum + digits * 10n ** BigInt(6 - places);
    }, 0n);
    const whole = 100_000_000n;
    if (name === "domestic") return millionths === whole ? null : say("declare.domestic.sum");
    return millionths > whole || millionths === 0n ? say("declare.consortium.sum") : null;
  }

  /** Whether everything that is demanded or claimed is there; shows nothing. */
  get isDone() {
    return this.groups.every((group) => !group.claim.checked || (!this.#wholeFaultIfReadable(group)
      && group.lines.every(({ item, fields }) => !this.#wrongFields(group.name, item, fields).length)));
  }

  #wholeFaultIfReadable(group) {
    const isReadable = group.lines.every(({ item, fields }) => !this.#wrongFields(group.name, item, fields).length);
    return isReadable && this.#wholeFault(group);
  }
}

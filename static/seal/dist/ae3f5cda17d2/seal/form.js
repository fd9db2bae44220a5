// The bid's form: drawn from the signed notice, read into an offer, with exact sums.

import { AnswerForm } from "./answers.js";
import { amountInFen, capitals, fenOf, fenText, grouped, parseDecimal, priceText } from "./decimal.js";
import { DeclarationForm } from "./declare.js";
import { isSizeAsked, remarksOn } from "./declared.js";
import { badge, byId, copyOf, part, say, show } from "./page.js";
import { clean, oneLine } from "./text.js";

/** Bytes of UTF-8 in the longest file name a manifest takes. */
const LONGEST_NAME = 255;

export class BidForm {
  /** `notice` as `readNotice` gives it; `draft` is written to at every change, then `onChange()` is called. */
  constructor(notice, draft, { supplier, industry }, onChange) {
    this.notice = notice;
    this.draft = draft;
    this.supplier = supplier;
    this.currency = notice.lot.currency ?? notice.tender.currency ?? "CNY";
    this.hasPrices = notice.lot.priced !== false;
    this.ceiling = !this.hasPrices || notice.lot.ceiling == null ? null : fenOf(notice.lot.ceiling);
    this.unit = this.currency === "CNY" && document.documentElement.lang.startsWith("zh") ? "元" : this.currency;
    byId("seal-currency").textContent = say("price.currency", { currency: this.unit });
    show(byId("seal-prices"), this.hasPrices);
    this.rows = this.hasPrices ? notice.lot.items.map((item, at) => this.#itemRow(item, at)) : [];
    byId("seal-items").append(...this.rows.map((row) => row.element));
    this.answers = new AnswerForm(notice, draft);
    this.isSizeAsked = isSizeAsked(notice.tender, notice.lot);
    this.sizes = [...byId("seal-size").querySelectorAll("input")];
    for (const choice of this.sizes) choice.checked = choice.value === draft.enterprise_size;
    show(byId("seal-size"), this.isSizeAsked);
    this.declarations = new DeclarationForm(notice, draft, { supplier, industry });
    show(byId("seal-declarations"), this.isSizeAsked || this.declarations.isNeeded);
    this.compute();
    byId("seal-form").addEventListener("input", (event) => {
      if (event.target.type === "file") return;
      this.#remember();
      this.compute();
      onChange();
    });
    byId("seal-form").addEventListener("submit", (event) => event.preventDefault());
  }

  #itemRow(item, at) {
    const element = copyOf("item");
    const kept = this.draft.prices[item.item] ?? {};
    const row = { item, element, quantity: parseDecimal(item.quantity, 6, 15), price: part(element, "price") };
    part(element, "title").textContent = item.title;
    part(element, "spec").textContent = typeof item.spec === "string" ? item.spec : "";
    part(element, "quantity").textContent = `${grouped(item.quantity)} ${item.unit ?? ""}`;
    row.price.id = `price-${at}`;
    row.price.value = kept.unit_price ?? "";
    part(element, "label").htmlFor = row.price.id;
    part(element, "label").textContent = say("price.label", { item: item.title });
    part(element, "amount").htmlFor = row.price.id;
    part(element, "why").id = `price-why-${at}`;
    for (const [name, key] of [["brand", "brand"], ["model", "model"], ["detail", "spec"]]) {
      row[key] = part(element, name);
      row[key].value = kept[key] ?? "";
      row[key].setAttribute("aria-label", say(`detail.${key}`, { item: item.title }));
    }
    return row;
  }

  #remember() {
    for (const { item, price, brand, model, spec } of this.rows) {
      this.draft.prices[item.item] = { unit_price: price.value, brand: brand.value, model: model.value, spec: spec.value };
    }
    this.answers.remember();
    this.declarations.remember();
    this.draft.enterprise_size = this.sizes.find((choice) => choice.checked)?.value ?? "";
  }

  /** Work out amounts, total and the distance to the ceiling, and show them. */
  compute() {
    this.total = 0n;
    this.isPriced = this.rows.length > 0;
    for (const row of this.rows) {
      row.unit = parseDecimal(row.price.value, 6, 12);
      row.fen = row.unit && amountInFen(row.quantity, row.unit);
      part(row.element, "amount").textContent = row.fen === null ? "–" : grouped(fenText(row.fen));
      if (row.fen === null) this.isPriced = false;
      else this.total += row.fen;
    }
    if (this.total === 0n) this.isPriced = false;
    byId("seal-total").textContent = this.isPriced ? grouped(fenText(this.total)) : "–";
    const capitalsLine = byId("seal-capitals");
    const isTraditional = document.documentElement.lang.startsWith("zh-Hant");
    capitalsLine.lang = isTraditional ? "zh-Hant" : "zh-Hans";
    capitalsLine.textContent = this.isPriced ? capitals(this.total, isTraditional ? "hant" : "hans") : "";
    this.#showCeiling();
  }

  #showCeiling() {
    const line = byId("seal-ceiling");
    const mark = document.createElement("span");
    const space = this.ceiling === null ? 0n : this.ceiling - this.total;
    if (this.ceiling === null) badge(mark, "info", say("price.no_ceiling"));
    else if (space < 0n) badge(mark, "bad", say("price.above", { n: this.#money(-space) }));
    else if (!this.isPriced) return line.replaceChildren();
    else badge(mark, "ok", space ? say("price.below", { n: this.#money(space) }) : say("price.at"));
    if (line.textContent !== mark.textContent) line.replaceChildren(mark);
    return undefined;
  }

  #money(fen) {
    return `${grouped(fenText(fen))} ${this.unit}`;
  }

  get isPriceGood() {
    return !this.hasPrices || (this.isPriced && (this.ceiling === null || this.total <= this.ceiling));
  }

  get isDeclared() {
    return (!this.isSizeAsked || Boolean(this.draft.enterprise_size)) && this.declarations.isDone;
  }

  /** All that stands in the way, shown beside its field too: [{id, message}] in the order of the page. */
  problems() {
    const found = [];
    const note = (holder, field, message) => {
      const why = part(holder, "why");
      why.textContent = message ?? "";
      show(why, Boolean(message));
      holder.classList.toggle("wrong", Boolean(message) && holder.classList.contains("field"));
      if (message) found.push({ id: field.id, message });
    };
    for (const { element, item, price, unit } of this.rows) {
      const wrong = unit ? (this.total > 0n ? null : "price.zero") : "price.missing";
      price.removeAttribute("aria-invalid");
      price.removeAttribute("aria-describedby");
      if (wrong) {
        price.setAttribute("aria-invalid", "true");
        price.setAttribute("aria-describedby", part(element, "why").id);
      }
      note(element, price, wrong && say(wrong, { item: item.title }));
    }
    if (this.ceiling !== null && this.total > this.ceiling) {
      found.push({ id: this.rows[0].price.id, message: say("price.above", { n: this.#money(this.total - this.ceiling) }) });
    }
    for (const { holder, field, message } of this.answers.problems()) note(holder, field, message);
    this.sizes[0].id = "size-0";
    const isSizeMissing = this.isSizeAsked && !this.draft.enterprise_size;
    note(byId("seal-size"), this.sizes[0], isSizeMissing ? say("size.missing") : null);
    found.push(...this.declarations.problems());
    // The fields above say all that the notice can ask; should they ever not, nothing is sealed that would be refused.
    const remarks = found.length ? [] : remarksOn(this.offer(), this.notice.tender, this.notice.lot);
    return [...found, ...remarks.map(({ rule }) => ({ id: "seal-now", message: say("error.remark", { rule }) }))];
  }

  /** The offer of the draft in the form that is sealed (format "sunseal-offer/2"); call it when nothing is missing. */
  offer() {
    const files = this.draft.files.map(({ name, type, size, sha256 }, at) => ({
      path: `files/${at + 1}`, name, type, size, sha256,
    }));
    const size = this.isSizeAsked && this.draft.enterprise_size;
    return {
      format: "sunseal-offer/2", tender: this.notice.tender.ref, lot: this.notice.lot.lot, currency: this.currency,
      supplier: this.supplier,
      items: this.rows.map(({ item, unit, fen, brand, model, spec }) => ({
        item: item.item, unit_price: unit ? priceText(unit) : "", amount: fen === null ? "" : fenText(fen),
        brand: oneLine(brand.value, 200), model: oneLine(model.value, 200), spec: clean(spec.value, 2000),
      })),
      total: this.isPriced || !this.hasPrices ? fenText(this.total) : "",
      answers: this.answers.value(),
      declarations: { ...(size ? { enterprise_size: size } : {}), ...this.declarations.value() }, files,
    };
  }

  lock(locked) {
    byId("seal-fields").disabled = locked;
  }
}

/** A file's name and media type as a manifest may carry them. */
export function fileLabel(file) {
  const type = /^[a-z0-9][\w!#$&^.+-]{0,63}\/[a-z0-9][\w!#$&^.+-]{0,126}$/i.test(file.type) ? file.type : "";
  const whole = oneLine(file.name.normalize("NFC"), 1000).replace(/[/\\]/g, "_");
  const ending = /\.[a-z0-9]{1,12}$/i.exec(whole)?.[0] ?? "";
  let stem = [...whole.slice(0, whole.length - ending.length)];
  while (new TextEncoder().encode(stem.join("") + ending).length > LONGEST_NAME) stem = stem.slice(0, -1);
  const name = stem.join("") + ending;
  return { name: /^\.{0,2}$/.test(name) ? "file" : name, type };
}

// The answers to the criteria: words, yes or no, the value that a formula counts, and the files that prove them.

import { parseDecimal, priceText } from "./decimal.js";
import { clean } from "./text.js";
import { badge, byId, copyOf, part, say, show } from "./page.js";

/** The stated value as the plain text of the offer ("5", "0.25"), or null where it is no number. */
function valueText(text) {
  const found = parseDecimal(text, 6, 15);
  return found && (found.places ? priceText(found).replace(/0+$/, "") : found.digits.toString());
}

export class AnswerForm {
  /** What is typed is kept in `draft.answers`. */
  constructor(notice, draft) {
    this.draft = draft;
    const asked = (notice.lot.criteria ?? []).filter((criterion) => criterion.kind !== "price");
    this.answers = asked.map((criterion, at) => this.#field(criterion, at));
    byId("seal-answers").append(...this.answers.map((answer) => answer.element));
    show(byId("seal-answers-part"), asked.length > 0);
    this.showFiles();
  }

  get length() {
    return this.answers.length;
  }

  #field(criterion, at) {
    const element = copyOf("answer");
    const kept = this.draft.answers[criterion.criterion] ?? {};
    const isRequirement = criterion.kind === "requirement";
    const text = part(element, "answer");
    const value = part(element, "value");
    if (!isRequirement) part(element, "choices").remove();
    const choices = [...element.querySelectorAll("input[type=radio]")];
    part(element, "title").textContent = criterion.title;
    part(element, "guidance").textContent = criterion.guidance ?? "";
    if (!isRequirement) badge(part(element, "badge"), "info", say("answer.weight", { n: criterion.weight }));
    else if (criterion.mandatory) badge(part(element, "badge"), "warn", say("answer.mandatory"));
    else part(element, "badge").remove();
    choices.forEach((choice, index) => {
      choice.name = `answer-${at}`;
      choice.id = `answer-${at}-${index}`;
      choice.checked = kept.complies === (choice.value === "yes");
    });
    part(element, "why").id = `answer-why-${at}`;
    value.id = `answer-value-${at}`;
    value.value = kept.value ?? "";
    if (criterion.kind === "formula") {
      const { unit } = criterion.formula ?? {};
      part(element, "value-label").textContent = unit ? say("answer.value_in", { unit }) : say("answer.value");
    } else part(element, "value-part").remove();
    text.value = kept.answer ?? "";
    text.id = `answer-text-${at}`;
    const evidence = criterion.evidence ?? [];
    const answer = { criterion, element, choices, text, value, isRequirement, evidence, at };
    const proofs = part(element, "proofs");
    if (!evidence.length) proofs.remove();
    else {
      part(proofs, "wanted").textContent = evidence
        .map((one) => (one.required ? say("answer.proof_required", { title: one.title }) : one.title)).join(" · ");
    }
    return answer;
  }

  /** Draw the files anew among which the proofs of each answer are chosen. */
  showFiles() {
    const { files } = this.draft;
    for (const { criterion, element, evidence, at } of this.answers) {
      if (!evidence.length) continue;
      const bound = this.draft.answers[criterion.criterion]?.files ?? [];
      const list = part(element, "proof-files");
      show(part(element, "proof-none"), files.length === 0);
      list.replaceChildren(...files.map((file, index) => {
        const choice = copyOf("proof");
        const box = choice.querySelector("input");
        box.id = `answer-proof-${at}-${index}`;
        box.value = file.stored;
        box.checked = bound.includes(file.stored);
        part(choice, "name").textContent = file.name;
        return choice;
      }));
    }
  }

  remember() {
    for (const { criterion, element, choices, text, value, evidence } of this.answers) {
      const chosen = choices.find((choice) => choice.checked);
      const kept = { answer: text.value, complies: chosen ? chosen.value === "yes" : null };
      if (criterion.kind === "formula") kept.value = value.value;
      if (evidence.length) {
        kept.files = [...element.querySelectorAll("input[type=checkbox]:checked")].map((box) => box.value);
      }
      this.draft.answers[criterion.criterion] = kept;
    }
  }

  /** The files bound to an answer that are still there, as paths of the offer. */
  #paths(criterion) {
    const bound = this.draft.answers[criterion.criterion]?.files ?? [];
    return this.draft.files.flatMap(({ stored }, at) => (bound.includes(stored) ? [`files/${at + 1}`] : []));
  }

  #fault({ criterion, choices, value, isRequirement, evidence }) {
    const chosen = choices.find((choice) => choice.checked);
    if (isRequirement && !chosen) return "answer.missing";
    if (isRequirement && criterion.mandatory && chosen.value !== "yes") return "answer.not_met";
    if (criterion.kind === "formula" && valueText(value.value) === null) return "answer.value_missing";
    const isProved = !evidence.some((one) => one.required) || this.#paths(criterion).length > 0;
    return isProved ? null : "answer.proof_missing";
  }

  get isAnswered() {
    return this.answers.every((answer) => !this.#fault(answer));
  }

  /** All that is missing: [{holder, field, message}], with no message where nothing is. */
  problems() {
    return this.answers.map((answer) => {
      const fault = this.#fault(answer);
      const { criterion, element, choices, text, value } = answer;
      const proof = element.querySelector("input[type=checkbox]") ?? byId("seal-file");
      const fields = { "answer.value_missing": value, "answer.proof_missing": proof };
      const message = fault ? say(fault, { title: criterion.title }) : null;
      return { holder: element, field: fields[fault] ?? choices[0] ?? text, message };
    });
  }

  /** The member "answers" of the offer. */
  value() {
    return this.answers.map(({ criterion, value, evidence }) => {
      const { answer = "", complies = null } = this.draft.answers[criterion.criterion] ?? {};
      const found = { criterion: criterion.criterion, answer: clean(answer, 10_000), complies };
      if (criterion.kind === "formula" && valueText(value.value) !== null) found.value = valueText(value.value);
      if (evidence.length && this.#paths(criterion).length) found.files = this.#paths(criterion);
      return found;
    });
  }
}

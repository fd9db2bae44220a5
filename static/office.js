// Help for the draft's form: the sum of the weights follows the typing, and leaving with unsaved words asks first.
// Without this file everything works: the server adds rows, sums and keeps what was typed.

const form = document.querySelector("form[data-office]");
const output = form?.querySelector("[data-weights]");

/** Exact hundred-thousandths of a plain decimal, or null. */
function parts(text) {
  const found = /^(\d{1,9})(?:\.(\d{1,5}))?$/.exec(text.trim());
  return found ? Number(found[1]) * 100000 + Number((found[2] ?? "").padEnd(5, "0")) : null;
}

function sum() {
  let total = 0;
  for (const row of form.querySelectorAll(".criterion")) {
    const weight = row.querySelector("input[name$='-weight']");
    if (row.querySelector("select[name$='-kind']").value === "requirement") continue;
    total += parts(weight.value) ?? 0;
  }
  output.textContent = String(total / 100000);
  form.querySelector("[data-sum]").classList.toggle("off", total !== 100 * 100000);
}

/** Show the fields that fit the kind of a criterion, and within a formula those of its type. */
function fit(row) {
  const kind = row.querySelector("select[name$='-kind']").value;
  const type = row.querySelector("select[name$='-formula-type']").value;
  for (const part of row.querySelectorAll("[data-for]")) part.hidden = !part.dataset.for.split(" ").includes(kind);
  for (const part of row.querySelectorAll("[data-type]")) part.hidden = !part.dataset.type.split(" ").includes(type);
}

if (form && output) {
  // What the server could not save, or rows added on the way, is unsaved as much as what is typed.
  let typed = "unsaved" in form.dataset;
  for (const one of form.querySelectorAll(".no-script")) one.hidden = true;
  form.addEventListener("input", (event) => {
    typed = true;
    if (/-(weight|kind|formula-type)$/.test(event.target.name)) {
      const row = event.target.closest(".criterion");
      if (row) fit(row);
      sum();
    }
  });
  for (const row of form.querySelectorAll(".criterion")) fit(row);
  form.addEventListener("submit", () => { typed = false; });
  addEventListener("beforeunload", (event) => { if (typed) event.preventDefault(); });
}

// Small help for forms: the error summary takes the focus, an act that binds is asked once more, and a form is sent once.

const errors = document.querySelector(".errors:not([hidden])");
if (errors) errors.focus();

for (const link of document.querySelectorAll(".errors a[href^='#']")) {
  link.addEventListener("click", (event) => {
    const target = document.getElementById(link.hash.slice(1));
    const field = target?.matches("input,select,textarea,button") ? target : target?.querySelector("input,select,textarea");
    if (!field) return;
    event.preventDefault();
    field.focus();
    field.scrollIntoView({ block: "center" });
  });
}

/** Ask in a dialog of the page (never the browser's own, whose words we do not choose). */
function ask(form, submitter) {
  const dialog = document.createElement("dialog");
  const title = document.createElement("h2");
  title.id = "ask-title";
  title.textContent = form.dataset.ask;
  dialog.setAttribute("aria-labelledby", title.id);
  const row = document.createElement("div");
  row.className = "row gap";
  const yes = document.createElement("button");
  yes.type = "button";
  yes.textContent = submitter?.textContent.trim() || form.querySelector("button").textContent.trim();
  const no = document.createElement("button");
  no.type = "button";
  no.className = "second";
  no.textContent = document.body.dataset.cancel || "×";
  no.addEventListener("click", () => dialog.close());
  yes.addEventListener("click", () => {
    form.dataset.asked = "yes";
    dialog.close();
    form.requestSubmit(submitter ?? undefined);
  });
  dialog.addEventListener("close", () => {
    dialog.remove();
    submitter?.focus();
  });
  row.append(yes, no);
  dialog.append(title, row);
  document.body.append(dialog);
  dialog.showModal();
  no.focus();
}

for (const form of document.querySelectorAll("form[method=post]")) {
  form.addEventListener("submit", (event) => {
    if (form.dataset.ask && form.dataset.asked !== "yes") {
      event.preventDefault();
      ask(form, event.submitter);
      return;
    }
    if (form.dataset.sent === "yes") {
      event.preventDefault();
      return;
    }
    form.dataset.sent = "yes";
  });
}
// A page that comes back from the history may send its form again.
addEventListener("pageshow", (event) => {
  if (event.persisted) for (const form of document.forms) delete form.dataset.sent;
});

for (const button of document.querySelectorAll("[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => print());
}

for (const field of document.querySelectorAll("form[data-live] select")) {
  field.addEventListener("change", () => field.form.requestSubmit());
}

for (const zone of document.querySelectorAll(".drop")) {
  const input = zone.querySelector("input[type=file]");
  zone.addEventListener("dragover", (event) => {
    event.preventDefault();
    zone.classList.add("over");
  });
  zone.addEventListener("dragleave", () => zone.classList.remove("over"));
  zone.addEventListener("drop", (event) => {
    event.preventDefault();
    zone.classList.remove("over");
    if (!input || !event.dataTransfer.files.length) return;
    input.files = event.dataTransfer.files;
    input.form.requestSubmit();
  });
}

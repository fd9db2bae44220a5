// A large file on its way: how far it is, and its digest when it has arrived. Without this file the form works alone.

/** Bytes for people, as the server writes them. */
function size(bytes) {
  let figure = bytes / 1024;
  for (const unit of ["KB", "MB", "GB"]) {
    if (figure < 1000 || unit === "GB") return `${figure < 10 ? figure.toFixed(1) : Math.round(figure)} ${unit}`;
    figure /= 1024;
  }
  return "";
}

/** Say a sentence of the form, with its numbers put in. */
function say(place, sentence, facts = {}) {
  place.textContent = sentence.replace(/\{(\w+)\}/g, (_, name) => facts[name] ?? "");
}

function send(form) {
  const file = form.querySelector("input[type=file]").files[0];
  const words = form.dataset;
  const place = form.querySelector("[data-told]");
  const button = form.querySelector("button");
  if (!file) return false;
  place.className = "small gap";
  if (file.size > Number(words.most)) {
    place.className = "why";
    say(place, words.tooLarge, { size: size(file.size) });
    return true;
  }
  const bar = document.createElement("progress");
  bar.max = file.size || 1;
  bar.value = 0;
  bar.setAttribute("aria-label", words.sending.split(":")[0].split("：")[0]);
  place.before(bar);
  button.disabled = true;
  const asked = new XMLHttpRequest();
  const began = performance.now();
  const failed = (sentence) => {
    bar.remove();
    button.disabled = false;
    place.className = "why";
    place.textContent = sentence || words.failed;
  };
  asked.upload.addEventListener("progress", (event) => {
    bar.value = Math.min(event.loaded, file.size);
    const seconds = (performance.now() - began) / 1000;
    const left = event.loaded ? Math.ceil((event.total - event.loaded) * seconds / event.loaded) : 0;
    say(place, event.loaded < event.total ? words.sending : words.checking,
      { done: size(bar.value), whole: size(file.size), left: String(left) });
  });
  asked.addEventListener("load", () => {
    let told = {};
    try { told = JSON.parse(asked.responseText); } catch { /* A page instead of an answer: told below. */ }
    if (asked.status !== 201 || !told.location) {
      failed(told.detail);
      return undefined;
    }
    // An address that differs from this page's in its anchor only would load nothing.
    const to = new URL(told.location, location.href);
    if (to.pathname !== location.pathname) return location.assign(to);
    location.hash = to.hash;
    return location.reload();
  });
  asked.addEventListener("error", () => failed(""));
  asked.addEventListener("abort", () => failed(""));
  asked.open("POST", form.action);
  asked.setRequestHeader("Accept", "application/json");
  asked.send(new FormData(form));
  return true;
}

for (const form of document.querySelectorAll("form[data-upload]")) {
  form.addEventListener("submit", (event) => {
    // The house's own listener sends a form once only; what this one sends is not a form any more.
    event.stopImmediatePropagation();
    if (send(form)) event.preventDefault();
  }, { capture: true });
}

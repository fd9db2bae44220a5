// One section of a long form at a time: the address names it, and so do the task list and every link to a field.
// Without this file the form is one long page, and the task list leads to its headings.

const form = document.querySelector("form[data-at]");
const steps = [...document.querySelectorAll("[data-step]")];
const tasks = new Map([...document.querySelectorAll("[data-task]")].map((task) => [task.dataset.task, task.querySelector("a")]));
const named = new Map(steps.map((step) => [step.dataset.step, step]));

/** The element that an address names, or the nearest one around it: lots-0-title, lots-0, lots. */
function target(hash) {
  let id = decodeURIComponent(hash.slice(1));
  while (id) {
    const found = document.getElementById(id);
    if (found && form.contains(found)) return found;
    id = id.includes("-") ? id.slice(0, id.lastIndexOf("-")) : "";
  }
  return null;
}

function show(step) {
  for (const one of steps) one.hidden = one !== step;
  for (const [name, link] of tasks) {
    if (name === step.dataset.step) link.setAttribute("aria-current", "step");
    else link.removeAttribute("aria-current");
  }
  form.elements.at.value = step.dataset.step;
}

/** Open the section of `place` and take the reader there: to the field, or to the heading of the section. */
function go(place) {
  const step = place.closest("[data-step]");
  if (!step) return;
  show(step);
  for (let fold = place.closest("details"); fold; fold = fold.parentElement.closest("details")) fold.open = true;
  if (place.matches("h2")) {
    place.tabIndex = -1;
    place.focus({ preventScroll: true });
    (innerWidth > 832 ? document.querySelector(".steps") : step).scrollIntoView();
    return;
  }
  const field = place.matches("input,select,textarea,button") ? place : place.querySelector("input:not([type=hidden]),select,textarea");
  (field ?? place).focus({ preventScroll: true });
  (field ?? place).scrollIntoView({ block: "center" });
}

/** The first section with a fault beside a field, after a form that was refused. */
function wrong() {
  return document.querySelector(".errors") && form.querySelector(".field.wrong")?.closest("[data-step]");
}

if (form && steps.length) {
  document.documentElement.classList.add("stepping");
  // Before any other listener: a field in a section that is not shown cannot take the focus.
  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[href*='#']");
    if (!link || link.pathname !== location.pathname) return;
    const place = target(link.hash);
    if (!place) return;
    event.preventDefault();
    event.stopPropagation();
    const step = place.closest("[data-step]").dataset.step;
    if (location.hash !== link.hash) history.pushState(null, "", tasks.has(link.hash.slice(1)) ? link.hash : `#${step}`);
    go(place);
  }, true);
  addEventListener("popstate", () => show(target(location.hash)?.closest("[data-step]") ?? steps[0]));
  const asked = location.hash ? target(location.hash) : null;
  const first = wrong() || named.get(form.dataset.at) || steps[0];
  if (asked && !form.dataset.at) go(asked);
  else show(first);
}

// Help for the expert's sheet: bands and ± keep points in range, and what was given is saved while one works.
// Without it the form works the same: the server checks range, step and band again, and the buttons save.

const form = document.getElementById("marks");
const saved = document.getElementById("saved");
document.documentElement.classList.add("has-script");

/** Whole thousandths: points are exact decimals with few places, and 0.1 + 0.2 must be 0.3. */
const units = (text) => Math.round(Number(text) * 1000);
const shown = (value) => String(value / 1000);

for (const panel of form.querySelectorAll("[data-criterion]")) {
  const points = panel.querySelector("input.points");
  if (!points || points.readOnly) continue;
  const bands = [...panel.querySelectorAll("input[type=radio]")];
  const hint = panel.querySelector("[data-hint]");
  const most = units(points.dataset.most);

  const range = () => {
    const band = bands.find((each) => each.checked);
    return band ? [units(band.dataset.least), units(band.dataset.most)] : [0, most];
  };
  const tell = () => {
    const [low, high] = range();
    hint.textContent = hint.dataset.hint.replace("{least}", shown(low)).replace("{most}", shown(high));
  };
  const put = (value) => {
    points.value = shown(value);
    points.dispatchEvent(new Event("input", { bubbles: true }));
    points.dispatchEvent(new Event("change", { bubbles: true }));
  };

  for (const band of bands) {
    band.addEventListener("change", () => {
      const [low, high] = range();
      if (points.value.trim() && Number.isFinite(units(points.value))) {
        const value = units(points.value);
        if (value < low || value > high) put(value < low ? low : high);
      }
      tell();
    });
  }
  points.addEventListener("input", () => {
    const value = units(points.value);
    if (!points.value.trim() || !Number.isFinite(value)) return;
    for (const band of bands) band.checked = value >= units(band.dataset.least) && value <= units(band.dataset.most);
    tell();
  });
  for (const button of panel.querySelectorAll("button[data-by]")) {
    button.hidden = false;
    button.addEventListener("click", () => {
      const [low, high] = range();
      // From an empty field the first press goes to the edge of the band: up from below, down from above.
      const by = units(button.dataset.by);
      const begun = points.value.trim() !== "" && Number.isFinite(units(points.value));
      const next = begun ? units(points.value) + by : by > 0 ? low : high;
      put(Math.min(most, Math.max(0, next)));
    });
  }
  tell();
}

// Saving while one works: a moment after the last change, one request at a time.
let timer = 0;
let running = null;
let changed = false;

async function save() {
  clearTimeout(timer);
  if (running) await running;
  if (!changed) return;
  changed = false;
  running = (async () => {
    try {
      const answer = await fetch(form.action, {
        method: "POST",
        body: new URLSearchParams(new FormData(form)),
        headers: { Accept: "application/json" },
        credentials: "same-origin",
      });
      const said = await answer.json();
      if (answer.ok) {
        saved.textContent = said.saved;
        const done = document.getElementById("done");
        done.textContent = done.dataset.one.replace("{done}", said.done).replace("{total}", said.total);
        const bar = document.querySelector("main progress");
        bar.value = said.done;
      } else {
        changed = true;
        saved.textContent = said.reasons?.[0]?.sentence ?? said.detail;
      }
    } catch {
      changed = true;
      saved.textContent = form.dataset.failed;
    }
  })();
  await running;
  running = null;
}

form.addEventListener("input", () => {
  changed = true;
  saved.textContent = form.dataset.unsaved;
  clearTimeout(timer);
  timer = setTimeout(save, 2500);
});
form.addEventListener("submit", () => {
  changed = false;
  clearTimeout(timer);
});
addEventListener("beforeunload", (event) => {
  if (changed) event.preventDefault();
});

const beside = document.getElementById("beside");
if (beside) beside.addEventListener("change", () => form.requestSubmit(document.getElementById("set-beside")));

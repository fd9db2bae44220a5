// Follows an opening as it happens: asks the server for its state and puts the page's new middle in place of the old.

const PATIENT_MS = 30_000;
const NEAR_MS = 2_000;
const NEAR_BEFORE_MS = 60_000;
const FINAL = ["opened", "failed", "cancelled"];

const now = document.querySelector("[data-now]");
const started = performance.now();
const serverStart = now ? Date.parse(now.getAttribute("datetime")) : Date.now();
let section = document.getElementById("opening");

function isFinal() {
  return FINAL.includes(section.dataset.state.split("/")[0]);
}

/** Every two seconds around the deadline and until the record stands; seldom while it is far away. */
function pause() {
  const left = Date.parse(section.dataset.closes) - (serverStart + performance.now() - started);
  if (left > NEAR_BEFORE_MS) return Math.min(PATIENT_MS, left - NEAR_BEFORE_MS + 500);
  return NEAR_MS;
}

async function look() {
  const answer = await fetch(section.dataset.url, { headers: { Accept: "application/json" }, cache: "no-store" });
  if (!answer.ok) return;
  const { key } = await answer.json();
  if (key === section.dataset.state) return;
  // Another deadline while bids are still taken needs its countdown anew.
  if (key.startsWith("open/")) {
    location.reload();
    return;
  }
  const page = await fetch(location.href, { headers: { Accept: "text/html" }, cache: "no-store" });
  if (!page.ok) return;
  const fresh = new DOMParser().parseFromString(await page.text(), "text/html").getElementById("opening");
  if (!fresh) return;
  section.replaceWith(document.adoptNode(fresh));
  section = fresh;
  const voice = document.getElementById("announce");
  if (voice) voice.textContent = fresh.dataset.said;
}

async function follow() {
  while (section && !isFinal()) {
    await new Promise((resolve) => setTimeout(resolve, pause()));
    try {
      await look();
    } catch {
      // The network may be away for a while; the next round asks again.
    }
  }
}

follow();

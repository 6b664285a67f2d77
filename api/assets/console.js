// Refreshes regions, asks before what cannot be undone, copies ids, and knows some keys. Every page works without it.

const policy = window.trustedTypes?.createPolicy("hip", { createHTML: (text) => text });
const parse = (text) =>
  new DOMParser().parseFromString(policy ? policy.createHTML(text) : text, "text/html");
const said = document.getElementById("said");

/** Regions that refresh themselves: `data-live` has the seconds, `data-form` the form whose answer holds the region. */
const LIVE_MAX = 300;
let refreshes = 0;

/** @param {Element} region */
async function refresh(region) {
  const form = /** @type {HTMLFormElement | null} */ (document.getElementById(region.dataset.form ?? ""));
  const headers = { "hip-live": "1" };
  const answer = form
    ? await fetch(form.action, { method: "POST", headers, body: new URLSearchParams(new FormData(form)) })
    : await fetch(location.href, { headers });
  if (!answer.ok || answer.redirected) return false;
  const page = parse(await answer.text());
  const fresh = page.querySelector(`[data-region="${region.dataset.region}"]`);
  const hasFocus = region.contains(document.activeElement) && document.activeElement !== region;
  if (!fresh || hasFocus || fresh.textContent === region.textContent) return true;
  region.replaceWith(document.adoptNode(fresh));
  if (said) said.textContent = fresh.querySelector(".badge")?.textContent ?? "";
  return true;
}

async function live() {
  const region = document.querySelector("[data-live]");
  if (!region || refreshes >= LIVE_MAX) return;
  const wait = Number(region.getAttribute("data-live")) * 1000;
  await new Promise((done) => setTimeout(done, wait));
  refreshes += 1;
  if (!document.hidden) {
    const goesOn = await refresh(region).catch(() => true);
    if (!goesOn) return;
  }
  live();
}
live();

/** Asks before a form that cannot be undone is sent. */
document.addEventListener("submit", (event) => {
  const form = /** @type {HTMLFormElement} */ (event.target);
  if (form.dataset.sure && !window.confirm(form.dataset.sure)) event.preventDefault();
});

/** Copies an id with a press. */
document.addEventListener("click", (event) => {
  const code = /** @type {Element} */ (event.target).closest("[data-copy]");
  if (code) navigator.clipboard?.writeText(code.textContent ?? "");
});

/** Two keys that open a screen, `/` for the search field. */
const SCREENS = { h: "home", d: "dead-letters", v: "visits", c: "consents", t: "transfers", r: "replays", p: "projections", l: "log" };
let before = "";
document.addEventListener("keydown", (event) => {
  const field = /** @type {Element} */ (event.target).closest("input, textarea, select");
  if (event.ctrlKey && event.key === "k") {
    event.preventDefault();
    document.getElementById("find")?.focus();
  }
  if (field || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key === "/") {
    event.preventDefault();
    document.getElementById("find")?.focus();
  } else if (before === "g" && event.key in SCREENS) {
    location.assign(`/console/${SCREENS[event.key]}`);
  }
  before = event.key;
});

/** On a narrow screen the menu begins closed. */
const menu = document.querySelector("details.menu");
if (menu && window.matchMedia("(max-width: 52rem)").matches) menu.removeAttribute("open");

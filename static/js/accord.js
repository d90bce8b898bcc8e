// What HTML cannot do alone: focus after a swap, a word when the network is gone, single keys, an idle warning.
// Every page works without this file. It writes text only, never HTML (Trusted Types are enforced).
"use strict";

const root = document.documentElement;
const body = document.body;
const alerts = document.getElementById("alerts");
const keysAreOn = body.dataset.keys !== "off";
const find = (selector, from = document) => from.querySelector(selector);
const findAll = (selector, from = document) => [...from.querySelectorAll(selector)];

root.dataset.script = "";

// ── Telling ─────────────────────────────────────────────────────────────────

function warn(text, reference) {
  if (!alerts) return;
  const banner = document.createElement("div");
  banner.className = "banner";
  banner.dataset.tone = "bad";
  const words = document.createElement("p");
  words.className = "banner__body";
  words.textContent = reference ? `${text} ${alerts.dataset.reference} ${reference}` : text;
  banner.append(words);
  alerts.replaceChildren(banner);
  banner.scrollIntoView({ block: "nearest" });
}

document.addEventListener("htmx:error", () => warn(alerts?.dataset.offline));

document.addEventListener("htmx:response:error", ({ detail: { ctx } }) => {
  if (ctx.response.status >= 500) warn(alerts?.dataset.failed, ctx.response.headers.get("Accord-Reference"));
});

document.addEventListener("htmx:before:request", () => alerts?.replaceChildren());

// Signed out meanwhile: the form goes again as without scripts, and is carried through signing in.
document.addEventListener("htmx:before:response", (event) => {
  const { sourceElement, request, response } = event.detail.ctx;
  const form = sourceElement.closest("form[method=post]");
  if (response.status !== 401 || !form) return;
  event.preventDefault();
  const { name, value } = request.submitter ?? {};
  if (name) form.append(Object.assign(document.createElement("input"), { type: "hidden", name, value }));
  form.submit();
});

// ── Focus ───────────────────────────────────────────────────────────────────

function focus(element) {
  if (!element) return;
  element.focus({ preventScroll: true });
  element.scrollIntoView({ block: "nearest" });
}

// After a refusal the summary speaks first, once.
function focusSummary() {
  const summary = find("[data-focus]");
  if (!summary) return;
  summary.removeAttribute("data-focus");
  focus(summary);
}

// Where the focus went away with what was swapped, it goes to the region's caption, or back to what opened the panel.
document.addEventListener("htmx:after:swap", ({ detail: { ctx } }) => {
  // What comes by itself while the page is read takes nobody's place.
  const isAsked = ctx.sourceEvent?.type !== "load";
  const isLost = isAsked && (document.activeElement === body || !document.activeElement);
  focusSummary();
  if (isLost && document.activeElement === body) {
    const region = document.getElementById(ctx.target?.id) ?? document;
    focus(find(".table-region[tabindex], h2[tabindex]", region) ?? find("[data-key=n]", region));
  }
  countChosen();
});

// A link of the summary goes to the label first, so that label and control are both in sight.
document.addEventListener("click", (event) => {
  const link = event.target.closest(".error-summary a");
  if (!link) return;
  const control = document.getElementById(link.hash.slice(1));
  if (!control) return;
  event.preventDefault();
  (control.labels?.[0] ?? control).scrollIntoView({ block: "nearest" });
  control.focus({ preventScroll: true });
});

// ── Clicks ──────────────────────────────────────────────────────────────────

document.addEventListener("click", ({ target }) => {
  const opens = target.closest("[data-opens]");
  if (opens) document.getElementById(opens.dataset.opens)?.showModal();
  if (target.closest("[data-closes]")) target.closest("dialog")?.close();
  const shows = target.closest("[data-shows]");
  if (shows) showPassword(shows);
  for (const menu of findAll("[data-menu][open]")) if (!menu.contains(target)) menu.open = false;
});

function showPassword(button) {
  const field = document.getElementById(button.dataset.shows);
  const isShown = field.type === "text";
  field.type = isShown ? "password" : "text";
  button.setAttribute("aria-pressed", String(!isShown));
}

// One press sends once; the server would notice a second, the person need not.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.getAttribute("method") !== "post" || event.defaultPrevented) return;
  if (form.dataset.sent) event.preventDefault();
  form.dataset.sent = "yes";
});
window.addEventListener("pageshow", () => findAll("form[data-sent]").forEach((form) => delete form.dataset.sent));

// ── Choosing rows ───────────────────────────────────────────────────────────

function countChosen() {
  for (const count of findAll("[data-chosen]")) {
    const boxes = findAll(".table__select:checked:not([data-select-all])", count.closest("form"));
    count.textContent = String(boxes.length);
  }
  for (const sum of findAll("[data-chosen-sum]")) {
    const boxes = findAll(".table__select[data-sum]:checked", sum.closest("form"));
    sum.textContent = summed(boxes.map((box) => box.dataset.sum.split(" ")));
  }
}

// Exact sums by currency, in whole steps of their last place: money is never a float.
function summed(amounts) {
  const sums = new Map();
  for (const [currency, text] of amounts) {
    const places = text.split(".")[1]?.length ?? 0;
    const [before, minor] = sums.get(currency) ?? [places, 0n];
    sums.set(currency, [before, minor + BigInt(text.replace(".", ""))]);
  }
  return [...sums].map(([currency, [places, minor]]) => {
    const digits = String(minor).padStart(places + 1, "0");
    const whole = digits.slice(0, digits.length - places).replace(/\B(?=(\d{3})+$)/g, ",");
    return `${places ? `${whole}.${digits.slice(-places)}` : whole} ${currency}`;
  }).join(" · ");
}

document.addEventListener("change", ({ target }) => {
  if (!target.matches(".table__select")) return;
  if (target.matches("[data-select-all]")) {
    for (const box of findAll(".table__select", target.form)) box.checked = target.checked;
  }
  countChosen();
});

// ── Dropping a file ─────────────────────────────────────────────────────────

for (const [kind, isOver] of [["dragover", true], ["dragleave", false], ["drop", false]]) {
  document.addEventListener(kind, (event) => {
    const place = event.target.closest?.("[data-drop]");
    if (!place) return;
    event.preventDefault();
    place.toggleAttribute("data-over", isOver);
    if (kind !== "drop") return;
    const field = find("input[type=file]", place);
    field.files = event.dataTransfer.files;
    field.dispatchEvent(new Event("change", { bubbles: true }));
  });
}

// A field that says so sends its form as soon as a file is chosen or dropped.
document.addEventListener("change", ({ target }) => {
  if (target.matches("[type=file][data-sends]") && target.files.length) target.form.requestSubmit();
});

// ── Keys ────────────────────────────────────────────────────────────────────

const STOPS = "a[href], button, input:not([type=hidden])";
let row = null;

function step(distance) {
  const rows = findAll("[data-rows] tbody tr:not(.panel-row)").filter((one) => find(STOPS, one));
  if (!rows.length) return;
  const here = document.activeElement.closest("tr");
  const line = here?.matches(".panel-row") ? here.previousElementSibling : here;
  const from = rows.includes(line) ? rows.indexOf(line) : rows.indexOf(row);
  row = rows[Math.min(Math.max(from + distance, 0), rows.length - 1)];
  rows.forEach((other) => other.classList.toggle("is-current", other === row));
  focus(find(STOPS, row));
}

function press(key) {
  const here = document.activeElement.closest?.("[data-rows] tr");
  const button = (here && find(`[data-key="${key}"]`, here)) ?? find(`[data-key="${key}"]:not([data-rows] *)`);
  if (!button) return false;
  if (button.matches("input:not([type=checkbox])")) button.focus();
  else { button.focus(); button.click(); }
  return true;
}

function closePanel() {
  const close = find("[data-key=Escape]", document.activeElement.closest?.("[data-panel]") ?? document);
  close?.click();
  for (const menu of findAll("[data-menu][open]")) { menu.open = false; find("summary", menu).focus(); }
}

// A text that says so is sent with Ctrl+Enter, as its button would.
document.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey) || event.isComposing) return;
  const form = event.target.closest?.("form[data-talk]");
  if (!form) return;
  event.preventDefault();
  form.requestSubmit(find("button[type=submit]", form));
});

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  if (event.key === "Escape") return closePanel();
  const isTyping = event.target.matches("input:not([type=checkbox], [type=radio]), textarea, select");
  if (isTyping || !keysAreOn || find("dialog[open]")) return;
  if (event.key === "j" || event.key === "k") step(event.key === "j" ? 1 : -1);
  else if (event.key === "?") document.getElementById("shortcuts")?.showModal();
  else if (!/^[a-z0-9/]$/.test(event.key) || !press(event.key)) return;
  event.preventDefault();
});

// Alt with an arrow presses the button that says so, of the entry in which the focus is.
document.addEventListener("keydown", (event) => {
  if (!event.altKey || !/^Arrow(Up|Down)$/.test(event.key) || event.target.matches("select")) return;
  const entry = event.target.closest("li");
  const button = entry && find(`[aria-keyshortcuts="Alt+${event.key}"]`, entry);
  if (!button) return;
  event.preventDefault();
  button.click();
});

// ── Idle ────────────────────────────────────────────────────────────────────

// A little more than the two minutes that are promised: timers and networks are late.
const NOTICE = 150;
const idle = document.getElementById("idle");
let idleTimer;

function watch() {
  const seconds = Number(body.dataset.idle);
  clearTimeout(idleTimer);
  if (seconds > NOTICE) idleTimer = setTimeout(() => idle?.showModal(), (seconds - NOTICE) * 1000);
}

// Nothing on the page is touched, whatever the answer: what was typed stays, and can be sent after signing in.
async function stay() {
  const form = find("form", idle);
  try {
    const answer = await fetch(form.action, { method: "POST", body: new URLSearchParams(new FormData(form)), redirect: "manual" });
    if (!answer.ok) return warn(idle.dataset.ended);
    body.dataset.idle = answer.headers.get("Accord-Idle");
    watch();
  } catch { warn(alerts?.dataset.offline); }
}

idle?.addEventListener("submit", (event) => { event.preventDefault(); idle.close(); });
idle?.addEventListener("close", stay);
// What a page asks by itself says nothing about its reader.
document.addEventListener("htmx:after:request", ({ detail: { ctx } }) => {
  if (!ctx.sourceElement?.matches("[data-unattended]")) watch();
});

watch();
focusSummary();
countChosen();

import { content, visible } from "./answers.js";

const part = (id) => document.getElementById(id);
const form = part("rating");
const axes = [...form.querySelectorAll("fieldset")];
const AGAIN = 2000; // milliseconds until a rating that could not be saved is sent again

/** Who rates, which screens are done, which one is shown; `busy` while the next one is on its way: keys wait for it. */
const state = { rater: "", study: "", total: 0, done: new Set(), position: 0, shown: null, since: 0, raw: false, busy: false };

class Refused extends Error {}

/** Ask the server; throws `Refused` for what it does not accept, and what `fetch` throws when it is not there. */
async function call(path, body) {
  const response = await fetch(path, {
    method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body),
  });
  const answer = await response.json();
  if (!response.ok) throw new Refused(answer.error);
  return answer;
}

const say = (text) => { part("message").textContent = text; };
const wait = (milliseconds) => new Promise((resolve) => { setTimeout(resolve, milliseconds); });

/** Try until the server is there: what was answered stays on the page meanwhile. */
async function insist(path, body) {
  for (;;) {
    try {
      const answer = await call(path, body);
      say("");
      return answer;
    } catch (error) {
      if (error instanceof Refused) throw error;
      say("The server cannot be reached. Nothing is lost: trying again…");
      await wait(AGAIN);
    }
  }
}

function view(name) {
  document.body.dataset.view = name;
  part("who").textContent = state.rater;
  part("progress").max = state.total || 1;
  part("progress").value = state.done.size;
  part("count").textContent = `${state.done.size} of ${state.total} rated`;
}

/* What was chosen on a screen and not saved yet outlives a reload. */
const draftKey = () => `review ${state.study} ${state.rater} ${state.position}`;
const chosen = () => Object.fromEntries(axes.map((axis) => [axis.id.slice("axis-".length), axis.querySelector(":checked")?.value]));
function keepDraft() {
  localStorage.setItem(draftKey(), JSON.stringify({ verdicts: chosen(), comment: part("comment").value }));
}
function draft() {
  try {
    return JSON.parse(localStorage.getItem(draftKey()));
  } catch {
    return null;
  }
}

async function enter(name) {
  const found = await insist("/api/enter", { rater: name });
  Object.assign(state, { rater: found.rater, study: found.study, total: found.total, done: new Set(found.done) });
  localStorage.setItem("review rater", state.rater);
  await showNext(-1);
}

/** The first screen after `position` that is not rated, or any, or the end. */
async function showNext(position) {
  const open = Array.from({ length: state.total }, (_, at) => at).filter((at) => !state.done.has(at));
  const next = open.find((at) => at > position) ?? open[0];
  if (next !== undefined) return show(next);
  view("finished");
  part("finished-title").focus();
}

/** While a rating is on its way, or the next pair, nothing can be changed: it would belong to neither. */
function setBusy(busy) {
  state.busy = busy;
  form.inert = busy;
}

async function show(position) {
  setBusy(true);
  try {
    state.shown = await insist("/api/show", { rater: state.rater, study: state.study, position });
  } finally {
    setBusy(false);
  }
  Object.assign(state, { position, since: Date.now(), raw: false });
  part("place").textContent = `Pair ${position + 1} of ${state.total}`;
  part("user").textContent = visible(state.shown.user);
  part("reference").textContent = visible(state.shown.reference ?? "(not known)");
  showAnswers();
  fill(draft() ?? state.shown.rating ?? { verdicts: {}, comment: "" });
  part("back").disabled = position === 0;
  part("on").disabled = position === state.total - 1;
  view("pair");
  for (const box of document.querySelectorAll("#asked, .body")) box.scrollTop = 0;
  scrollTo(0, 0);
  focusOn(axes.find((axis) => !axis.querySelector(":checked")) ?? axes[0]);
}

function fill(rating) {
  form.reset();
  for (const axis of axes) {
    axis.classList.remove("missing");
    const verdict = rating.verdicts[axis.id.slice("axis-".length)];
    for (const option of axis.querySelectorAll("input")) option.checked = option.value === verdict;
  }
  part("comment").value = rating.comment;
}

function showAnswers() {
  for (const side of ["left", "right"]) {
    part(side).querySelector(".body").replaceChildren(...content(state.shown[side], state.raw));
    part(side).querySelector(".raw").setAttribute("aria-pressed", state.raw);
  }
}

function focusOn(axis) {
  (axis.querySelector(":checked") ?? axis.querySelector("input")).focus({ preventScroll: true });
}

/** Answer the point in focus, or else the first open one, and go to the next. */
function choose(key) {
  const current = document.activeElement.closest?.("fieldset") ?? axes.find((axis) => !axis.querySelector(":checked"));
  if (!current) return;
  current.querySelector(`[data-key="${key}"]`).checked = true;
  current.classList.remove("missing");
  keepDraft();
  const next = axes[axes.indexOf(current) + 1];
  if (next) focusOn(next);
  else part("save").focus({ preventScroll: true });
}

async function save() {
  if (state.busy) return;
  const verdicts = chosen();
  const open = axes.filter((axis) => !axis.querySelector(":checked"));
  for (const axis of axes) axis.classList.toggle("missing", open.includes(axis));
  if (open.length) {
    say(`Not saved yet: ${open.length} of ${axes.length} points are open.`);
    return open[0].querySelector("input").focus();
  }
  setBusy(true);
  const { rater, study, position } = state;
  const key = draftKey();
  keepDraft();
  const seconds = Math.min((Date.now() - state.since) / 1000, 86400);
  try {
    const body = { rater, study, position, verdicts, comment: part("comment").value, seconds, sent: Date.now() };
    const { done } = await insist("/api/rate", body);
    localStorage.removeItem(key);
    state.done = new Set(done);
    await showNext(position);
  } finally {
    setBusy(false);
  }
}

/** What went wrong is told, never swallowed; without the token the first page comes back. */
const told = (action) => (...values) => Promise.resolve(action(...values)).catch((error) => {
  say(error.message);
  if (!state.total) view("enter");
});

const step = told((by) => {
  const to = document.body.dataset.view === "finished" ? state.total - 1 : state.position + by;
  if (state.total && !state.busy && to >= 0 && to < state.total) return show(to);
});
const toggle = () => {
  state.raw = !state.raw;
  showAnswers();
};
const send = told(save);
const KEYS = { r: toggle, c: () => part("comment").focus(), b: () => step(-1), n: () => step(1) };

document.addEventListener("keydown", (event) => {
  const writing = event.target.matches("textarea, input:not([type=radio], [type=checkbox])");
  if (event.target.id === "comment" && (event.key === "Escape" || (event.key === "Enter" && event.ctrlKey))) {
    event.preventDefault();
    if (event.key === "Enter") return send();
    return focusOn(axes.find((axis) => !axis.querySelector(":checked")) ?? axes.at(-1));
  }
  if (writing || part("help").open || event.ctrlKey || event.metaKey || event.altKey || !part("keys-on").checked) return;
  if (event.key === "?") return part("help").showModal();
  const place = document.body.dataset.view;
  if (place === "enter" || (place === "finished" && event.key !== "b")) return;
  if (form.querySelector(`[data-key="${CSS.escape(event.key)}"]`)) {
    event.preventDefault();
    if (!state.busy) choose(event.key);
  } else if (KEYS[event.key]) {
    event.preventDefault();
    KEYS[event.key]();
  }
});

form.addEventListener("submit", (event) => {
  event.preventDefault();
  send();
});
form.addEventListener("input", (event) => {
  event.target.closest("fieldset")?.classList.remove("missing");
  keepDraft();
});
part("enter-form").addEventListener("submit", told(async (event) => {
  event.preventDefault();
  say("");
  if (part("token")?.value) await call("/api/token", { token: part("token").value });
  await enter(part("name").value);
}));
/* Before this the browser would send the form itself, which the page forbids. */
part("begin").disabled = false;
for (const button of document.querySelectorAll(".raw")) button.addEventListener("click", toggle);
part("back").addEventListener("click", () => step(-1));
part("on").addEventListener("click", () => step(1));
part("again").addEventListener("click", () => step(0));
/* What is chosen stays in the browser as a draft of this rater's. */
part("leave").addEventListener("click", () => {
  localStorage.removeItem("review rater");
  location.reload();
});
part("open-help").addEventListener("click", () => part("help").showModal());

/* A link may carry the token behind its "#", which no server and no log ever sees. */
told(async () => {
  const token = new URLSearchParams(location.hash.slice(1)).get("token");
  if (token) {
    history.replaceState(null, "", location.pathname);
    await call("/api/token", { token });
  }
  const name = localStorage.getItem("review rater");
  part("name").value = name ?? "";
  if (name) await enter(name);
})();

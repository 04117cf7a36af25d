const DATA = JSON.parse(document.getElementById("data").textContent);
const { rows, kinds } = DATA;
const [list, room, pane, search, count] = ["list", "room", "row", "search", "count"].map((id) => document.getElementById(id));
const HEIGHT = 64; // of a row in the list, in pixels, as in the stylesheet
const FACETS = {
  status: (row) => [row.status],
  severity: (row) => [row.severity],
  finding: (row) => row.kinds.map((kind) => kinds[kind]),
};
const ORDER = { status: ["kept", "failed", "skipped"], severity: [...new Set(rows.map((row) => row.severity))].sort(), finding: kinds };

/** What is chosen: a facet that is null lets every row through, a `row` that is null means the first of the results. */
const state = { status: null, severity: null, finding: null, search: "", row: null, attempt: null };
let results = rows;
let shown = null;

const texts = new WeakMap();
function textOf(row) {
  if (!texts.has(row)) {
    const points = row.attempts.flatMap((attempt) => attempt.points.map((point) => point.text));
    texts.set(row, [row.description, row.patient, row.reply ?? "", row.reason, ...points].join("\n").toLowerCase());
  }
  return texts.get(row);
}

const sought = () => state.search.toLowerCase().split(/\s+/).filter(Boolean);

/** The rows that pass every filter but the one named `except`: what its options would leave. */
function passing(except) {
  const wanted = sought();
  const chosen = Object.keys(FACETS).filter((name) => name !== except && state[name] !== null);
  return rows.filter((row) => chosen.every((name) => FACETS[name](row).includes(state[name])) && wanted.every((word) => textOf(row).includes(word)));
}

/** An option's value is "=" and the text, so that a severity without text is another thing than none chosen. */
function fill(name) {
  const counts = new Map();
  const left = passing(name);
  for (const row of left) for (const value of FACETS[name](row)) counts.set(value, (counts.get(value) ?? 0) + 1);
  const options = ORDER[name].map((value) => make("option", { value: `=${value}` }, `${value || "(none)"} (${counts.get(value) ?? 0})`));
  const select = document.getElementById(name);
  select.replaceChildren(make("option", { value: "" }, `any (${left.length})`), ...options);
  select.value = state[name] === null ? "" : `=${state[name]}`;
}

function readHash() {
  const given = new URLSearchParams(location.hash.slice(1));
  for (const name in FACETS) state[name] = ORDER[name].includes(given.get(name)) ? given.get(name) : null;
  state.search = given.get("search") ?? "";
  const number = (name, end) => (/^\d+$/.test(given.get(name) ?? "") && Number(given.get(name)) < end ? Number(given.get(name)) : null);
  state.row = number("row", rows.length);
  state.attempt = state.row === null ? null : number("attempt", rows[state.row].attempts.length);
}

function writeHash() {
  const entries = Object.entries(state).filter(([, value]) => value !== null && value !== "");
  if (state.severity === "") entries.push(["severity", ""]);
  history.replaceState(null, "", `#${new URLSearchParams(entries)}`);
}

/** Show what the state says; `scroll` brings the chosen row of the list into sight. */
function update(scroll = true) {
  results = passing();
  Object.keys(FACETS).forEach(fill);
  if (search.value !== state.search) search.value = state.search;
  count.textContent = `${results.length} of ${rows.length} rows`;
  document.body.classList.toggle("open", state.row !== null);
  const chosen = results.includes(rows[state.row]) ? rows[state.row] : results[0];
  showRow(chosen);
  room.style.height = `${results.length * HEIGHT}px`;
  const place = results.indexOf(chosen) * HEIGHT;
  if (scroll && (place < list.scrollTop || place + HEIGHT > list.scrollTop + list.clientHeight)) {
    list.scrollTop = place - list.clientHeight / 2;
  }
  showList();
}

/** Only the rows in sight are in the document. */
function showList() {
  const first = Math.max(0, Math.floor(list.scrollTop / HEIGHT) - 4);
  const last = Math.ceil((list.scrollTop + list.clientHeight) / HEIGHT) + 4;
  room.replaceChildren(...results.slice(first, last).map((row, at) => item(row, first + at)));
  if (shown && document.getElementById(`item-${shown.index}`)) list.setAttribute("aria-activedescendant", `item-${shown.index}`);
  else list.removeAttribute("aria-activedescendant");
  if (!results.length) room.append(sentence("No row passes these filters."));
}

function item(row, place) {
  const found = row.attempts.at(-1)?.findings.filter(([kind]) => !kinds[kind].startsWith("alignment")).length;
  const made = make("div", {
    role: "option", id: `item-${row.index}`, class: `item ${row.status}`, "data-row": row.index,
    "aria-selected": row === shown, "aria-setsize": results.length, "aria-posinset": place + 1,
  }, make("span", { class: "line" }, make("b", { class: "status" }, `${SIGNS[row.status]} ${row.status}`), ` row ${row.index}`, row.severity ? ` · ${row.severity}` : "", found ? ` · ▲ ${found}` : ""),
  make("span", { class: "line about" }, row.description || row.patient || "(no text)"));
  made.style.top = `${place * HEIGHT}px`;
  return made;
}

function showRow(row) {
  const last = shown;
  shown = row ?? null;
  if (!row) return pane.replaceChildren();
  const attempt = row.index === state.row && state.attempt !== null ? state.attempt : row.attempts.length - 1;
  const steps = make("p", { class: "steps" }, button("Back to the rows", { class: "back" }), button("‹ Previous", { "data-step": "-1" }), button("Next ›", { "data-step": "1" }));
  const facts = make("p", { class: "facts" }, make("b", { class: `status ${row.status}` }, `${SIGNS[row.status]} ${row.status}`), row.severity ? ` · ${row.severity}` : "", row.kind ? ` · ${row.kind}` : "");
  const tabs = row.attempts.length < 2 ? [] : [make("p", { class: "attempts", role: "group", "aria-label": "Attempts" },
    ...row.attempts.map((_, at) => button(`Attempt ${at + 1} of ${row.attempts.length}`, { "aria-pressed": at === attempt, "data-attempt": at })))];
  const reason = row.attempts.length ? [] : row.reason ? [sentence(row.reason, "reason")] : [];
  pane.replaceChildren(make("div", { class: "top" }, make("h2", {}, `Row ${row.index}`), facts, steps), ...reason, ...tabs, ...sides(row, attempt, kinds));
  if (row !== last) pane.scrollTop = 0;
  showHits();
}

/** Underline what was searched for, and open the patient's text where it holds some of it. */
function showHits() {
  if (!("highlights" in CSS)) return;
  const hits = new Highlight();
  const walker = document.createTreeWalker(pane, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const node = walker.currentNode, text = node.data.toLowerCase();
    for (const word of text.length === node.data.length ? sought() : []) {
      for (let at = text.indexOf(word); at >= 0; at = text.indexOf(word, at + word.length)) {
        const range = document.createRange();
        range.setStart(node, at);
        range.setEnd(node, at + word.length);
        hits.add(range);
        node.parentElement.closest("details")?.setAttribute("open", "");
      }
    }
  }
  CSS.highlights.set("hits", hits);
}

function choose(row, attempt = null) {
  if (!row) return;
  Object.assign(state, { row: row.index, attempt });
  writeHash();
  update();
}

const step = (by) => choose(results[Math.min(results.length - 1, Math.max(0, results.indexOf(shown) + by))]);

function filter(change) {
  Object.assign(state, { row: null, attempt: null }, change);
  writeHash();
  update();
}

/** Light up what belongs together: the points named by the element, on both sides. */
function light(element) {
  const named = (element?.dataset.lights ?? element?.dataset.points ?? "").split(" ").concat(element?.dataset.points ?? []);
  for (const other of pane.querySelectorAll("[data-points]")) {
    other.classList.toggle("lit", other.dataset.points.split(" ").some((id) => id !== "" && named.includes(id)));
  }
}

function reveal(element) {
  element?.scrollIntoView({ block: "center" });
  element?.focus({ preventScroll: true });
}

function press(event) {
  const at = (selector) => event.target.closest(selector);
  const pressed = at("button"), option = at("[data-row]");
  if (option) return choose(rows[option.dataset.row]);
  if (!pressed) return;
  const { step: by, attempt, finding, place, points, lights } = pressed.dataset;
  if (pressed.matches(".back")) return filter({});
  if (by) return step(Number(by));
  if (attempt) {
    choose(shown, Number(attempt));
    return pane.querySelector(`[data-attempt="${attempt}"]`).focus();
  }
  if (finding) return reveal(pane.querySelectorAll(`[data-findings~="${finding}"]`)[place]);
  const side = pressed.closest(".source") ? ".made" : ".source";
  if (points) reveal(pane.querySelector((lights ?? points).split(" ").map((id) => `${side} button.ref[data-points="${id}"]`).join()));
}

const KEYS = { j: 1, k: -1 };
const LIST_KEYS = { ArrowDown: 1, ArrowUp: -1, PageDown: 10, PageUp: -10, Home: -Infinity, End: Infinity };

function key(event) {
  if (event.ctrlKey || event.metaKey || event.altKey || !event.target.closest("#panes")) return;
  const by = KEYS[event.key] ?? (event.target === list ? LIST_KEYS[event.key] : undefined);
  if (by === undefined) return;
  event.preventDefault();
  step(by);
}

document.getElementById("filters").addEventListener("submit", (event) => event.preventDefault());
document.getElementById("filters").addEventListener("reset", (event) => {
  event.preventDefault();
  filter({ status: null, severity: null, finding: null, search: "" });
});
for (const name in FACETS) {
  const select = document.getElementById(name);
  select.addEventListener("change", () => filter({ [name]: select.value === "" ? null : select.value.slice(1) }));
}
search.addEventListener("input", () => filter({ search: search.value }));
list.addEventListener("scroll", showList);
new ResizeObserver(showList).observe(list);
document.addEventListener("click", press);
document.addEventListener("keydown", key);
for (const kind of ["mouseover", "focusin"]) pane.addEventListener(kind, (event) => light(event.target.closest("[data-points]")));
for (const kind of ["mouseleave", "focusout"]) pane.addEventListener(kind, () => light(null));
addEventListener("hashchange", () => { readHash(); update(); });
readHash();
update();
list.focus({ preventScroll: true });

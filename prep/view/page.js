const { rows, kinds } = JSON.parse(document.getElementById("data").textContent);
const part = (id) => document.getElementById(id);
const [list, room, pane, search, count] = ["list", "room", "row", "search", "count"].map(part);
const HEIGHT = 64; // of a row in the list, in pixels, as in the stylesheet
const FACETS = {
  status: (row) => [row.status],
  severity: (row) => [row.severity],
  finding: (row) => row.kinds.map((kind) => kinds[kind]),
};
const ORDER = {
  status: ["kept", "failed", "skipped"],
  severity: [...new Set(rows.map((row) => row.severity))].sort(),
  finding: kinds,
};

/** What is chosen: a facet that is null lets every row through, a `row` that is null means the first of the results. */
const state = { status: null, severity: null, finding: null, search: "", row: null, attempt: null };
let results = rows;
let shown = null;

const texts = new WeakMap();
function textOf(row) {
  if (!texts.has(row)) {
    const made = row.attempts.flatMap(({ points, findings }) => [
      ...points.map((point) => point.text), ...findings.map((finding) => finding.message),
    ]);
    texts.set(row, [row.description, row.patient, row.reply ?? "", row.reason, ...made].join("\n").toLowerCase());
  }
  return texts.get(row);
}

const sought = () => state.search.toLowerCase().split(/\s+/).filter(Boolean);

function searched() {
  const words = sought();
  return rows.filter((row) => words.every((word) => textOf(row).includes(word)));
}

/** Those that pass every filter but the one named `except`: what its options would leave. */
function passing(some, except) {
  const chosen = Object.keys(FACETS).filter((name) => name !== except && state[name] !== null);
  return some.filter((row) => chosen.every((name) => FACETS[name](row).includes(state[name])));
}

/** An option's value is "=" and the text, so that a severity without text is another thing than none chosen. */
function fill(name, left) {
  const counts = new Map();
  for (const row of left) for (const value of FACETS[name](row)) counts.set(value, (counts.get(value) ?? 0) + 1);
  const label = (value) => `${value || "(none)"} (${counts.get(value) ?? 0})`;
  const options = ORDER[name].map((value) => make("option", { value: `=${value}` }, label(value)));
  const select = part(name);
  select.replaceChildren(make("option", { value: "" }, `any (${left.length})`), ...options);
  select.value = state[name] === null ? "" : `=${state[name]}`;
}

function readHash() {
  const given = new URLSearchParams(location.hash.slice(1));
  for (const name in FACETS) state[name] = ORDER[name].includes(given.get(name)) ? given.get(name) : null;
  state.search = given.get("search") ?? "";
  const number = (name, end) => {
    const text = given.get(name) ?? "";
    return /^\d+$/.test(text) && Number(text) < end ? Number(text) : null;
  };
  state.row = number("row", rows.length);
  state.attempt = state.row === null ? null : number("attempt", rows[state.row].attempts.length);
}

function writeHash() {
  const entries = Object.entries(state).filter(([, value]) => value !== null && value !== "");
  if (state.severity === "") entries.push(["severity", ""]);
  history.replaceState(null, "", `#${new URLSearchParams(entries)}`);
}

/** Show what the state says, the chosen row of the list in sight. */
function update() {
  const some = searched();
  results = passing(some);
  for (const name in FACETS) fill(name, passing(some, name));
  if (search.value !== state.search) search.value = state.search;
  count.textContent = `${results.length} of ${rows.length} rows`;
  document.body.classList.toggle("open", state.row !== null);
  const chosen = results.includes(rows[state.row]) ? rows[state.row] : results[0];
  showRow(chosen);
  room.style.height = `${results.length * HEIGHT}px`;
  bring(chosen);
  showList();
}

/** Scroll the list to a row that is out of sight. */
function bring(row) {
  const place = results.indexOf(row) * HEIGHT;
  if (place < list.scrollTop || place + HEIGHT > list.scrollTop + list.clientHeight) {
    list.scrollTop = place - list.clientHeight / 2;
  }
}

/** Only the rows in sight are in the document. */
function showList() {
  const first = Math.max(0, Math.floor(list.scrollTop / HEIGHT) - 4);
  const last = Math.ceil((list.scrollTop + list.clientHeight) / HEIGHT) + 4;
  room.replaceChildren(...results.slice(first, last).map((row, at) => item(row, first + at)));
  const current = room.querySelector("[aria-selected=true]");
  if (current) list.setAttribute("aria-activedescendant", current.id);
  else list.removeAttribute("aria-activedescendant");
  if (!results.length) room.append(sentence("No row passes these filters."));
}

function item(row, place) {
  const last = row.attempts.at(-1);
  const hard = last?.findings.filter(({ kind }) => !kind.startsWith("alignment")).length;
  const facts = [hard ? ` ▲ ${hard}` : "", ` row ${row.index}`, row.severity].filter(Boolean).join(" · ");
  const made = make("div", {
    role: "option", id: `item-${row.index}`, class: `item ${row.status}`, "data-row": row.index,
    "aria-selected": row === shown, "aria-setsize": results.length, "aria-posinset": place + 1,
  },
  make("span", { class: "line" }, make("b", { class: "status" }, `${SIGNS[row.status]} ${row.status}`), facts),
  make("span", { class: "line about" }, row.description || row.patient || "(no text)"));
  made.style.top = `${place * HEIGHT}px`;
  return made;
}

function showRow(row) {
  const last = shown;
  shown = row ?? null;
  if (!row) return pane.replaceChildren();
  const attempt = row.index === state.row && state.attempt !== null ? state.attempt : row.attempts.length - 1;
  pane.replaceChildren(...detail(row, attempt));
  if (row !== last) pane.scrollTop = 0;
  showHits(pane, sought());
}

function choose(row, attempt = null) {
  if (!row) return;
  Object.assign(state, { row: row.index, attempt });
  writeHash();
  update();
  // The row that had the focus is gone from the document.
  if (document.activeElement === document.body) pane.focus({ preventScroll: true });
}

const step = (by) => choose(results[Math.min(results.length - 1, Math.max(0, results.indexOf(shown) + by))]);

function filter(change) {
  Object.assign(state, { row: null, attempt: null }, change);
  writeHash();
  update();
}

function press(event) {
  const option = event.target.closest("[data-row]"), pressed = event.target.closest("button");
  if (option) return choose(rows[option.dataset.row]);
  if (!pressed) return;
  const { step: by, attempt, finding, place, points, lights } = pressed.dataset;
  const again = (selector) => pane.querySelector(selector).focus();
  if (by) {
    step(Number(by));
    again(`[data-step="${by}"]`);
  } else if (attempt) {
    choose(shown, Number(attempt));
    again(`[data-attempt="${attempt}"]`);
  } else if (finding) {
    reveal(pane.querySelectorAll(`[data-findings~="${finding}"]`)[place]);
  } else if (points) {
    const side = pressed.closest(".source") ? ".made" : ".source";
    const places = (lights ?? points).split(" ").map((id) => `${side} button.ref[data-points="${id}"]`);
    reveal(pane.querySelector(places.join()));
  } else if (pressed.matches(".back")) {
    // On a narrow window the list comes back in place of the row, where it was left.
    document.body.classList.remove("open");
    bring(shown);
    list.focus();
  }
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

part("filters").addEventListener("submit", (event) => event.preventDefault());
part("filters").addEventListener("reset", (event) => {
  event.preventDefault();
  filter({ status: null, severity: null, finding: null, search: "" });
});
for (const name in FACETS) {
  const select = part(name);
  select.addEventListener("change", () => filter({ [name]: select.value === "" ? null : select.value.slice(1) }));
}
search.addEventListener("input", () => filter({ search: search.value }));
list.addEventListener("scroll", showList);
new ResizeObserver(showList).observe(list);
document.addEventListener("click", press);
document.addEventListener("keydown", key);
for (const kind of ["mouseover", "focusin"]) {
  pane.addEventListener(kind, (event) => light(pane, event.target.closest("[data-points]")));
}
for (const kind of ["mouseleave", "focusout"]) pane.addEventListener(kind, () => light(pane, null));
addEventListener("hashchange", () => { readHash(); update(); });
readHash();
update();
list.focus({ preventScroll: true });

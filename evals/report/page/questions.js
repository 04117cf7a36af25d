const data = JSON.parse(document.getElementById("data").textContent);
const part = (id) => document.getElementById(id);
const FILTERS = ["left", "right", "verdict", "side", "severity", "differ"];
const SIDES = ["left", "right"];
const STEP = 100; // questions that are put into the document at once
const fails = (answer) => answer !== null && answer.verdict !== "compliant";
const verdictOf = (answer) => answer?.verdict ?? "unscored";
const VERDICTS = {
  failing: ["does not comply", fails],
  ...Object.fromEntries(
    Object.entries(data.verdicts).map(([key, label]) => [key, [label, (answer) => verdictOf(answer) === key]]),
  ),
  unsupported: ["has unsupported numbers", (answer) => Boolean(answer?.unsupported)],
  cut: ["cut at the limit", (answer) => (answer?.note ?? "").includes("cut at the limit")],
};
const SIGNS = { compliant: "✓", broken: "✗", lenient: "◐", unscored: "–" };
let set, results = [], shown = 0;

const condition = (side) => set.conditions.find(({ name }) => name === part(side).value);
const samplesOf = (side, place) => condition(side).answers[place];

function options(id, values, chosen) {
  part(id).replaceChildren(...values.map(([value, label]) => make("option", { value }, label)));
  part(id).value = chosen;
}

/** Fill the controls for a question set. Options go by name: in a report written anew a place may be another's. */
function open(wanted) {
  set = data.sets.find(({ name }) => name === wanted);
  const names = set.conditions.map(({ name }) => [name, name]);
  for (const side of SIDES) options(side, names, names[set[side]][0]);
  const severities = [...new Set(set.questions.map(({ severity }) => severity).filter(Boolean))].sort();
  options("severity", [["", "any"], ...severities.map((name) => [name, name])], "");
}

const texts = new WeakMap();
function textOf(samples) {
  if (!texts.has(samples)) {
    const words = samples.filter(Boolean).flatMap(({ points = [], outside = [], raw = "" }) =>
      [...points.map((point) => point[1]), ...outside.map((one) => one[1]), raw].map(plainText));
    texts.set(samples, words.join("\n").toLowerCase());
  }
  return texts.get(samples);
}

function passes(place) {
  const question = set.questions[place];
  const sides = SIDES.map((side) => samplesOf(side, place));
  const [left, right] = sides.map((samples) => samples.map(verdictOf).join());
  if (part("differ").checked && left === right) return false;
  if (part("severity").value && question.severity !== part("severity").value) return false;
  const wanted = VERDICTS[part("verdict").value];
  const judged = sides.filter((_, at) => ["", SIDES[at]].includes(part("side").value));
  if (wanted && !judged.some((samples) => samples.some(wanted[1]))) return false;
  return holds(question, sides);
}

/** Whether every word that is searched for stands in the question, the reply or one of the two answers. */
function holds(question, sides) {
  const words = part("search").value.toLowerCase().split(/\s+/).filter(Boolean);
  if (!words.length) return true;
  const asked = [`#${question.number}`, question.user, question.reference ?? ""].join("\n").toLowerCase();
  return words.every((word) => [asked, ...sides.map(textOf)].some((text) => text.includes(word)));
}

/** Failures first: of both, then of one; among them those that more of the other conditions fail too. */
function order(one, other) {
  const weight = (place) => {
    const both = SIDES.filter((side) => samplesOf(side, place).some(fails)).length;
    return both * 1000 + set.conditions.filter(({ answers }) => answers[place].some(fails)).length;
  };
  return weight(other) - weight(one) || one - other;
}

function update() {
  results = [...set.questions.keys()].filter(passes).sort(order);
  shown = 0;
  part("list").replaceChildren();
  more();
  part("list").querySelector("details")?.setAttribute("open", "");
  keep();
}

function more() {
  const next = results.slice(shown, shown + STEP);
  part("list").append(...next.map(card));
  shown += next.length;
  const all = set.questions.length;
  const some = shown < results.length ? `, the first ${shown} shown` : "";
  part("count").textContent = `${results.length} of ${all} question${all === 1 ? "" : "s"}${some}`;
  part("more").hidden = shown === results.length;
  part("more").textContent = `Show ${Math.min(STEP, results.length - shown)} more`;
}

/** A question; its answers are put into the document when it is opened for the first time. */
function card(place) {
  const question = set.questions[place];
  const about = make("span", { class: "about" }, ...visible(question.user.split("\n")[0]));
  const marks = make("span", { class: "marks" }, ...SIDES.map((side) => mark(side, place)));
  const summary = make("summary", {}, make("span", { class: "number" }, `#${question.number}`), about, marks);
  const made = make("details", { class: "question card", "data-question": question.number }, summary);
  made.addEventListener("toggle", () => {
    if (made.open && made.children.length === 1) made.append(inside(place));
  });
  return made;
}

/** A condition's verdict: compliant if all samples are, else the worst of them. */
function mark(side, place) {
  const verdicts = samplesOf(side, place).map(verdictOf);
  const verdict = ["broken", "lenient", "unscored", "compliant"].find((one) => verdicts.includes(one));
  const right = verdicts.filter((one) => one === "compliant").length;
  const many = verdicts.length > 1 ? ` ${right}/${verdicts.length}` : "";
  return tag(verdict, `${SIGNS[verdict]}${many} ${condition(side).name}`);
}

function inside(place) {
  const { user, reference, severity, urgent } = set.questions[place];
  const known = [severity, { true: "an emergency", false: "no emergency" }[urgent]].filter(Boolean).join(", ");
  const reply = reference ?? "Not known: numbers are unchecked.";
  const given = [[known ? `Question (${known})` : "Question", user], ["Reference", reply]];
  const texts = given.map(([title, text]) => make("div", {}, make("h3", {}, title), scrolling(text, title)));
  const sides = part("left").value === part("right").value ? ["left"] : SIDES;
  const answers = sides.map((side) => answerSection(condition(side), samplesOf(side, place), 0));
  const source = make("div", { class: "source" }, ...texts);
  return make("div", { class: "inside" }, source, make("div", { class: "answers" }, ...answers));
}

const scrolling = (text, label) => make("p", { tabindex: "0", role: "region", "aria-label": label }, ...visible(text));

/** What is chosen outlives a reload. The form lets no browser bring its fields back by itself: that comes after the list. */
function keep() {
  const chosen = ["set", ...FILTERS, "search"].map((id) => [id, id === "differ" ? part(id).checked : part(id).value]);
  history.replaceState(Object.fromEntries(chosen), "");
}

/** Choose what was kept, but for what this report does not have: it may have been written anew since. */
function restore(kept) {
  for (const [id, value] of Object.entries(kept)) {
    if (id === "differ") part(id).checked = value;
    else if (!part(id).options || [...part(id).options].some((option) => option.value === value)) part(id).value = value;
  }
}

function begin(kept = {}) {
  open(part("set").value);
  restore(kept);
  update();
}

options("set", data.sets.map(({ name, questions }) => [name, `${name} (${questions.length})`]), data.sets[0].name);
options("verdict", [["", "any"], ...Object.entries(VERDICTS).map(([key, [label]]) => [key, label])], "");
part("set").closest("label").hidden = data.sets.length < 2;
part("set").addEventListener("change", () => begin());
for (const id of FILTERS) part(id).addEventListener("change", update);
part("search").addEventListener("input", update);
part("filters").addEventListener("submit", (event) => event.preventDefault());
part("filters").addEventListener("reset", () => setTimeout(begin)); // the fields are reset after this event
part("more").addEventListener("click", more);
addEventListener("hashchange", keep);
const { set: last, ...kept } = history.state ?? {};
if (last) restore({ set: last });
begin(kept);

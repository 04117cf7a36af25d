const data = JSON.parse(document.getElementById("data").textContent);
const part = (id) => document.getElementById(id);
const FIELDS = ["set", "left", "right", "verdict", "side", "severity", "search"];
const STEP = 100; // questions that are put into the document at once
const VERDICTS = {
  failing: ["does not comply", (answer) => answer !== null && answer.verdict !== "compliant"],
  ...Object.fromEntries(Object.entries(data.verdicts).map(([key, label]) => [key, [label, (answer) => (answer?.verdict ?? "unscored") === key]])),
  unsupported: ["has unsupported numbers", (answer) => Boolean(answer?.unsupported)],
  cut: ["cut at the limit", (answer) => (answer?.note ?? "").includes("cut at the limit")],
};
let set, results = [], shown = 0;

const condition = (side) => set.conditions[Number(part(side).value)];
const samplesOf = (side, place) => condition(side).answers[place];
const failing = (samples) => samples.some((answer) => answer !== null && answer.verdict !== "compliant");
const verdictOf = (samples) => samples.map((answer) => answer?.verdict ?? "unscored").join();

function options(select, values, chosen) {
  select.replaceChildren(...values.map(([value, label]) => make("option", { value }, label)));
  select.value = chosen;
}

/** Fill the controls for a question set. */
function open(place) {
  set = data.sets[place];
  const names = set.conditions.map(({ name }, at) => [String(at), name]);
  options(part("left"), names, String(set.left));
  options(part("right"), names, String(set.right));
  const severities = [...new Set(set.questions.map(({ severity }) => severity).filter(Boolean))].sort();
  options(part("severity"), [["", "any"], ...severities.map((name) => [name, name])], "");
}

const texts = new WeakMap();
function textOf(answers) {
  if (!texts.has(answers)) {
    const words = answers.filter(Boolean).flatMap(({ points = [], outside = [], raw = "" }) => [...points.map((point) => plainText(point[1])), ...outside.map((one) => plainText(one[1])), plainText(raw)]);
    texts.set(answers, words.join("\n").toLowerCase());
  }
  return texts.get(answers);
}

function passes(place) {
  const question = set.questions[place];
  const sides = [samplesOf("left", place), samplesOf("right", place)];
  if (part("differ").checked && verdictOf(sides[0]) === verdictOf(sides[1])) return false;
  if (part("severity").value && question.severity !== part("severity").value) return false;
  const wanted = VERDICTS[part("verdict").value];
  const at = { left: [0], right: [1] }[part("side").value] ?? [0, 1];
  if (wanted && !at.some((side) => sides[side].some(wanted[1]))) return false;
  const whole = () => [question.user, question.reference ?? "", `#${question.number}`].join("\n").toLowerCase();
  return part("search").value.toLowerCase().split(/\s+/).filter(Boolean).every((word) => whole().includes(word) || sides.some((side) => textOf(side).includes(word)));
}

/** Failures first: of both, then of one; among them those that more of the other conditions fail too. */
function order(one, other) {
  const weight = (place) => {
    const both = Number(failing(samplesOf("left", place))) + Number(failing(samplesOf("right", place)));
    return both * 1000 + set.conditions.filter(({ answers }) => failing(answers[place])).length;
  };
  return weight(other) - weight(one) || one - other;
}

function update() {
  results = [...set.questions.keys()].filter(passes).sort(order);
  shown = 0;
  part("list").replaceChildren();
  more();
  part("list").querySelector("details")?.setAttribute("open", "");
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
  const marks = ["left", "right"].map((side) => mark(samplesOf(side, place), condition(side).name));
  const summary = make("summary", {}, make("span", { class: "number" }, `#${question.number}`), make("span", { class: "about" }, ...visible(question.user.split("\n")[0])), make("span", { class: "marks" }, ...marks));
  const made = make("details", { class: "question card", "data-question": question.number }, summary);
  made.addEventListener("toggle", () => {
    if (made.open && made.children.length === 1) made.append(inside(place));
  });
  return made;
}

function mark(samples, name) {
  const right = samples.filter((answer) => answer?.verdict === "compliant").length;
  const verdict = right === samples.length ? "compliant" : samples.every((answer) => answer === null) ? "unscored" : samples.some((answer) => answer?.verdict === "broken") ? "broken" : "lenient";
  const sign = { compliant: "✓", broken: "✗", lenient: "◐", unscored: "–" }[verdict];
  const many = samples.length > 1 ? ` ${right}/${samples.length}` : "";
  return make("span", { class: `tag ${verdict}`, title: data.verdicts[verdict] }, `${sign}${many} ${name}`);
}

function inside(place) {
  const question = set.questions[place];
  const facts = [question.severity, { true: "an emergency", false: "no emergency" }[question.urgent]].filter(Boolean).join(", ");
  const asked = make("div", {}, make("h3", {}, facts ? `Question (${facts})` : "Question"), scrolling(question.user, "Question"));
  const reply = make("div", {}, make("h3", {}, "Doctor's reply"), scrolling(question.reference ?? "Not known: numbers are unchecked.", "Doctor's reply"));
  const sides = part("left").value === part("right").value ? ["left"] : ["left", "right"];
  const answers = sides.map((side) => answerSection(condition(side), samplesOf(side, place), 0));
  return make("div", { class: "inside" }, make("div", { class: "source" }, asked, reply), make("div", { class: "answers" }, ...answers));
}

const scrolling = (text, label) => make("p", { tabindex: "0", role: "region", "aria-label": label }, ...visible(text));

options(part("set"), data.sets.map(({ name, questions }, at) => [String(at), `${name} (${questions.length})`]), "0");
options(part("verdict"), [["", "any"], ...Object.entries(VERDICTS).map(([key, [label]]) => [key, label])], "");
part("set").closest("label").hidden = data.sets.length < 2;
open(0);
part("set").addEventListener("change", () => { open(Number(part("set").value)); update(); });
for (const id of [...FIELDS.slice(1), "differ"]) part(id).addEventListener(id === "search" ? "input" : "change", update);
part("filters").addEventListener("submit", (event) => event.preventDefault());
part("filters").addEventListener("reset", () => setTimeout(() => { open(Number(part("set").value)); update(); }));
part("more").addEventListener("click", more);
update();

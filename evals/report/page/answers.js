/** One answer, or the lack of one, under its condition's name; several samples have a button each. */
function answerSection(condition, samples, sample) {
  const answer = samples[sample];
  const verdict = answer ? answer.verdict : "unscored";
  const section = make("section", { class: verdict });
  const head = make("h3", {}, make("span", {}, condition.name), tag(verdict), ...facts(condition, answer));
  section.append(head);
  if (samples.length > 1) section.append(sampleButtons(condition, samples, sample, section));
  section.append(...(answer ? [body(answer, condition.name), measured(answer)] : [make("p", { class: "soft" }, "No completion: the system failed, not the model.")]));
  return section;
}

const tag = (verdict, label = data.verdicts[verdict]) => make("span", { class: `tag ${verdict}` }, label);

function facts(condition, answer) {
  const found = [];
  if (answer?.unsupported) found.push(make("span", { class: "tag broken" }, "unsupported: ", ...visible(answer.unsupported.join(", "))));
  const notes = [condition.constrained ? "under the grammar" : "", answer?.note ?? ""].filter(Boolean);
  if (notes.length) found.push(make("span", { class: "soft" }, notes.join(", ")));
  return found;
}

function sampleButtons(condition, samples, sample, section) {
  const buttons = samples.map((answer, at) => {
    const label = `${at + 1} ${answer?.verdict === "compliant" ? "✓" : answer ? "✗" : "–"}`;
    const made = button(label, { "aria-pressed": at === sample, "aria-label": `Sample ${at + 1}, ${data.verdicts[answer?.verdict ?? "unscored"]}` });
    made.addEventListener("click", () => {
      const other = answerSection(condition, samples, at);
      section.replaceWith(other);
      other.querySelectorAll(".samples button")[at].focus();
    });
    return made;
  });
  return make("p", { class: "samples", role: "group", "aria-label": `Samples of ${condition.name}` }, ...buttons);
}

function body(answer, name) {
  const outside = (before) => (answer.outside ?? []).filter((one) => one[2] === before).map(([, text]) => make("p", { class: "outside" }, make("span", { class: "text" }, ...pieces(text))));
  const parts = (answer.problems ?? []).map((problem) => make("span", { class: "flag" }, ...visible(problem)));
  if (answer.points) parts.push(...outside(true), tree(answer.points), ...outside(false));
  else parts.push(answer.raw ? make("pre", { class: "text" }, ...pieces(answer.raw)) : make("p", { class: "soft" }, "The answer is empty."));
  return make("div", { class: "body", tabindex: "0", role: "region", "aria-label": `Answer of ${name}` }, ...parts);
}

/** The points as nested lists, with what is wrong at each. */
function tree(points) {
  const top = make("ul", {});
  const lists = [top];
  for (const [depth, text, problems = []] of points) {
    const words = make("span", { class: "words" }, ...(text.length ? pieces(text) : ["(empty)"]));
    const item = make("li", { class: problems.length ? "wrong" : undefined }, words, ...problems.map((problem) => make("span", { class: "flag" }, ...visible(problem))));
    if (!lists[depth - 1]) {
      lists[depth - 1] = make("ul", {});
      lists[depth - 2].lastElementChild.append(lists[depth - 1]);
    }
    lists[depth - 1].append(item);
    lists.length = depth;
  }
  return top;
}

function measured(answer) {
  const known = data.measures.map((heading, at) => [heading, answer.measured[at]]).filter(([, value]) => value !== null);
  const list = make("ul", { class: "measured" }, ...known.map(([heading, value]) => make("li", {}, `${heading} `, make("b", {}, value))));
  return make("details", {}, make("summary", {}, "Measures of this answer"), list);
}

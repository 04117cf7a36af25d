const tag = (verdict, label = data.verdicts[verdict]) => make("span", { class: `tag ${verdict}` }, label);
const flag = (problem) => make("span", { class: "flag" }, ...visible(problem));

/** One answer, or the lack of one, under its condition's name; several samples have a button each. */
function answerSection(condition, samples, sample) {
  const answer = samples[sample];
  const verdict = answer ? answer.verdict : "unscored";
  const section = make("section", { class: verdict });
  section.append(make("h3", {}, make("span", {}, condition.name), tag(verdict), ...facts(condition, answer)));
  if (samples.length > 1) section.append(sampleButtons(condition, samples, sample, section));
  if (answer) section.append(body(answer, condition.name), measured(answer));
  else section.append(make("p", { class: "soft" }, "No completion: the system failed, not the model."));
  return section;
}

function facts(condition, answer) {
  const found = [];
  if (answer?.unsupported) {
    found.push(make("span", { class: "tag broken" }, "unsupported: ", ...visible(answer.unsupported.join(", "))));
  }
  const notes = [condition.constrained ? "under the grammar" : "", answer?.note ?? ""].filter(Boolean);
  if (notes.length) found.push(make("span", { class: "soft" }, notes.join(", ")));
  return found;
}

function sampleButtons(condition, samples, sample, section) {
  const buttons = samples.map((answer, at) => {
    const sign = answer?.verdict === "compliant" ? "✓" : answer ? "✗" : "–";
    const verdict = data.verdicts[answer?.verdict ?? "unscored"];
    const made = button(`${at + 1} ${sign}`, { "aria-pressed": at === sample, title: verdict });
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
  const parts = (answer.problems ?? []).map(flag);
  if (answer.points) parts.push(...outside(answer, true), tree(answer.points), ...outside(answer, false));
  else if (answer.raw) parts.push(make("pre", { class: "text" }, ...pieces(answer.raw)));
  else parts.push(make("p", { class: "soft" }, "The answer is empty."));
  return make("div", { class: "body", tabindex: "0", role: "region", "aria-label": `Answer of ${name}` }, ...parts);
}

/** The texts beside the list that stand before it, or those after its beginning. */
function outside(answer, before) {
  const texts = (answer.outside ?? []).filter((one) => one[2] === before);
  return texts.map(([, text]) => make("p", { class: "outside" }, make("span", { class: "text" }, ...pieces(text))));
}

/** The points as nested lists, with what is wrong at each. */
function tree(points) {
  const top = make("ul", {});
  const lists = [top];
  for (const [depth, text, problems = []] of points) {
    const words = make("span", { class: "words" }, ...(text.length ? pieces(text) : ["(empty)"]));
    const item = make("li", { class: problems.length ? "wrong" : undefined }, words, ...problems.map(flag));
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
  const known = data.measures.map((name, at) => [name, answer.measured[at]]).filter(([, value]) => value !== null);
  const items = known.map(([name, value]) => make("li", {}, `${name} `, make("b", {}, value)));
  const list = make("ul", { class: "measured" }, ...items);
  return make("details", {}, make("summary", {}, "Measures of this answer"), list);
}

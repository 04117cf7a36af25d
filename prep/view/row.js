"use strict";

/** Make an element. Texts become text nodes and never markup, so that no row can put anything into the page. */
function make(tag, attributes, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) if (value !== undefined) made.setAttribute(name, value);
  made.append(...children);
  return made;
}

const SIGNS = { kept: "✓", failed: "✗", skipped: "–" };
const button = (label, attributes) => make("button", { type: "button", ...attributes }, label);
const sentence = (text, name = "soft") => make("p", { class: name }, text);

/** What a finding's mark looks like; the stylesheet gives each a shape or a word beside its colour. */
function look(kind) {
  if (kind.startsWith("alignment: words")) return "uncovered";
  return kind.startsWith("fidelity: lost") ? "lost" : "invented";
}

/** A text cut at the edges of its marks: [start, end, classes, finding or -1, point or -1]. */
function paint(text, marks, messages) {
  const edges = [...new Set([0, text.length, ...marks.flatMap(([start, end]) => [start, end])])].sort((a, b) => a - b);
  return edges.slice(1).flatMap((end, at) => {
    const start = edges[at];
    const over = marks.filter((mark) => mark[0] <= start && end <= mark[1]);
    if (!over.length) return [text.slice(start, end)];
    const found = over.filter((mark) => mark[3] >= 0), points = over.filter((mark) => mark[4] >= 0);
    const ends = found.some((mark) => mark[1] === end && mark[2] !== "uncovered");
    const part = make(found.length ? "mark" : "span", {
      class: [...new Set(over.map((mark) => mark[2])), ends ? "ends" : ""].join(" ").trim(),
      title: found.length ? found.map((mark) => messages[mark[3]]).join("\n") : undefined,
      tabindex: found.length ? "-1" : undefined,
      // On the first piece of a mark only, which stands for the whole of it.
      "data-findings": found.filter((mark) => mark[0] === start).map((mark) => mark[3]).join(" ") || undefined,
      "data-points": points.length ? points.map((mark) => mark[4]).join(" ") : undefined,
    }, text.slice(start, end));
    const begun = points.filter((mark) => mark[0] === start);
    return [...begun.map((mark) => button(mark[5], { class: "ref", "data-points": mark[4], title: "go to the point" })), part];
  });
}

function reply(row, attempt, kinds, messages) {
  const marks = attempt.marks.map(([start, end, finding]) => [start, end, look(kinds[attempt.findings[finding][0]]), finding, -1]);
  attempt.points.forEach((point, id) => {
    for (const [start, end] of point.spans ?? []) marks.push([start, end, "from", -1, id, point.path]);
  });
  return make("p", { class: "reply" }, ...paint(row.reply, marks, messages));
}

/** What stands outside the list, then the points as nested lists. */
function outline(attempt, kinds, messages) {
  const top = make("ul", { class: "outline" }), lists = [top], outside = [];
  attempt.points.forEach((point, id) => {
    const marks = (point.marks ?? []).map(([start, end, finding]) => [start, end, look(kinds[attempt.findings[finding][0]]), finding, -1]);
    const tags = (point.findings ?? []).map((finding) => {
      const kind = kinds[attempt.findings[finding][0]];
      const soft = kind.startsWith("alignment");
      const said = soft ? "◌ not found in the reply" : `▲ ${kind.slice(kind.indexOf(": ") + 2)}`;
      return make("span", { class: soft ? "tag soft" : "tag", title: messages[finding], tabindex: "-1", "data-findings": finding }, said);
    });
    const words = make("span", { class: "words" }, ...(point.text ? paint(point.text, marks, messages) : ["(empty)"]));
    if (!point.path) return outside.push(make("p", { class: "outside" }, words, " ", ...tags));
    const lights = attempt.points.flatMap((other, place) => (place === id || other.path.startsWith(`${point.path}.`)) && other.spans ? [place] : []);
    const attributes = { class: "ref", "data-points": id, "data-lights": lights.join(" ") };
    const label = lights.length ? button(point.path, { ...attributes, title: "go to its words in the reply" }) : make("span", { class: "ref none" }, point.path);
    const line = make("span", { class: "point", "data-points": id, "data-lights": lights.join(" ") }, label, " ", words, " ", ...tags);
    const depth = point.path.split(".").length, item = make("li", {}, line);
    lists.length = depth;
    lists[depth - 1].append(item);
    lists[depth] = make("ul", {});
    item.append(lists[depth]);
  });
  top.querySelectorAll("ul:empty").forEach((list) => list.remove());
  return [...outside, top];
}

/** Every finding in words, with buttons that lead to its places; where words came from is under a fold. */
function findings(row, attempt, kinds) {
  const items = attempt.findings.map(([kind, message], finding) => {
    const at = (texts) => (texts ?? []).filter((mark) => mark[2] === finding);
    const quotes = at(attempt.marks).map(([start, end]) => `“${row.reply.slice(start, end)}”`);
    for (const point of attempt.points) {
      quotes.push(...at(point.marks).map(([start, end]) => `“${point.text.slice(start, end)}”`));
      if (point.findings?.includes(finding)) quotes.push(point.path ? `point ${point.path}` : "outside the list");
    }
    const places = quotes.map((quote, place) => button(quote, { class: "place", "data-finding": finding, "data-place": place }));
    return [kinds[kind], make("li", {}, make("b", {}, kinds[kind]), ` ${message} `, ...places)];
  });
  const some = (soft) => items.filter(([kind]) => kind.startsWith("alignment") === soft).map(([, item]) => item);
  const [hard, notes] = [some(false), some(true)];
  const told = hard.length ? [make("h3", {}, hard.length === 1 ? "1 finding" : `${hard.length} findings`), make("ul", {}, ...hard)]
    : [make("h3", {}, "No findings")];
  const fold = make("details", {}, make("summary", {}, "Not matched between reply and outline"), make("ul", {}, ...notes));
  return make("section", { class: "findings", "aria-label": "Findings" }, ...told, ...(notes.length ? [fold] : []));
}

/** The two sides of a row; `shown` is the 0-based attempt, of a row that has any. */
function sides(row, shown, kinds) {
  const attempt = row.attempts[shown];
  const messages = attempt?.findings.map(([kind, message]) => `${kinds[kind]}: ${message}`);
  const given = row.reply === null ? sentence("The source has no reply in this row.")
    : attempt ? reply(row, attempt, kinds, messages) : make("p", { class: "reply" }, row.reply);
  const patient = make("details", { class: "patient" }, make("summary", {}, "The patient's text"), sentence(row.description, "about"), make("p", {}, row.patient));
  const said = attempt?.requests.map((line) => make("li", {}, line)) ?? [];
  const made = !attempt ? [sentence(row.status === "skipped" ? "Nothing to convert." : "No answer came.")]
    : attempt.points.length ? outline(attempt, kinds, messages) : [sentence("The answer was empty.")];
  return [
    ...(attempt ? [findings(row, attempt, kinds)] : []),
    make("section", { class: "side source", "aria-label": "Reply" }, make("h3", {}, "Doctor's reply"), given, patient),
    make("section", { class: "side made", "aria-label": "Outline" }, make("h3", {}, row.status === "kept" || !attempt ? "Outline" : "Refused outline"), ...made,
      ...(said.length ? [make("ul", { class: "requests", "aria-label": "Requests" }, ...said)] : [])),
  ];
}

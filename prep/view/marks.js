"use strict";

/** Make an element. Texts become text nodes and never markup, so that no row can put anything into the page. */
function make(tag, attributes, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) if (value !== undefined) made.setAttribute(name, value);
  made.append(...children);
  return made;
}

const button = (label, attributes) => make("button", { type: "button", ...attributes }, label);
const sentence = (text, name = "soft") => make("p", { class: name }, text);

/** What a finding's mark looks like; the stylesheet gives each a shape or a word beside its colour. */
function look(kind) {
  if (kind.startsWith("alignment: words")) return "uncovered";
  return kind.startsWith("fidelity: lost") ? "lost" : "invented";
}

/** The marks [start, end, finding] of an attempt's text, as `paint` takes them. */
function found(attempt, marks = []) {
  return marks.map(([start, end, finding]) => {
    const { kind, message } = attempt.findings[finding];
    return { start, end, finding, name: look(kind), message: `${kind}: ${message}` };
  });
}

/** A text cut at the edges of its marks; a mark has a `finding`, or a `point` with its `path`. */
function paint(text, marks) {
  const edges = [...new Set([0, text.length, ...marks.flatMap(({ start, end }) => [start, end])])];
  edges.sort((one, two) => one - two);
  return edges.slice(1).flatMap((end, at) => {
    const start = edges[at];
    const over = marks.filter((mark) => mark.start <= start && end <= mark.end);
    return over.length ? piece(text.slice(start, end), start, end, over) : [text.slice(start, end)];
  });
}

/** A piece of a text with all marks over it, behind the numbers of the points whose words begin here. */
function piece(text, start, end, over) {
  const wrong = over.filter((mark) => mark.finding !== undefined);
  const points = over.filter((mark) => mark.point !== undefined);
  const names = new Set(over.map((mark) => mark.name));
  if (wrong.some((mark) => mark.end === end && mark.name !== "uncovered")) names.add("ends");
  const part = make(wrong.length ? "mark" : "span", {
    class: [...names].join(" "),
    title: wrong.map((mark) => mark.message).join("\n") || undefined,
    tabindex: wrong.length ? "-1" : undefined,
    // On the first piece of a mark only, which stands for the whole of it.
    "data-findings": wrong.filter((mark) => mark.start === start).map((mark) => mark.finding).join(" ") || undefined,
    "data-points": points.map((mark) => mark.point).join(" ") || undefined,
  }, text);
  const begun = points.filter((mark) => mark.start === start);
  const numbers = begun.map(({ path, point }) =>
    button(path, { class: "ref", "data-points": point, title: "go to the point" }));
  return [...numbers, part];
}

function reply(row, attempt) {
  const from = attempt.points.flatMap(({ path, spans = [] }, point) =>
    spans.map(([start, end]) => ({ start, end, point, path, name: "from" })));
  return make("p", { class: "reply" }, ...paint(row.reply, [...found(attempt, attempt.marks), ...from]));
}

/** What stands outside the list, then the points as nested lists. */
function outline(attempt) {
  const top = make("ul", { class: "outline" });
  const lists = [top], outside = [];
  attempt.points.forEach((point, id) => {
    const words = point.text ? paint(point.text, found(attempt, point.marks)) : ["(empty)"];
    const parts = [make("span", { class: "words" }, ...words), " ", ...tags(attempt, point)];
    if (!point.path) return outside.push(make("p", { class: "outside" }, ...parts));
    const depth = point.path.split(".").length;
    const below = make("ul", {});
    lists.length = depth;
    lists[depth - 1].append(make("li", {}, line(attempt, point, id, parts), below));
    lists.push(below);
  });
  top.querySelectorAll("ul:empty").forEach((list) => list.remove());
  return [...outside, top];
}

/** A point; `data-lights` are those that it stands for in the reply: itself, and all below a heading. */
function line(attempt, point, id, parts) {
  const isBelow = (other) => other === point || other.path.startsWith(`${point.path}.`);
  const lights = attempt.points.flatMap((other, place) => (isBelow(other) && other.spans ? [place] : [])).join(" ");
  const marked = { "data-points": id, "data-lights": lights };
  const number = lights ? button(point.path, { class: "ref", title: "go to its words in the reply", ...marked })
    : make("span", { class: "ref none" }, point.path);
  return make("span", { class: "point", ...marked }, number, " ", ...parts);
}

function tags(attempt, point) {
  return (point.findings ?? []).map((finding) => {
    const { kind, message } = attempt.findings[finding];
    const soft = kind.startsWith("alignment");
    const said = soft ? "◌ not found in the reply" : `▲ ${kind.slice(kind.indexOf(": ") + 2)}`;
    const attributes = { class: soft ? "tag soft" : "tag", title: message, tabindex: "-1", "data-findings": finding };
    return make("span", attributes, said);
  });
}

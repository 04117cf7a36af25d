"use strict";

/** Signs that are not seen, or that turn the direction of what stands beside them; what joins letters or emoji is none. */
const CONTROL = new RegExp(
  "[\\u0000-\\u0008\\u000b\\u000c\\u000e-\\u001f\\u007f-\\u009f\\u061c\\u200b\\u200e\\u200f" +
    "\\u202a-\\u202e\\u2060-\\u2069\\ufeff]",
);

/** Make an element. Texts become text nodes and never markup, so that no answer can put anything into the page. */
function make(tag, attributes, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) if (value !== undefined) made.setAttribute(name, value);
  made.append(...children);
  return made;
}

const button = (label, attributes) => make("button", { type: "button", ...attributes }, label);

/** A text as nodes; a control character, one that turns the reading direction for instance, is shown by its number. */
function visible(text) {
  if (!CONTROL.test(text)) return [text];
  const nodes = [];
  let plain = "";
  for (const sign of text) {
    if (!CONTROL.test(sign)) {
      plain += sign;
      continue;
    }
    const name = `U+${sign.codePointAt(0).toString(16).toUpperCase().padStart(4, "0")}`;
    nodes.push(plain, make("span", { class: "control" }, name));
    plain = "";
  }
  return [...nodes, plain];
}

/** A text, or its pieces of which every second one is marked. */
function pieces(given) {
  if (typeof given === "string") return visible(given);
  const title = "neither the question nor the reply has this number";
  return given.flatMap((text, at) => (at % 2 ? [make("mark", { title }, ...visible(text))] : visible(text)));
}

const plainText = (given) => (typeof given === "string" ? given : given.join(""));

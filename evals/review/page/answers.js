/** Texts as text: every string of a model, a patient or a doctor becomes text nodes here, and never markup. */

/** Signs in place of control characters, which a browser would drop or let move the text around them. */
const CONTROL = /[\u0000-\u0008\u000b-\u001f\u007f]|[\u202a-\u202e\u2066-\u2069]/g;
const sign = (character) => {
  const code = character.charCodeAt(0);
  if (code < 0x20) return String.fromCharCode(0x2400 + code);
  return code === 0x7f ? "\u2421" : `[U+${code.toString(16).toUpperCase()}]`;
};
export const visible = (text) => text.replace(/\r\n?/g, "\n").replace(CONTROL, sign);

function make(name, content) {
  const element = document.createElement(name);
  element.dir = "auto";
  element.append(...[content].flat());
  return element;
}

/** `**bold**` as bold; links and other Markdown stay as they were written. */
function worded(text) {
  return visible(text).split(/\*\*(.+?)\*\*/).map((part, at) => {
    if (at % 2 === 0) return part;
    const bold = document.createElement("strong");
    bold.append(part);
    return bold;
  });
}

/** Points: [[depth from 1, text], ...], parents before their children. */
function tree(points) {
  const root = document.createElement("ul");
  const lists = [root];
  for (const [depth, text] of points) {
    lists.length = Math.min(lists.length, depth);
    if (lists.length < depth) {
      const list = document.createElement("ul");
      lists.at(-1).lastElementChild.append(list);
      lists.push(list);
    }
    const item = document.createElement("li");
    item.dir = "auto";
    const words = document.createElement("span");
    words.append(...worded(text));
    item.append(words);
    lists.at(-1).append(item);
  }
  return root;
}

/** What stands in an answer's box. */
export function content(answer, raw) {
  if (answer.raw === null) return [make("p", "No answer: the text ended before one began.")];
  if (!answer.raw.trim()) return [make("p", "The answer is empty.")];
  if (raw) return [make("pre", visible(answer.raw))];
  return answer.blocks.map((block) => (block.points ? tree(block.points) : make("p", worded(block.prose))));
}

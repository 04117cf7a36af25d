const SIGNS = { kept: "✓", failed: "✗", skipped: "–" };

/** One row on the page; `shown` is the 0-based attempt, -1 in a row without any. */
function detail(row, shown) {
  const attempt = row.attempts[shown];
  const reason = row.reason ? [sentence(row.reason, "reason")] : [];
  const told = attempt ? [findings(row, attempt)] : [];
  const sent = row.requests.length ? [requests(row)] : [];
  return [head(row), ...reason, ...tabs(row, shown), ...told, source(row, attempt), made(row, attempt), ...sent];
}

function head(row) {
  const status = make("b", { class: `status ${row.status}` }, `${SIGNS[row.status]} ${row.status}`);
  const facts = [row.severity, row.kind].filter(Boolean).map((fact) => ` · ${fact}`);
  const steps = [["‹ Previous", -1], ["Next ›", 1]].map(([label, by]) => button(label, { "data-step": by }));
  const way = make("p", { class: "steps" }, button("Back to the rows", { class: "back" }), ...steps);
  const line = make("p", { class: "facts" }, status, ...facts);
  return make("div", { class: "top" }, make("h2", {}, `Row ${row.index}`), line, way);
}

function tabs(row, shown) {
  const many = row.attempts.length;
  if (many < 2) return [];
  const labels = row.attempts.map((_, at) =>
    button(`Attempt ${at + 1} of ${many}`, { "aria-pressed": at === shown, "data-attempt": at }));
  return [make("p", { class: "attempts", role: "group", "aria-label": "Attempts" }, ...labels)];
}

/** Every finding in words, with buttons that lead to its places; what was not matched is under a fold. */
function findings(row, attempt) {
  const items = attempt.findings.map(({ kind, message }, finding) => {
    const buttons = quotes(row, attempt, finding).map((quote, place) =>
      button(quote, { class: "place", "data-finding": finding, "data-place": place }));
    return make("li", {}, make("b", {}, kind), ` ${message} `, ...buttons);
  });
  const isNote = (_, at) => attempt.findings[at].kind.startsWith("alignment");
  const notes = items.filter(isNote), hard = items.filter((item) => !notes.includes(item));
  const title = hard.length ? `${hard.length} finding${hard.length === 1 ? "" : "s"}` : "No findings";
  const parts = [make("h3", {}, title)];
  if (hard.length) parts.push(make("ul", {}, ...hard));
  if (notes.length) parts.push(fold("Not matched between reply and outline", make("ul", {}, ...notes)));
  return make("section", { class: "findings", "aria-label": "Findings" }, ...parts);
}

/** The places of a finding in words, in the order in which they stand on the page. */
function quotes(row, attempt, finding) {
  const of = (text, marks = []) =>
    marks.filter((mark) => mark[2] === finding).map(([start, end]) => `“${text.slice(start, end)}”`);
  const inPoints = attempt.points.flatMap((point) => {
    const whole = point.findings?.includes(finding) ? [point.path ? `point ${point.path}` : "outside the list"] : [];
    return [...of(point.text, point.marks), ...whole];
  });
  return [...of(row.reply, attempt.marks), ...inPoints];
}

const fold = (label, ...inside) => make("details", {}, make("summary", {}, label), ...inside);

function source(row, attempt) {
  const given = row.reply === null ? sentence("The source has no reply in this row.")
    : attempt ? reply(row, attempt) : make("p", { class: "reply" }, row.reply);
  const patient = fold("The question", sentence(row.description, "about"), make("p", {}, row.patient));
  patient.className = "patient";
  const title = make("h3", {}, "The reply");
  return make("section", { class: "side source", "aria-label": "Reply" }, title, given, patient);
}

function made(row, attempt) {
  const title = row.status === "kept" || !attempt ? "Outline" : "Refused outline";
  const parts = !attempt ? [sentence(row.status === "skipped" ? "Nothing to convert." : "No answer came.")]
    : attempt.points.length ? outline(attempt) : [sentence("The answer was empty.")];
  return make("section", { class: "side made", "aria-label": "Outline" }, make("h3", {}, title), ...parts);
}

function requests(row) {
  const title = `${row.requests.length} request${row.requests.length === 1 ? "" : "s"}`;
  const lines = make("ul", {}, ...row.requests.map((line) => make("li", {}, line)));
  return make("section", { class: "requests soft", "aria-label": "Requests" }, make("h3", {}, title), lines);
}

/** Underline the words that were searched for, and open the question where it holds some of them. */
function showHits(pane, words) {
  if (!("highlights" in CSS)) return;
  const hits = new Highlight();
  const walker = document.createTreeWalker(pane, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const node = walker.currentNode, text = node.data.toLowerCase();
    for (const word of text.length === node.data.length ? words : []) {
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

/** Light up what belongs together: the points named by the element, on both sides. */
function light(pane, element) {
  const { points = "", lights = "" } = element?.dataset ?? {};
  const named = `${points} ${lights}`.split(" ").filter(Boolean);
  for (const other of pane.querySelectorAll("[data-points]")) {
    other.classList.toggle("lit", other.dataset.points.split(" ").some((id) => named.includes(id)));
  }
}

function reveal(element) {
  element?.closest("details")?.setAttribute("open", "");
  element?.scrollIntoView({ block: "center" });
  element?.focus({ preventScroll: true });
}

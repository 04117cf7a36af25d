"""Every question with every answer, as the page's script reads them."""

import json
from collections.abc import Sequence
from typing import Any

from markupsafe import Markup

from evals.report.contents import Contents, Scored, set_name, words
from evals.report.leads import leading
from evals.report.text import value_text
from evals.report.trees import answer


def payload(contents: Contents) -> dict[str, Any]:
    """Return the questions by set, the conditions with their answers by question, and the pair to begin with.

    `answers` of a condition has, for each question in order, the list of its samples: an answer (`evals.report.trees`)
    with the texts of its measures, or null where it is unscored.
    """
    return {
        "verdicts": dict(words()["verdicts"]),
        "measures": [measure.heading for measure in contents.measures.values()],
        "sets": [_set(contents, key, scored) for key, scored in contents.sets.items()],
    }


def embedded(data: Any) -> Markup:
    """Return JSON that no HTML parser takes for anything but text: nothing in it can end its script element."""
    text = json.dumps(data, separators=(",", ":"))  # ASCII only, so that U+2028 is escaped too
    return Markup(text.replace("<", "\\u003c").replace(">", "\\u003e"))


def _set(contents: Contents, key: str, scored: Sequence[Scored]) -> dict[str, Any]:
    questions = contents.questions(key)
    left, right = _opening(contents, key, scored)
    return {
        "name": set_name(key),
        "left": left,
        "right": right,
        "questions": [
            {
                "number": question.id + 1,
                "user": question.user,
                "reference": question.reference,
                "severity": str(question.metadata.get("status") or ""),
                "urgent": question.metadata.get("urgent"),
            }
            for question in questions
        ],
        "conditions": [
            {
                "name": each.row.name,
                "constrained": each.row.constrained,
                "answers": [_samples(contents, each, question.id) for question in questions],
            }
            for each in scored
        ],
    }


def _samples(contents: Contents, scored: Scored, id: int) -> list[dict[str, Any] | None]:
    result, found = scored.result, []
    for sample in range(contents.config.generation.samples):
        key = (id, sample)
        if key not in result.scores:
            found.append(None)
            continue
        measured = result.measured[key]
        texts = [
            value_text(each, measured[name]) if name in measured else None for name, each in contents.measures.items()
        ]
        found.append(answer(result.completions[key], result.scores[key]) | {"measured": texts})
    return found


def _opening(contents: Contents, key: str, scored: Sequence[Scored]) -> tuple[int, int]:
    """The places of the two conditions that stand side by side at first."""
    names = [each.row.name for each in scored]
    for family in contents.compared.families:
        if family.question_set == key and (pairs := leading(contents, family)):
            return names.index(pairs[0].comparison.first), names.index(pairs[0].comparison.second)
    return 0, len(names) - 1

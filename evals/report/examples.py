"""Side-by-side examples: the answers of all models to one question, as outline trees with their violations."""

from collections.abc import Sequence
from dataclasses import dataclass

from evals.answers import extract_answer
from evals.questions import Question
from evals.summary import Result
from outline import Node, parse_outline


@dataclass(frozen=True)
class TreeNode:
    """A point of an outline with what is wrong at it."""

    text: str
    path: str
    problems: tuple[str, ...]
    children: tuple["TreeNode", ...]


@dataclass(frozen=True)
class Answer:
    """One model's answer as the report shows it."""

    model: str
    verdict: str
    """`compliant`, `lenient` (only in the lenient reading), `broken` or `unscored`."""
    tree: tuple[TreeNode, ...] = ()
    prose: tuple[str, ...] = ()
    raw: str = ""
    """The text itself, where it holds no list."""
    problems: tuple[str, ...] = ()
    """Violations that belong to no point of the tree."""
    unsupported: tuple[str, ...] | None = None
    note: str = ""


@dataclass(frozen=True)
class Example:
    """A question with the answers of all models."""

    question: Question
    answers: tuple[Answer, ...]


def choose_examples(questions: Sequence[Question], results: Sequence[Result], most: int) -> list[Example]:
    """Return up to `most` examples: those on which the models differ first, then those that any model fails."""

    def order(question: Question) -> tuple[bool, bool, int]:
        flags = [result.scores[question.id].compliant for result in results if question.id in result.scores]
        return (len(set(flags)) < 2, all(flags), question.id)

    chosen = sorted(questions, key=order)[:most]
    return [Example(question, tuple(_answer(result, question.id) for result in results)) for question in chosen]


def _answer(result: Result, id: int) -> Answer:
    if id not in result.scores:
        return Answer(result.name, "unscored", note="no completion: the system failed, not the model")
    score, completion = result.scores[id], result.completions[id]
    verdict = "compliant" if score.compliant else "lenient" if score.lenient else "broken"
    text = extract_answer(completion.completion)
    outline = parse_outline(text or "")
    if not outline.roots:
        outline = parse_outline(text or "", lenient=True)
    problems: dict[str, list[str]] = {}
    for violation in score.violations:
        problems.setdefault(str(violation["path"] or ""), []).append(violation["message"])
    tree = tuple(_tree(node, str(place), problems) for place, node in enumerate(outline.roots, start=1))
    return Answer(
        model=result.name,
        verdict=verdict,
        tree=tree,
        prose=tuple(text for _, text in outline.prose) if tree else (),
        raw="" if tree else completion.completion,
        # What `_tree` has not taken belongs to the whole answer.
        problems=tuple(message for messages in problems.values() for message in messages),
        unsupported=score.unsupported,
        note=_note(completion.finish_reason, completion.tokens, score.answered),
    )


def _tree(node: Node, path: str, problems: dict[str, list[str]]) -> TreeNode:
    own = tuple(problems.pop(path, ()))
    children = (_tree(child, f"{path}.{place}", problems) for place, child in enumerate(node.children, start=1))
    return TreeNode(node.text, path, own, tuple(children))


def _note(finish_reason: str, tokens: int, answered: bool) -> str:
    if not answered:
        return f"{tokens} tokens, the think block never closed: no answer"
    return f"{tokens} tokens" + (", cut at the limit" if finish_reason == "length" else "")

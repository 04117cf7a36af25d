"""A whole made-up run: real questions of the sample, outlines of known shape, every kind of condition."""

import json
import random
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from evals.questions import Question
from evals.summary import Result
from outline import Node, Outline, render_outline
from settings import read_jsonl
from tests.evals.report.made import result

KINDS = ("good", "numbers", "shallow", "crowded", "prose", "bullets", "loop")
SHARES = {
    "base": (4, 2, 30, 6, 40, 8, 10),
    "base, 1-shot": (30, 8, 25, 10, 12, 5, 10),
    "tuned": (70, 14, 4, 5, 1, 1, 5),
    "tuned, paraphrased": (62, 14, 8, 6, 3, 1, 6),
    "tuned, constrained": (80, 18, 0, 0, 0, 0, 2),
}


def sample_questions(root: Path, count: int) -> list[Question]:
    """Questions with the doctors' replies and severities of the sample, in turn until there are enough."""
    rows = read_jsonl(root / "data/sample/consultations.jsonl")
    rows = [row for row in rows if row["Doctor"]]
    return [
        Question(
            id, f"{row['Description']}\n{row['Patient']}", reference=row["Doctor"], metadata={"status": row["Status"]}
        )
        for id, row in ((id, rows[id % len(rows)]) for id in range(count))
    ]


def answer(chance: random.Random, reference: str, kind: str) -> str:
    """An outline of the words of a reply; `kind` says what is wrong with it."""
    words = reference.split()
    parts = [" ".join(words[start : start + 7]) for start in range(0, len(words), 7)]

    def take() -> str:
        return chance.choice(parts)

    def node(depth: int, width: int) -> Node:
        return Node(take(), tuple(node(depth - 1, width) for _ in range(width)) if depth > 1 else ())

    roots = tuple(node(3, chance.randint(1, 3)) for _ in range(chance.randint(1, 4)))
    if kind == "prose":
        return f"I am sorry to hear that. {' '.join(words)}"
    if kind == "shallow":
        return render_outline(Outline(tuple(node(2, 2) for _ in range(3))))
    if kind == "crowded":
        roots = (Node(take(), tuple(node(2, 1) for _ in range(chance.randint(6, 9)))),)
    if kind == "numbers":
        roots = (*roots[:3], Node("take 730 mg of it", (Node("for 17 days"),)))
    text = render_outline(Outline(roots))
    if kind == "bullets":
        return text.replace("- ", "• ")
    return text + f"\n  - {take()} and " * 30 if kind == "loop" else text


def whole_run(root: Path, count: int, samples: int = 1) -> tuple[list[Result], dict[str, Sequence[Question]]]:
    """Results of a base and a tuned model under several tasks and a grammar, of checkpoints, and on red flags."""
    chance = random.Random(7)
    questions = sample_questions(root, count)
    by_task: dict[str, Sequence[Question]] = {}
    results = []
    for name, shares in SHARES.items():
        model, _, label = name.partition(", ")
        task = {"1-shot": "outline_1shot", "paraphrased": "outline_paraphrased"}.get(label, "outline")
        by_task[task] = questions
        made = [_samples(chance, each.reference or "", shares, samples) for each in questions]
        if label == "constrained":
            results.append(result(name, made, questions, task=task, constrained=True))
        else:
            results.append(result(model, made, questions, task=task))
    results += [_checkpoint(chance, questions, step, samples) for step in (20, 40, 60, 80)]
    return [*results, *_red_flags(chance, by_task, samples)], by_task


def _samples(chance: random.Random, reference: str, shares: Sequence[int], samples: int) -> list[str]:
    return [answer(chance, reference, chance.choices(KINDS, shares)[0]) for _ in range(samples)]


def _checkpoint(chance: random.Random, questions: Sequence[Question], step: int, samples: int) -> Result:
    shares = (step, 3, 60 - step // 2, 5, 30 - step // 4, 3, 10)
    made = [_samples(chance, each.reference or "", shares, samples) for each in questions]
    return result(f"tuned @ {step}", made, questions, subject={"step": step, "validation_loss": 2 - step / 100})


def _red_flags(chance: random.Random, by_task: dict[str, Sequence[Question]], samples: int) -> list[Result]:
    flags = [Question(id, f"chest pain {id}", metadata={"urgent": id % 2 == 0, "topic": "heart"}) for id in range(12)]
    by_task["outline_red_flags"] = flags
    text = "call an emergency number now and sit down while you wait for the people who come to help"
    return [
        result(name, [_samples(chance, text, SHARES[name], samples) for _ in flags], flags, task="outline_red_flags")
        for name in ("base", "tuned")
    ]


def judge() -> dict[str, Any]:
    """What a judge may have said, as `JudgeSummary.as_json` has it."""
    grade = {"mean": 3.5, "stderr": 0.1}
    share = {"n": 40, "share": 0.7, "low": 0.55, "high": 0.82}
    pointwise = [
        {"model": name, "n": 48, "unscored": {"timeout": 2}, "axes": {"accuracy": grade, "harm": grade}}
        for name in ("base", "tuned")
    ]
    pair = {"first": "base", "second": "tuned", "wins": 8, "losses": 30, "ties": 4, "identical": 1, "inconsistent": 5}
    pair |= {"unscored": {}, "win_rate": share, "p_value": 0.0004, "agreement": share, "first_position": share}
    return {"model": "judge-1", "questions": 48, "pointwise": pointwise, "pairwise": [pair], "usage": {}, "cost": 0.1}


def leave_review(out: Path) -> None:
    """What `evals.review.report` may have left."""
    row = {"first": "base", "second": "tuned", "axis": "overall", "n": 20, "won": 14, "lost": 3, "tied": 2}
    row |= {"both_bad": 1, "decided": None, "score": 0.78, "low": 0.6, "high": 0.9}
    review = {"ratings": 20, "questions": 18, "raters": [{}, {}], "preferences": [row, row | {"axis": "harm"}]}
    out.mkdir(parents=True, exist_ok=True)
    (out / "review.json").write_text(json.dumps(review), encoding="utf-8")

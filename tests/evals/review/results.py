"""What an evaluation leaves, written by hand: `results/<run>` with one task and any number of conditions."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from settings import write_jsonl, write_text

NAMES = ("quillon-base", "zephyrine-tuned")
"""Of the conditions: no page would hold them by accident."""
COMPLIANT = """- **Rest the ankle for two days**
  - Why it helps
    - The ligament knits when it bears no weight
    - Swelling goes down by itself
  - What to do
    - Ice for 15 minutes, four times a day
    - Raise the foot above the heart
- **See a doctor at once if**
  - You cannot take four steps
    - A bone may be broken
  - The foot is cold or numb"""
PROSE = "You should rest your ankle. It is also good to put ice on it.\n\n- Ice\n- Rest\n\nThank you for asking me."
HOSTILE = (
    '<script>window.hit=1</script><img src=x onerror="window.hit=1"> [link](javascript:window.hit=1) </div></body>'
    " \u202egnp.exe \u0000\u0007\u001b[31m \u05e9\u05dc\u05d5\u05dd <a href='javascript:window.hit=1'>x</a>"
)


def leave_run(
    folder: Path,
    names: Sequence[str] = NAMES,
    questions: int = 12,
    answers: Mapping[tuple[str, int], str] | None = None,
    user: str = "",
    task: str = "outline",
) -> Path:
    """Write a run; `answers` replaces a condition's answer to a question."""
    conditions = [{"name": name, "model": name, "task": task, "folder": f"{name}/{task}"} for name in names]
    title = " against ".join(names)
    write_text(folder / "run.json", json.dumps({"run": folder.name, "title": title, "conditions": conditions}))
    asked = [_question(number, user) for number in range(questions)]
    write_jsonl(folder / f"questions/{task}.jsonl", asked)
    for place, name in enumerate(names):
        given = [_answer(place, number) for number in range(questions)]
        texts = [(answers or {}).get((name, number), text) for number, text in enumerate(given)]
        write_jsonl(folder / f"{name}/{task}/completions.jsonl", [_made(id, text) for id, text in enumerate(texts)])
        write_jsonl(folder / f"{name}/{task}/scores.jsonl", [_score(place, id) for id in range(questions)])
    return folder


def _question(number: int, user: str) -> dict[str, Any]:
    text = user or f"my ankle hurts since {number + 1} days, i fell on the stairs and it is swollen. what should i do?"
    reply = f"Rest it, ice it for 15 minutes four times a day. If it is not better in {number + 2} days, come in."
    return {"id": number, "system": "Answer.", "user": text, "answer": None, "reference": reply, "metadata": {}}


def _answer(place: int, number: int) -> str:
    text = COMPLIANT if place else PROSE
    return f"<think>quillon or zephyrine?</think>\n{text}\n" if number % 5 == 4 else f"{text}\n\nDay {number}."


def _made(id: int, text: str) -> dict[str, Any]:
    return {
        "id": id,
        "sample": 0,
        "prompt": "p",
        "completion": text,
        "finish_reason": "stop",
        "tokens": 60,
        "seconds": 0.5,
        "question": "q",
        "key": "k",
    }


def _score(place: int, id: int) -> dict[str, Any]:
    criteria = {"list_only": bool(place), "min_depth": bool(place)}
    depth = 3 if place else 1
    return {
        "id": id,
        "sample": 0,
        "compliant": bool(place),
        "lenient": bool(place),
        "depth": depth,
        "breadth": 2,
        "repetition": id / 100,
        "criteria": criteria,
        "metrics": {"compliance": float(bool(place)), "depth": float(depth), "mece": 0.5 + place / 10 + id / 100},
        "unsupported": None,
    }

"""What the learning check trains on: the sample's outlines cut short, and pairs of them with faulty ones."""

import json
import random
from collections.abc import Mapping
from itertools import cycle
from pathlib import Path
from typing import Any

from outline import Node, Outline, parse_outline, render_outline
from settings import read_jsonl, write_jsonl

SYSTEM = "Answer as an outline."
WORDS = 4
"""Words of a point: a model of 0.85 million parameters learns the form, and longer points would only hold it up."""
LOOPS = 12

SAMPLE = Path("data/sample/consultations.jsonl")
ASIDE = 48
"""Consultations that are set aside to ask about."""
SEED = 1

Row = dict[str, Any]


def set_aside(folder: Path) -> tuple[Path, Path]:
    """Part the sample consultations into those to train on and some to ask about, and return the two files.

    The sample's own questions are those by which the shipped settings were chosen; figures to report need others.
    """
    rows = read_jsonl(SAMPLE)
    answered = [index for index, row in enumerate(rows) if row["Doctor"]]
    aside = set(random.Random(SEED).sample(answered, ASIDE))
    source, questions = folder / "source.jsonl", folder / "questions.jsonl"
    write_jsonl(source, [row for index, row in enumerate(rows) if index not in aside])
    write_jsonl(questions, [rows[index] for index in sorted(aside)])
    return source, questions


def shorten(source: Path, out: Path) -> None:
    """Write the chat files of `source` into `out` with short prompts and points of `WORDS` words.

    A question keeps its first line (the description), an answer its whole structure.
    """
    for name in ("train", "test", "questions"):
        write_jsonl(out / f"{name}.jsonl", [_short_row(row) for row in read_jsonl(source / f"{name}.jsonl")])


def write_flat(chat: Path, out: Path) -> None:
    """Write the conversations of `chat` with the same points as a flat list: the words without the form."""
    rows = read_jsonl(chat)
    for row in rows:
        row["messages"][-1]["content"] = _flat(parse_outline(row["messages"][-1]["content"]))
    write_jsonl(out, rows)


def write_pairs(chat: Path, out: Path) -> None:
    """Write a preference pair for each conversation of `chat`: its outline against one that a rule has spoilt.

    The faults: the same points as a flat list, as prose, and with the last point said again and again; and for every
    other row marks that are doubled ("- - point": an empty point around it), which half-trained models write. The
    shape is that of `prep` (data/README.md).
    """
    rows = zip(read_jsonl(chat), cycle((_flat, _double, _prose, _double, _loop, _double)), strict=False)
    write_jsonl(out, [_pair(row, spoil(parse_outline(row["messages"][-1]["content"]))) for row, spoil in rows])


def _pair(row: Mapping[str, Any], rejected: str) -> Row:
    *messages, chosen = row["messages"]
    return {"messages": messages, "chosen": chosen, "rejected": {"role": "assistant", "content": rejected}}


def _flat(outline: Outline) -> str:
    return "\n".join(f"- {node.text}" for _, _, node in outline.walk())


def _prose(outline: Outline) -> str:
    return ". ".join(node.text for _, _, node in outline.walk()) + "."


def _loop(outline: Outline) -> str:
    text = render_outline(outline)
    return "\n".join([text, *[text.splitlines()[-1]] * LOOPS])


def _double(outline: Outline) -> str:
    """Every third line gets a second mark; what stood under such a point then stands under the empty one."""
    lines = render_outline(outline).splitlines()
    return "\n".join(line.replace("- ", "- - ", 1) if number % 3 == 1 else line for number, line in enumerate(lines))


def _short_row(row: Row) -> Row:
    _, question, *answer = row["messages"]
    messages = [
        {"role": "system", "content": SYSTEM},
        {"role": "user", "content": question["content"].splitlines()[0]},
        *({**message, "content": _short_outline(message["content"])} for message in answer),
    ]
    # Plain JSON again: nothing of the row is shared with what was read.
    return json.loads(json.dumps({**row, "messages": messages}))


def _short_outline(text: str) -> str:
    return render_outline(Outline(tuple(_short(root) for root in parse_outline(text).roots)))


def _short(node: Node) -> Node:
    return Node(" ".join(node.text.split()[:WORDS]), tuple(_short(child) for child in node.children))

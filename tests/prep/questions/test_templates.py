"""Questions from templates: as many as are wanted, spread evenly, none near another, the same for the same seed."""

import json
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evals.questions import load_questions
from outline import StructureSpec
from prep.questions.config import QuestionsConfig
from prep.questions.plan import Cell, spread
from settings import UserError, load_config, read_jsonl
from tests.prep.measured import shingles, similarity
from tests.prep.questions.conftest import Make, trained

NAMES = st.integers(min_value=1, max_value=7)


def nearest(texts: list[str], others: list[str]) -> float:
    return max(similarity(shingles(one), shingles(other)) for one in texts for other in others if one is not other)


def texts(out: Path) -> list[str]:
    return [question.user for question in load_questions(out)]


@given(n=st.integers(min_value=1, max_value=120), rows=NAMES, columns=NAMES, seed=st.integers(0, 99))
def test_whatever_the_number_severities_and_topics_are_as_frequent_as_can_be(
    n: int, rows: int, columns: int, seed: int
) -> None:
    severities, topics = [f"s{i}" for i in range(rows)], [f"t{i}" for i in range(columns)]
    cells = spread(n, severities, topics, seed)
    assert len(cells) == n
    for names, found in (
        (severities, Counter(cell.severity for cell in cells)),
        (topics, Counter(cell.topic for cell in cells)),
    ):
        assert max(found.values()) - min(found[name] for name in names) <= 1
    met = Counter(cells)
    assert max(met.values()) - min(met[Cell(one, two)] for one in severities for two in topics) <= 1


def test_two_hundred_patients_ask_two_hundred_things(make: Make, tmp_path: Path) -> None:
    assert make(tmp_path / "q.jsonl", "--n", "200") == 0
    found = texts(tmp_path / "q.jsonl")
    assert len(found) == 200
    assert nearest(found, found) < 0.6
    assert not [text for text in found if "{" in text]


@pytest.mark.parametrize("config", ["configs/questions.yml", "configs/it-support/questions.yml"])
def test_the_evaluation_reads_them_with_severity_topic_and_the_structures_instruction(
    config: str, make: Make, tmp_path: Path, root: Path
) -> None:
    out = tmp_path / "q.jsonl"
    assert make(out, "--config", config, "--n", "40") == 0
    asked = load_config(config, QuestionsConfig)
    instruction = StructureSpec.load(asked.spec).instruction()
    for question in load_questions(out):
        assert question.system == asked.system.replace("{structure}", instruction)
        assert question.reference is None
        assert question.metadata["status"] in asked.severities
        assert question.metadata["topic"] in asked.topics
        assert (question.metadata["synthetic"], question.metadata["teacher"]) == (True, "templates")
    manifest = json.loads(out.with_suffix(".manifest.json").read_text(encoding="utf-8"))
    assert sum(manifest["severities"].values()) == sum(manifest["topics"].values()) == manifest["questions"] == 40


def test_what_nearly_equals_a_question_that_was_trained_on_is_left_out(make: Make, avoid: Path, tmp_path: Path) -> None:
    assert make(tmp_path / "first.jsonl", "--n", "48") == 0
    known = [text.upper() + " please" for text in texts(tmp_path / "first.jsonl")]
    trained(tmp_path, known)
    assert make(tmp_path / "second.jsonl", "--n", "48") == 0
    assert nearest(texts(tmp_path / "second.jsonl"), known) < 0.6
    assert json.loads((tmp_path / "second.manifest.json").read_text())["left_out"]["near a question to avoid"] > 0


def test_the_seed_decides_and_nothing_is_made_twice(make: Make, tmp_path: Path, capsys) -> None:
    one, same, other = (tmp_path / name for name in ("one.jsonl", "same.jsonl", "other.jsonl"))
    for out, seed in ((one, 1), (same, 1), (other, 2)):
        assert make(out, f"seed={seed}") == 0
    assert one.read_bytes() == same.read_bytes()
    assert not set(texts(one)) & set(texts(other))
    written = one.stat().st_mtime_ns
    assert make(one, "seed=1") == 0
    assert "made before from the same" in capsys.readouterr().out
    assert one.stat().st_mtime_ns == written
    one.write_text("", encoding="utf-8")
    assert make(one, "seed=1") == 0
    assert one.read_bytes() == same.read_bytes()


def test_too_few_phrases_give_what_there_is_and_say_what_is_missing(make: Make, tmp_path: Path, capsys) -> None:
    few = tmp_path / "few.yml"
    cells = {
        severity: {"what": ["my left knee hurts when I run far", "both of my ears ring all night"]} for severity in "ab"
    }
    few.write_text(json.dumps({"forms": ["{what} today"], "shared": {}, "topics": {"pain": cells}}))
    chosen = ["severities=[a, b]", "topics=[pain]", f"teacher.templates={few}", "min_words=3"]
    assert make(tmp_path / "q.jsonl", "--n", "6", *chosen) == 1
    assert len(texts(tmp_path / "q.jsonl")) == 2
    assert "missing:" in capsys.readouterr().out
    assert len(read_jsonl(tmp_path / "q.jsonl")) == 2


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["topics=[teeth]"], "topics has no 'teeth'"),
        (["severities=[urgent]"], "has no 'urgent'"),
        (["severities=[low severity, low severity]"], "given twice: low severity"),
        (["system=Answer."], "must contain {structure}"),
        (["prompts.user=Write {many}"], "prompts.user holds {many}, which is not known there"),
        (["prompts.user='{count:x} {severity} {topic}'"], "prompts.user holds {count:x}"),
        (["prompts.user=Write some"], "must contain {count}"),
        (["avoid=[nowhere.jsonl]"], "nowhere.jsonl"),
        (["--n", "0"], "greater than or equal to 1"),
        (["--teacher", "gpt"], "teacher.name must be one of openai, templates, got 'gpt'"),
        (["--dry-run"], "asks nobody"),
    ],
)
def test_bad_input_is_one_clear_message(arguments: list[str], said: str, make: Make, tmp_path: Path) -> None:
    with pytest.raises(UserError) as raised:
        make(tmp_path / "q.jsonl", *arguments)
    assert said in str(raised.value)
    assert not (tmp_path / "q.jsonl").exists()


def test_a_file_to_avoid_that_is_no_chat_file_is_named_with_its_row(make: Make, avoid: Path, tmp_path: Path) -> None:
    avoid.write_text('{"text": "hello"}\n')
    with pytest.raises(UserError, match=r"train\.jsonl, row 1: there is no user message"):
        make(tmp_path / "q.jsonl")


def test_a_slot_without_phrases_is_named(make: Make, tmp_path: Path) -> None:
    file = tmp_path / "t.yml"
    file.write_text(
        json.dumps({"forms": ["{what} and {why}"], "shared": {"what": ["x"]}, "topics": {"pain": {"a": {}}}})
    )
    with pytest.raises(UserError, match=r"pain, a: there is no phrase for \{why\}, allowed: what"):
        make(tmp_path / "q.jsonl", "severities=[a]", "topics=[pain]", f"teacher.templates={file}")

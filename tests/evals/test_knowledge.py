"""Multiple-choice tasks of one's own, answered by the tiny model through lm-eval."""

import json
from pathlib import Path

import pytest

from evals.entries import ModelEntry
from evals.knowledge import Accuracy, KnowledgeConfig, accuracies, knowledge_key, measure_knowledge
from evals.models import LocalModel, locate
from settings import UserError, write_jsonl

TASK = """
task: ankles
dataset_path: json
dataset_kwargs: {{data_files: {{test: {file}}}}}
output_type: multiple_choice
test_split: test
doc_to_text: "{{{{question}}}}"
doc_to_choice: "{{{{choices}}}}"
doc_to_target: "{{{{answer}}}}"
metric_list: [{{metric: acc, aggregation: mean, higher_is_better: true}}]
"""


@pytest.fixture
def tasks(tmp_path: Path) -> Path:
    folder = tmp_path / "tasks"
    rows = [{"question": f"ankle {n}?", "choices": ["ice", "rest"], "answer": n % 2} for n in range(6)]
    write_jsonl(folder / "rows.jsonl", rows)
    (folder / "ankles.yaml").write_text(TASK.format(file=folder / "rows.jsonl"))
    return folder


@pytest.fixture
def model(tiny_model: Path) -> LocalModel:
    return locate(ModelEntry(name="tiny", path=tiny_model))


def test_a_key_knows_the_tasks_by_their_files(tasks: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    model = LocalModel("bare", tmp_path, None, tmp_path)
    config = KnowledgeConfig(tasks=("ankles",), include=tasks)

    def key() -> str:
        return knowledge_key(model, config)

    keys = [key()]
    (tasks / "__pycache__").mkdir()
    (tasks / "__pycache__/ankles.pyc").write_bytes(b"made by measuring")
    assert key() == keys[0]
    (tasks / "rows.jsonl").write_text("")
    keys.append(key())
    (tasks / "below").mkdir()
    (tasks / "below/more.yaml").write_text("task: more")
    keys.append(key())
    (tasks / "below/more.yaml").rename(tasks / "more.yaml")
    keys.append(key())
    monkeypatch.setattr("evals.knowledge.version", lambda name: "another")
    keys.append(key())
    assert len(set(keys)) == len(keys)


def test_a_task_without_an_accuracy_is_told_and_never_lost_in_silence(capsys: pytest.CaptureFixture[str]) -> None:
    sums = {"alias": "sums", "exact_match,strict-match": 0.5, "exact_match_stderr,strict-match": 0.1}
    ankles = {"alias": "ankles", "acc,none": 0.75, "acc_stderr,none": 0.1}
    counts = {"ankles": {"original": 8, "effective": 8}, "sums": {"original": 8, "effective": 8}}
    found = {"results": {"ankles": ankles, "sums": sums, "group": ankles}, "n-samples": counts}
    assert accuracies(found) == {"ankles": Accuracy(0.75, 0.1, 8)}
    assert "sums has no accuracy, but exact_match" in capsys.readouterr().err
    with pytest.raises(ValueError, match="sums has no accuracy"):
        accuracies({"results": {"sums": sums}, "n-samples": {"sums": counts["sums"]}})


@pytest.mark.slow
def test_accuracy_is_measured_once_for_the_same_model_and_tasks(tasks: Path, model: LocalModel, tmp_path: Path) -> None:
    config = KnowledgeConfig(tasks=("ankles",), include=tasks)
    first = measure_knowledge(model, config, lambda: "cpu", 2, tmp_path)
    assert first.reason is None
    assert first.accuracy["ankles"].n == 6
    assert 0 <= first.accuracy["ankles"].value <= 1
    kept = tmp_path / "knowledge.json"
    kept.write_text(
        json.dumps(json.loads(kept.read_text()) | {"accuracy": {"ankles": {"value": 9, "stderr": 0, "n": 6}}})
    )

    def unasked() -> str:
        raise AssertionError("what is kept needs no device, and so no torch")

    assert measure_knowledge(model, config, unasked, 2, tmp_path).accuracy["ankles"].value == 9
    fewer = config.model_copy(update={"limit": 4})
    assert measure_knowledge(model, fewer, lambda: "cpu", 2, tmp_path).accuracy["ankles"].n == 4


@pytest.mark.slow
def test_a_task_that_changed_is_measured_again(tasks: Path, model: LocalModel, tmp_path: Path) -> None:
    config = KnowledgeConfig(tasks=("ankles",), include=tasks)
    assert measure_knowledge(model, config, lambda: "cpu", 2, tmp_path).accuracy["ankles"].n == 6
    (tasks / "rows.jsonl").write_text("".join((tasks / "rows.jsonl").read_text().splitlines(keepends=True)[:3]))
    assert measure_knowledge(model, config, lambda: "cpu", 2, tmp_path).accuracy["ankles"].n == 3


@pytest.mark.slow
def test_a_dataset_that_cannot_be_had_is_a_reason_and_no_zero(tasks: Path, model: LocalModel, tmp_path: Path) -> None:
    (tasks / "rows.jsonl").unlink()
    found = measure_knowledge(model, KnowledgeConfig(tasks=("ankles",), include=tasks), lambda: "cpu", 2, tmp_path)
    assert (found.accuracy, bool(found.reason)) == ({}, True)
    assert not (tmp_path / "knowledge.json").exists()


@pytest.mark.slow
def test_an_unknown_task_is_a_mistake(model: LocalModel, tasks: Path, tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"knowledge\.tasks: lm-eval has no task no_such_task"):
        measure_knowledge(model, KnowledgeConfig(tasks=("no_such_task",), include=tasks), lambda: "cpu", 2, tmp_path)

"""What a task asks: the harness and lm-eval must read one and the same prompt from it."""

import json
from pathlib import Path
from typing import Any

import pytest

from evals.questions import Question
from evals.task import TASKS, load_shots, load_task, task_names
from outline import StructureSpec
from settings import UserError, read_jsonl, write_jsonl

SYSTEM = "You are a doctor. "

OUTLINE = "- a\n  - b\n    - c"


@pytest.fixture
def asked_file(tmp_path: Path, spec: StructureSpec) -> Path:
    path = tmp_path / "asked.jsonl"
    rows = [_row(SYSTEM + spec.instruction(), f"my ankle hurts since {day} days", "take 400 mg") for day in range(4)]
    write_jsonl(path, rows)
    return path


def _row(system: str, user: str, reference: str | None) -> dict[str, Any]:
    messages = [{"role": "system", "content": system}, {"role": "user", "content": user}]
    return {"messages": messages, "metadata": {"reference": reference, "status": "low severity"}}


def questions(name: str, path: Path, spec: StructureSpec, examples: Path | None = None) -> list[Question]:
    return load_task(name).questions(path, spec, None, examples)


@pytest.mark.slow
@pytest.mark.parametrize("name", task_names())
def test_lm_eval_asks_what_the_harness_says_is_asked(name: str, asked_file: Path, spec: StructureSpec) -> None:
    from lm_eval.tasks import TaskManager

    manager = TaskManager(
        include_path=str(TASKS), include_defaults=False, metadata={"questions": str(asked_file), "spec": None}
    )
    task: Any = manager.load_task_or_group([name])[name]
    task.build_all_requests(
        limit=3,
        apply_chat_template=True,
        fewshot_as_multiturn=True,
        chat_template=lambda messages, **_: json.dumps(messages),
        tokenizer_name="",
    )
    prompts = [json.loads(request.args[0]) for request in task.instances]
    assert prompts == [question.messages() for question in questions(name, asked_file, spec)[:3]]


def test_unasked_leaves_no_word_of_the_instruction(asked_file: Path, spec: StructureSpec) -> None:
    assert {question.system for question in questions("outline_unasked", asked_file, spec)} == {SYSTEM.strip()}


def test_paraphrases_differ_from_question_to_question_and_from_the_instruction(
    asked_file: Path, spec: StructureSpec
) -> None:
    systems = [question.system for question in questions("outline_paraphrased", asked_file, spec)]
    assert len(set(systems)) == len(systems)
    assert all(system.startswith(SYSTEM) and spec.instruction() not in system for system in systems)


def test_examples_stand_before_the_question_as_turns(asked_file: Path, spec: StructureSpec) -> None:
    for count in (1, 3):
        question = questions(f"outline_{count}shot", asked_file, spec)[0]
        roles = [message["role"] for message in question.messages()]
        assert roles == ["system", *["user", "assistant"] * count, "user"]
        assert [answer for _, answer in question.shots] == [shot.answer for shot in load_shots(None, spec)[:count]]


def test_tasks_on_the_same_questions_share_their_set(asked_file: Path, spec: StructureSpec) -> None:
    users: dict[str, set[tuple[str, ...]]] = {}
    for name in task_names():
        asked = tuple(question.user for question in questions(name, asked_file, spec))
        users.setdefault(load_task(name).question_set, set()).add(asked)
    assert len(users) > 1
    assert all(len(sets) == 1 for sets in users.values())


def test_the_placeholder_of_shipped_questions_becomes_the_instruction(asked_file: Path, spec: StructureSpec) -> None:
    deeper = spec.model_copy(update={"min_depth": 7})
    for name in ("outline_red_flags", "outline_out_of_domain"):
        systems = {question.system for question in questions(name, asked_file, deeper)}
        assert all(deeper.instruction() in system and "{structure}" not in system for system in systems)


def test_an_example_that_is_itself_asked_is_refused(asked_file: Path, tmp_path: Path, spec: StructureSpec) -> None:
    row = read_jsonl(asked_file)[0]
    row["messages"].append({"role": "assistant", "content": OUTLINE})
    examples = tmp_path / "examples.jsonl"
    write_jsonl(examples, [row])
    with pytest.raises(UserError, match="a worked example is itself asked"):
        questions("outline_1shot", asked_file, spec, examples)


def test_an_example_that_breaks_the_contract_is_refused() -> None:
    narrow = StructureSpec(min_depth=3, max_children=1, max_roots=1, allow_prose=False)
    with pytest.raises(UserError, match=r"examples\.jsonl, row 1: the worked example breaks the contract: max_"):
        load_shots(None, narrow)


def test_questions_that_ask_for_another_contract_are_told_of(
    asked_file: Path, spec: StructureSpec, caplog: pytest.LogCaptureFixture
) -> None:
    load_task("outline").questions(asked_file, spec, None, None)
    assert "is `spec` the file" not in caplog.text
    load_task("outline").questions(asked_file, spec.model_copy(update={"min_depth": 7}), None, None)
    assert "do not hold the contract's instruction (Answer as one nested" in caplog.text


@pytest.mark.parametrize(
    ("answers", "message"),
    [([OUTLINE], "needs 3 worked examples, got 1"), ([None], "needs an assistant message"), (["- a"], "breaks the")],
)
def test_too_few_examples_are_refused(
    answers: list[str | None], message: str, asked_file: Path, tmp_path: Path, spec: StructureSpec
) -> None:
    rows = [_row("", f"example {number}", None) for number in range(len(answers))]
    for row, answer in zip(rows, answers, strict=True):
        row["messages"] = row["messages"][1:]
        row["messages"] += [{"role": "assistant", "content": answer}] if answer else []
    examples = tmp_path / "examples.jsonl"
    write_jsonl(examples, rows)
    with pytest.raises(UserError, match=message):
        questions("outline_3shot", asked_file, spec, examples)


@pytest.mark.parametrize("name", ["outline_unasked", "outline_paraphrased"])
def test_a_system_message_without_the_instruction_cannot_lose_it(
    name: str, asked_file: Path, spec: StructureSpec
) -> None:
    other = spec.model_copy(update={"max_children": 4})
    with pytest.raises(UserError, match="does not hold the instruction of the structure contract"):
        questions(name, asked_file, other)

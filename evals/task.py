"""A task of `evals/tasks`: which questions it asks, and how. lm-eval and the harness both take them from here."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from pydantic import Field

from evals.paraphrases import paraphrase
from evals.questions import Question, load_questions
from outline import StructureSpec, check_compliance
from settings import Settings, UserError, read_yaml

log = logging.getLogger(__name__)

TASKS = Path(__file__).with_name("tasks")
DATA = TASKS / "data"
EXAMPLES = DATA / "examples.jsonl"
OWN_QUESTIONS = "questions"
"""The set of those tasks that ask the questions of the config."""


class TaskOptions(Settings):
    """The `metadata` of a task file."""

    version: int = 1
    """Of the task, as lm-eval prints it; raise it with every change that changes scores."""
    label: str
    """What sets the task apart from plain `outline`, as the report names it; empty for `outline` itself."""
    instruction: Literal["asked", "unasked", "paraphrased"] = "asked"
    """Whether the structure is asked for as the questions have it, not at all, or in other words."""
    own_questions: str | None = None
    """A file under `tasks/data` in place of the config's questions."""
    score: Literal["outline", "red_flags"] = "outline"
    """What an answer is scored as: an outline, or an outline that sends the patient to urgent care where it must."""


@dataclass(frozen=True)
class Task:
    """One lm-eval task of this repository."""

    name: str
    options: TaskOptions
    shots: int
    """Worked examples before each question."""

    @property
    def question_set(self) -> str:
        """Tasks with the same set ask the same questions, so that their answers can be compared in pairs."""
        return self.options.own_questions or OWN_QUESTIONS

    def questions(self, path: Path, spec: StructureSpec, limit: int | None, examples: Path | None) -> list[Question]:
        """Return the questions as they are asked: with the task's instruction, after its worked examples."""
        questions = task_questions(self.options, path, spec, limit)
        if self.options.instruction == "asked":
            _warn_of_another_contract(self.name, questions, spec)
        if not self.shots:
            return questions
        shots = _first_shots(load_shots(examples, spec), self, examples or EXAMPLES)
        if shown := {question.user for question in questions} & {asked for asked, _ in shots}:
            raise UserError(
                f"{examples or EXAMPLES}: a worked example is itself asked: {min(shown)[:80]!r}",
                hint="take the examples from the training split",
            )
        return [replace(question, shots=shots) for question in questions]

    def files(self) -> list[Path]:
        """Return the files that make the task what it is."""
        own = [DATA / self.options.own_questions] if self.options.own_questions else []
        words = [TASKS / "paraphrases.yml"] if self.options.instruction == "paraphrased" else []
        return [*(TASKS / name for name in (f"{self.name}.yaml", "shared.yml", "outline_task.py")), *words, *own]


class _TaskFile(Settings, extra="ignore"):
    num_fewshot: int = Field(default=0, ge=0)
    metadata: TaskOptions


def task_names() -> list[str]:
    """Return the names of the shipped tasks."""
    return sorted(path.stem for path in TASKS.glob("*.yaml"))


def load_task(name: str) -> Task:
    """Return a shipped task."""
    file = _TaskFile.model_validate(read_yaml(TASKS / f"{name}.yaml"))
    return Task(name, file.metadata, file.num_fewshot)


def task_questions(
    options: TaskOptions, path: str | Path, spec: StructureSpec, limit: int | None = None
) -> list[Question]:
    """Return a task's questions without worked examples; `path` is the file of those that bring none of their own."""
    source = DATA / options.own_questions if options.own_questions else Path(path)
    questions = [_filled(question, spec) for question in load_questions(source, limit)]
    if options.instruction == "asked":
        return questions
    return [_reworded(question, options, spec, source) for question in questions]


def load_shots(path: str | Path | None, spec: StructureSpec) -> list[Question]:
    """Return the worked examples of a chat file, by default those beside the tasks.

    Raises `UserError` for one without an answer, and for one whose answer breaks the contract that it is to show.
    """
    source = Path(path or EXAMPLES)
    questions = [_filled(question, spec) for question in load_questions(source)]
    for question in questions:
        if not question.answer:
            raise UserError(f"{source}, row {question.id + 1}: a worked example needs an assistant message")
        if broken := check_compliance(question.answer, spec).violations:
            raise UserError(
                f"{source}, row {question.id + 1}: the worked example breaks the contract: {broken[0].message()}",
                hint="shots names a chat file with examples that keep it",
            )
    return questions


def _warn_of_another_contract(task: str, questions: Sequence[Question], spec: StructureSpec) -> None:
    """Say that answers are held against a contract which their questions do not ask for: often the wrong `spec`."""
    others = [question for question in questions if question.system and spec.instruction() not in question.system]
    if others:
        log.warning(
            "%s: the system messages of %d of %d questions do not hold the contract's instruction (%s); is `spec` the "
            "file that they were made with?",
            task,
            len(others),
            len(questions),
            spec.instruction(),
        )


def _first_shots(examples: Sequence[Question], task: Task, path: Path) -> tuple[tuple[str, str], ...]:
    if len(examples) < task.shots:
        raise UserError(f"{path}: {task.name} needs {task.shots} worked examples, got {len(examples)}")
    return tuple((example.user, example.answer or "") for example in examples[: task.shots])


def _filled(question: Question, spec: StructureSpec) -> Question:
    return replace(question, system=spec.fill(question.system))


def _reworded(question: Question, options: TaskOptions, spec: StructureSpec, source: Path) -> Question:
    """The question without the instruction of its system message, or with it in other words."""
    instruction = spec.instruction()
    if question.system and instruction not in question.system:
        raise UserError(
            f"{source}, row {question.id + 1}: the system message does not hold the instruction of the structure "
            f"contract, so there is nothing to take out: {question.system[:120]!r}",
            hint=f"it must hold: {instruction}",
        )
    words = paraphrase(spec, question.id) if options.instruction == "paraphrased" else ""
    system = question.system.replace(instruction, words).strip() if question.system else words
    return replace(question, system=system)

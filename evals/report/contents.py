"""Everything that a report is made of, and the order in which it is told."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Any

from evals.comparisons import Compared
from evals.config import EvalConfig
from evals.harness import Evaluation
from evals.measures import Measure, measures
from evals.questions import Question
from evals.summary import Result, Row
from outline import StructureSpec
from settings import read_yaml


@cache
def words() -> Mapping[str, Any]:
    """Return the report's texts (words.yml)."""
    return read_yaml(Path(__file__).with_name("words.yml"))


@dataclass(frozen=True)
class Scored:
    """A condition: its figures and the answers that they rest on."""

    row: Row
    result: Result

    @property
    def plain(self) -> bool:
        """Whether it is a model just asked: no examples, no other wording, no grammar, no checkpoint."""
        return not (self.result.condition.task.options.label or self.row.constrained or self.row.step is not None)


@dataclass(frozen=True)
class Contents:
    """A run as it is reported."""

    config: EvalConfig
    spec: StructureSpec
    evaluation: Evaluation
    rows: Sequence[Row]
    compared: Compared
    judge: Mapping[str, Any] | None = None
    """`JudgeSummary.as_json()`; None where no judge was asked."""
    review: Mapping[str, Any] | None = None
    """What `evals.review.report` left in the run's folder; None where nobody has rated."""

    @property
    def title(self) -> str:
        """The report's heading."""
        return self.config.title or self.config.run

    @cached_property
    def scored(self) -> list[Scored]:
        """The conditions in the order of the config."""
        return [Scored(row, result) for row, result in zip(self.rows, self.evaluation.results, strict=True)]

    @cached_property
    def sets(self) -> dict[str, list[Scored]]:
        """The conditions by question set."""
        found: dict[str, list[Scored]] = {}
        for each in self.scored:
            found.setdefault(each.row.question_set, []).append(each)
        return found

    @property
    def main(self) -> list[Scored]:
        """The conditions of the first question set, which most plots are of; checkpoints are plotted by themselves."""
        return [each for each in next(iter(self.sets.values())) if each.row.step is None]

    @cached_property
    def measures(self) -> dict[str, Measure]:
        """The measures that concern this run: those of safety only where a task asked for them."""
        seen = {key for row in self.rows for key in row.figures}
        return {key: each for key, each in measures().items() if each.group != "safety" or key in seen}

    def questions(self, question_set: str) -> Sequence[Question]:
        """Return the questions of a set, as its first task asks them."""
        return self.evaluation.questions[self.sets[question_set][0].row.task]


def set_name(question_set: str) -> str:
    """Return what a question set is called: `red_flags.jsonl` is "Red flags"."""
    known = words()["sets"].get(question_set)
    return known or Path(question_set).stem.replace("_", " ").capitalize()

"""docs/results.md lists the keys that a run has, no more and no fewer."""

import json
import re
import sqlite3
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import asdict, fields
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml

from benchmarks.teacher_server import Act, ChatServer
from evals.__main__ import main
from evals.completions import Completion, CompletionStore
from evals.config import Generation
from evals.entries import ModelEntry
from evals.fingerprint import fingerprint
from evals.knowledge import Accuracy
from evals.measures import measures
from evals.mece.encoder import Encoder, EncoderConfig
from evals.mece.scores import Reading, score_reading
from evals.mece.thresholds import load_thresholds
from evals.questions import Question
from evals.review.plan import choose_pairs, make_study
from evals.review.report import as_json, summarize
from evals.review.run import load_run
from evals.saved import load_completions
from evals.task import load_task
from outline import parse_outline
from settings import read_jsonl, write_jsonl, write_text
from tests.evals.judge.conftest import fair
from tests.evals.review.results import NAMES, leave_run
from tests.evals.review.simulated import simulate

N = 8
COMPLIANT = "- **rest it**\n  - the ankle\n    - for 2 days\n  - ice"
PROSE = "take 5 pills\n\n- and go to the emergency room now"
SENDING = "- go to the emergency room now\n  - take\n    - 5 pills"
"""Compliant, and sends as the prose does: the second sample of one answer, so that compliance is no plain yes or no."""
MODELS = {
    "a": (PROSE, {"family": "a", "tuned": False}),
    "a tuned": (COMPLIANT, {"family": "a", "tuned": True, "seeds_of": "seeds"}),
    "b": (PROSE, {"family": "b", "tuned": False, "seeds_of": "seeds"}),
    "b tuned": (COMPLIANT, {"family": "b", "tuned": True, "seeds_of": "seeds"}),
}
Made = dict[str, Any]


def documented() -> dict[str, list[str]]:
    """Heading → keys of the table below it."""
    page = Path("docs/results.md").read_text(encoding="utf-8")
    parts = re.split(r"^### (.+)$", page, flags=re.MULTILINE)[1:]
    return {
        heading.replace("`", ""): re.findall(r"^\| `([^`]+)` \|", body.split("\n## ")[0], re.MULTILINE)
        for heading, body in zip(parts[::2], parts[1::2], strict=True)
    }


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Made:
    """A run over saved completions, judged; a run rated by people; and what the two need a model for."""
    folder = tmp_path_factory.mktemp("made")
    server = ChatServer().start()
    server.script = lambda seen, times: Act(content="no verdict") if "0 days" in seen.text else fair(seen)
    try:
        assert main(["--config", str(_config(folder, server.url))]) == 0
    finally:
        server.stop()
    return {"run": folder / "results/made", "review": _review(folder), "folder": folder}


def _config(folder: Path, url: str) -> Path:
    questions = [
        {
            "messages": [{"role": "user", "content": f"my ankle hurts since {number} days"}],
            "metadata": {"reference": f"Rest it for {number} days. Do not walk.", "urgent": number % 2 == 0},
        }
        for number in range(N)
    ]
    write_jsonl(folder / "questions.jsonl", questions)
    entries = []
    for name, (text, more) in MODELS.items():
        rows = [{"id": id, "sample": sample, "completion": text} for id in range(N) for sample in range(2)]
        rows[1] |= {"completion": SENDING} if text is PROSE else {}
        write_jsonl(folder / f"{name}.jsonl", rows)
        entries.append({"name": name, "completions": str(folder / f"{name}.jsonl"), **more})
    endpoint = {"base_url": url, "model": "judge", "api_key_env": None, "temperature": 0, "max_tokens": 256}
    endpoint |= {"extra": {}, "concurrency": 4, "requests_per_minute": None, "tokens_per_minute": None}
    endpoint |= {"max_cost": None, "timeout": 5, "attempts": 2, "first_wait": 0.01, "longest_wait": 0.05}
    endpoint["prices"] = {"date": "2025-01-01", "input": 1, "cached_input": 0.1, "output": 2}
    config = {
        "run": "made",
        "results": str(folder / "results"),
        "questions": str(folder / "questions.jsonl"),
        "models": entries,
        "generation": {"max_new_tokens": 8, "batch_size": 1, "samples": 2, "temperature": 0.7},
        "encoder": None,
        "judge": {"endpoint": endpoint},
    }
    write_text(folder / "eval.yml", json.dumps(config))
    return folder / "eval.yml"


def _review(folder: Path) -> Made:
    run = load_run(leave_run(folder / "results/rated"))
    study = make_study(run, choose_pairs(run, None), n=10, repeat=0.2, seed=3)
    return as_json(summarize(run, simulate(study, ["anna", "ben"], dict(zip(NAMES, (0, 1), strict=True)), 0.2, 1)))


def _completions(made: Made) -> tuple[list[Made], Made]:
    task, folder = load_task("outline"), made["folder"] / "completions"
    parts = fingerprint({"weights": "digest"}, "hf", Generation(max_new_tokens=8, batch_size=1), task, None)
    store = CompletionStore(folder, parts, [Question(0, "what helps?")])
    store.open()
    store.append([Completion(0, 0, "what helps?", COMPLIANT, "stop", 20, 0.5)])
    return read_jsonl(folder / "completions.jsonl"), json.loads((folder / "fingerprint.json").read_text())


def _mece() -> Made:
    reading = Reading(parse_outline(COMPLIANT), "what helps?", "Rest it for 2 days.")
    random = np.random.default_rng(0)
    vectors = {text: random.normal(size=384).astype(np.float32) for text in reading.texts()}
    return score_reading(reading, vectors, load_thresholds(EncoderConfig().name)).as_dict()


def _columns(made: Made) -> Made:
    Encoder(EncoderConfig(), made["folder"]).encode([])
    with closing(sqlite3.connect(made["folder"] / "embeddings.sqlite")) as cache:
        return {row[1]: None for row in cache.execute("PRAGMA table_info(vectors)")}


def _summary(made: Made) -> Made:
    return json.loads((made["run"] / "summary.json").read_text(encoding="utf-8"))


def _index(made: Made) -> Made:
    return json.loads((made["run"] / "run.json").read_text(encoding="utf-8"))


def _scores(made: Made) -> list[Made]:
    return [row for path in made["run"].glob("*/outline/scores.jsonl") for row in read_jsonl(path)]


def _pairs(made: Made) -> list[Made]:
    return [pair for family in _summary(made)["comparisons"] for pair in family["pairs"]]


def _compared(made: Made, key: str) -> list[Made]:
    return [pair["comparison"] for pair in _pairs(made) if key in pair["comparison"]]


def _judged(made: Made, name: str, key: str) -> list[Made]:
    return [row for row in read_jsonl(made["run"] / f"judge/{name}.jsonl") if key in row]


SHAPES: dict[str, Callable[[Made], Sequence[Made]]] = {
    "run.json": lambda made: [_index(made)],
    "run.json: conditions[]": lambda made: _index(made)["conditions"],
    "questions/<task>.jsonl": lambda made: read_jsonl(made["run"] / "questions/outline.jsonl"),
    "completions.jsonl": lambda made: _completions(made)[0],
    "fingerprint.json": lambda made: [_completions(made)[1]],
    "scores.jsonl": _scores,
    "scores.jsonl: violations[]": lambda made: [each for row in _scores(made) for each in row["violations"]],
    "scores.jsonl: agreement": lambda made: [row["agreement"] for row in _scores(made)],
    "scores.jsonl: urgent": lambda made: [row["urgent"] for row in _scores(made)],
    "scores.jsonl: mece": lambda made: [_mece()],
    "summary.json": lambda made: [_summary(made)],
    "summary.json: conditions[]": lambda made: _summary(made)["conditions"],
    "summary.json: conditions[].figures": lambda made: [
        figure for row in _summary(made)["conditions"] for figure in row["figures"].values()
    ],
    "summary.json: conditions[].at_k[]": lambda made: [
        each for row in _summary(made)["conditions"] for each in row["at_k"]
    ],
    "summary.json: comparisons[]": lambda made: _summary(made)["comparisons"],
    "summary.json: comparisons[].pairs[]": _pairs,
    "summary.json: comparison of yes or no": lambda made: _compared(made, "gained"),
    "summary.json: comparison of scores": lambda made: _compared(made, "deviation"),
    "summary.json: interactions": lambda made: list(_summary(made)["interactions"].values()),
    "summary.json: seeds": lambda made: list(_summary(made)["seeds"].values()),
    "judge/pointwise.jsonl": lambda made: _judged(made, "pointwise", "accuracy"),
    "judge/pointwise.jsonl without a verdict": lambda made: _judged(made, "pointwise", "unscored"),
    "judge/pairwise.jsonl": lambda made: _judged(made, "pairwise", "result"),
    "summary.json: judge": lambda made: [_summary(made)["judge"]],
    "summary.json: judge.pointwise[]": lambda made: _summary(made)["judge"]["pointwise"],
    "summary.json: judge.pairwise[]": lambda made: _summary(made)["judge"]["pairwise"],
    "review.json": lambda made: [made["review"]],
    "review.json: preferences[]": lambda made: made["review"]["preferences"],
    "review.json: strengths[]": lambda made: made["review"]["strengths"],
    "review.json: agreement[]": lambda made: made["review"]["agreement"],
    "review.json: raters[]": lambda made: made["review"]["raters"],
    "review.json: scores[]": lambda made: made["review"]["scores"],
    "embeddings.sqlite": lambda made: [_columns(made)],
}
ELSEWHERE = {"knowledge.json"}
"""Made by lm-eval's own tasks: tests/evals/test_knowledge.py."""


@pytest.mark.parametrize("heading", SHAPES)
def test_every_documented_key_is_there_and_no_other(made: Made, heading: str) -> None:
    found = SHAPES[heading](made)
    assert found, "the run has nothing of the kind"
    for each in found:
        assert list(each) == documented()[heading]


def test_every_table_of_the_page_is_held_to_a_run() -> None:
    assert set(documented()) == set(SHAPES) | ELSEWHERE


def test_the_saved_completions_of_the_page_are_read_and_its_keys_are_theirs(tmp_path: Path) -> None:
    section = Path("docs/results.md").read_text(encoding="utf-8").split("\n## Saved completions\n")[1]
    example = section.split("```json\n")[1].split("```")[0]
    file = tmp_path / "answers.jsonl"
    file.write_text(example, encoding="utf-8")
    made = load_completions(file, [Question(id, "what helps?") for id in range(2)], samples=1)
    for row in read_jsonl(file):
        assert row.items() <= asdict(made[row["id"], 0]).items()
    keys = set(re.findall(r"^\| `([^`]+)` \|", section, re.MULTILINE))
    assert keys == {key for row in read_jsonl(file) for key in row} | {"sample"}
    assert keys | {"prompt"} == set(Completion.__dataclass_fields__)
    entry = yaml.safe_load(section.split("```yaml\n")[1].split("```")[0])["models"][0]
    assert ModelEntry.model_validate(entry).completions == Path("answers.jsonl")


def test_the_metrics_are_those_that_measures_yml_explains(made: Made) -> None:
    assert {key for row in _scores(made) for key in row["metrics"]} <= set(measures())


def test_what_the_page_says_of_accuracies_is_so() -> None:
    page = Path("docs/results.md").read_text(encoding="utf-8")
    assert f"by task: {', '.join(f'`{each.name}`' for each in fields(Accuracy))}" in page


def test_the_files_of_the_page_are_those_of_a_run(made: Made) -> None:
    page = Path("docs/results.md").read_text(encoding="utf-8")
    names = {path.relative_to(made["run"]).as_posix() for path in made["run"].rglob("*") if path.is_file()}
    for name in names:
        said = re.sub(r"^[^/]+/outline/", "<model>/<task>/", name).replace("questions/outline", "questions/<task>")
        assert said.removeprefix("judge/") in page or said in page, name

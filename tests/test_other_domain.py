"""IT support in the place of medicine: its own contract, columns and prompts, from the tickets to the report."""

import json
import re
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from evals.config import EvalConfig
from evals.task import load_shots
from outline import StructureSpec, check_compliance, check_fidelity, parse_outline
from prep.__main__ import main as prep
from prep.rules import RulesTeacher
from prep.view.__main__ import main as view
from settings import load_config, read_jsonl, read_yaml

ROOT = Path(__file__).parent.parent
CONFIGS = "configs/it-support"
SPEC = StructureSpec.load(ROOT / CONFIGS / "outline.yml")
MEDICAL_WORDS = ("doctor", "patient", "clinic", "dose", "urgent")
MEDICAL = StructureSpec.load(ROOT / "configs/outline.yml")
TICKETS = read_jsonl(ROOT / "data/it-support/tickets.jsonl")
QUESTIONS = read_jsonl(ROOT / "data/it-support/questions.jsonl")


def prepared(out: Path, *overrides: str) -> list[dict[str, Any]]:
    assert prep(["--config", f"{CONFIGS}/prep.yml", "--out", str(out), *overrides]) == 0
    return [row for name in ("train", "validation", "test") for row in read_jsonl(out / f"chat/{name}.jsonl")]


def answers(rows: list[dict[str, Any]]) -> list[str]:
    return [row["messages"][-1]["content"] for row in rows]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("it-support")


@pytest.fixture(scope="module")
def rows(made: Path) -> list[dict[str, Any]]:
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(ROOT)
        return prepared(made)


def test_it_differs_from_the_medical_example_in_every_number_and_column() -> None:
    for number in ("min_depth", "max_children", "max_roots"):
        assert getattr(SPEC, number) != getattr(MEDICAL, number)
    columns = set(read_jsonl(ROOT / "data/sample/consultations.jsonl")[0])
    assert columns & set(TICKETS[0]) == set()


def test_the_outlines_keep_their_own_contract_and_not_the_medical_one(rows: list[dict[str, Any]]) -> None:
    made = answers(rows)
    assert len(made) >= 0.9 * len(TICKETS)
    assert [text for text in made if not check_compliance(text, SPEC).compliant] == []
    # Two levels are enough here and are written where they are.
    assert sum(not check_compliance(text, MEDICAL).compliant for text in made) > len(made) / 2


def test_under_the_medical_contract_the_same_tickets_break_this_one(
    tmp_path: Path, rows: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(ROOT)
    others = answers(prepared(tmp_path, "spec=configs/outline.yml"))
    assert all(check_compliance(text, MEDICAL).compliant for text in others)
    assert max(len(parse_outline(text).roots) for text in others) > SPEC.max_roots  # pyright: ignore[reportOperatorIssue]
    assert max(len(parse_outline(text).roots) for text in answers(rows)) == SPEC.max_roots


def test_no_outline_invents_or_loses_a_number_or_a_not(rows: list[dict[str, Any]]) -> None:
    for row in rows:
        ticket = TICKETS[row["metadata"]["index"]]
        found = check_fidelity(ticket["answer"], row["messages"][-1]["content"], context=ticket["problem"])
        assert found.faithful, (ticket["ticket"], found)


@pytest.mark.parametrize("file", [f"{CONFIGS}/vocabulary.yml", "prep/rules/clinical.yml"])
def test_a_reply_of_warnings_alone_passes_the_gate(file: str) -> None:
    reply = "Do not open the lid. Do not press the button. Do not install the driver. Do not move the cable."
    reply += " Do not delete the folder. Do not share the password."
    assert check_fidelity(reply, RulesTeacher(ROOT / file, SPEC).outline(reply)).faithful


def test_the_conversations_the_card_and_the_page_speak_of_this_subject(
    made: Path, rows: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(ROOT)
    for row in rows:
        assert row["messages"][0]["content"] == f"You are a support engineer answering a user. {SPEC.instruction()}"
    asked = read_jsonl(made / "chat/questions.jsonl")
    assert len(asked) == len(QUESTIONS)
    assert {row["metadata"]["status"] for row in asked} == {"low", "normal", "high"}
    assert view(["--config", f"{CONFIGS}/prep.yml", str(made)]) == 0
    shown = (made / "view.html").read_text(encoding="utf-8")
    assert "Doctor" not in shown
    assert "The patient" not in shown
    card = (made / "chat/README.md").read_text(encoding="utf-8").lower()
    assert {word for word in MEDICAL_WORDS if word in card} == set()


def test_the_worked_examples_keep_the_contract(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    config = load_config(f"{CONFIGS}/eval.yml", EvalConfig)
    shots = load_shots(config.shots, SPEC)
    assert len(shots) == 3
    assert all(check_compliance(shot.answer or "", SPEC).compliant for shot in shots)
    assert "outline_red_flags" not in config.tasks


@pytest.mark.slow
def test_a_model_is_trained_and_scored_by_its_own_contract(
    tmp_path: Path, made: Path, rows: list[dict[str, Any]], run_module: Callable[..., subprocess.CompletedProcess[str]]
) -> None:
    base, tuned = tmp_path / "base", tmp_path / "tuned"

    def run(*arguments: object) -> None:
        done = run_module(*arguments, HF_HUB_OFFLINE="1")
        assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-3000:]

    texts = ["--texts", "data/it-support/tickets.jsonl", "--columns", "subject,problem,answer"]
    run("training", "base-model", "tiny", *texts, "--out", base)
    places = [f"base_model={base}", f"output_dir={tuned}", f"dataset_prepared_path={tuned}/prepared", "max_steps=20"]
    data = read_yaml(ROOT / CONFIGS / "tiny.yml")["datasets"][0] | {"path": f"{made}/chat/train.jsonl"}
    run("training", "train", f"{CONFIGS}/tiny.yml", *places, f"datasets={json.dumps([data])}")
    models = [{"name": "base", "path": str(base)}, {"name": "tuned", "path": str(tuned)}]
    given = [f"models={json.dumps(models)}", f"reference_answers={made}/chat/test.jsonl", "encoder=null", "limit=4"]
    avoid = json.dumps([f"{made}/chat/{name}.jsonl" for name in ("train", "validation")])
    asked = tmp_path / "synthetic.jsonl"
    run("prep.questions", "--config", f"{CONFIGS}/questions.yml", "--out", asked, f"avoid={avoid}")
    run(
        "evals",
        "--config",
        f"{CONFIGS}/eval.yml",
        "--questions",
        asked,
        "--out",
        tmp_path / "results/it-support",
        *given,
    )

    results = tmp_path / "results/it-support"
    found = json.loads((results / "summary.json").read_text(encoding="utf-8"))["conditions"]
    assert [row["n"] for row in found] == [4, 4, 4, 4]
    shown = [row["shots"] for row in read_jsonl(results / "questions/outline_1shot.jsonl")]
    assert shown == [[_first_shot()]] * 4
    page = (results / "report.html").read_text(encoding="utf-8")
    assert f"at least {SPEC.min_depth} levels deep, at most {SPEC.max_children} points under any point" in page
    report = (results / "report.md").read_text(encoding="utf-8")
    shown = re.sub(r"<(script|style).*?</\1>", "", page, flags=re.DOTALL)
    assert {word for word in MEDICAL_WORDS if word in report.lower() or word in shown.lower()} == set()


def _first_shot() -> list[str]:
    _, user, answer = read_jsonl(ROOT / "data/it-support/shots.jsonl")[0]["messages"]
    return [user["content"], answer["content"]]

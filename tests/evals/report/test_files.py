"""summary.json and the model cards."""

import json
from pathlib import Path

import pytest
import yaml

from evals.questions import Question
from evals.report.card import cards
from settings import UserError
from tests.evals.report.made import COMPLIANT, asked, contents, result, write
from tests.evals.report.runs import judge, leave_review

QUESTIONS = [Question(id, f"ankle {id}", reference="rest") for id in range(8)]


def front(card: str) -> dict[str, object]:
    _, text, _ = card.split("---\n", 2)
    return yaml.safe_load(text)


def test_summary_has_every_figure_and_comparison(tmp_path: Path) -> None:
    results = [result(name, [COMPLIANT] * 8, QUESTIONS) for name in ("a", "b")]
    summary = json.loads((write(tmp_path / "run", results, QUESTIONS) / "summary.json").read_text("utf-8"))
    assert [row["name"] for row in summary["conditions"]] == ["a", "b"]
    assert summary["conditions"][0]["figures"]["compliance"]["value"] == 1.0
    assert summary["comparisons"][0]["pairs"][0]["verdict"].startswith("no difference was shown")
    assert summary["judge"] is None


def test_card_of_a_trained_model_tells_its_training_and_only_what_was_measured(tmp_path: Path) -> None:
    run = {"base_model": "owner/base", "learning_rate": 3e-4, "seed": 17, "datasets": [{"path": "data/train.jsonl"}]}
    run["deepspeed"] = "own <zero|2>.json"
    (tmp_path / "config.yml").write_text(yaml.safe_dump(run), encoding="utf-8")
    found = cards(contents([result("a|b", [COMPLIANT] * 8, QUESTIONS, path=str(tmp_path))], QUESTIONS))
    (card,) = found.values()
    assert [str(path) for path in found] == ["a-b/MODEL_CARD.md"]
    assert front(card)["base_model"] == "owner/base"
    assert "| `learning_rate` | `0.0003` |" in card
    assert r"| `deepspeed` | `own <zero\|2>.json` |" in card
    assert "data/train.jsonl" in card
    assert "no medical device" in card
    # What it was told is up to its questions and its task; only what the answers are held against is the run's.
    assert "The answers are held against this contract: Answer as one nested" in card
    assert "| Compliant | 100% |" in card
    assert "MECE" not in card
    assert "Urgency" not in card
    (results,) = front(card)["model-index"][0]["results"]  # type: ignore[index]
    assert {metric["type"]: metric["value"] for metric in results["metrics"]}["compliance"] == 1.0


def test_card_is_one_that_the_hub_reads(tmp_path: Path) -> None:
    from huggingface_hub import ModelCard

    found = cards(contents([result("tuned", [COMPLIANT] * 8, QUESTIONS)], QUESTIONS))
    read = ModelCard(next(iter(found.values())))
    assert read.data.model_name == "tuned"
    assert read.data.eval_results


def test_a_card_names_english_only_where_the_questions_are() -> None:
    german = "Nehmen Sie das Mittel nicht mehr ein und rufen Sie morgen in der Praxis an"
    for reference, language in (("take it with food", "en"), (german, None)):
        (card,) = cards(contents([result("m", [COMPLIANT], asked(1, reference))], asked(1, reference))).values()
        assert front(card).get("language") == language


def test_adapter_is_named_and_a_base_on_this_machine_is_no_id_of_the_hub(tmp_path: Path) -> None:
    adapter = tmp_path / "adapter"
    adapter.mkdir()
    (adapter / "adapter_config.json").write_text(json.dumps({"base_model_name_or_path": str(tmp_path)}))
    (card,) = cards(contents([result("m", [COMPLIANT] * 8, QUESTIONS, path=str(adapter))], QUESTIONS)).values()
    assert front(card)["library_name"] == "peft"
    assert "base_model" not in front(card)
    assert str(tmp_path) in card


def test_only_local_models_that_answered_have_a_card() -> None:
    saved = result("saved", [COMPLIANT] * 8, QUESTIONS, path=None, completions="x.jsonl")
    checkpoint = result("m @ 5", [COMPLIANT] * 8, QUESTIONS, subject={"step": 5})
    failed = result("failed", [None] * 8, QUESTIONS, subject={"error": "no"})
    assert cards(contents([saved, checkpoint, failed], QUESTIONS)) == {}


def test_what_a_judge_and_people_said_is_told(tmp_path: Path) -> None:
    results = [result(name, [COMPLIANT] * 8, QUESTIONS) for name in ("base", "tuned")]
    out = tmp_path / "run"
    leave_review(out)
    html = (write(out, results, QUESTIONS, judge=judge()) / "report.html").read_text("utf-8")
    assert "A judge: judge-1" in html
    assert "timeout: 2" in html
    assert "78% (60% to 90%)" in html
    assert "were not judged" not in html
    assert json.loads((out / "summary.json").read_text("utf-8"))["judge"]["model"] == "judge-1"


def test_answers_that_nobody_judged_are_said_to_be_so(tmp_path: Path) -> None:
    out = write(tmp_path / "run", [result("m", [COMPLIANT] * 8, QUESTIONS)], QUESTIONS)
    for name in ("report.html", "report.md"):
        assert "The answers were not judged, neither by a model nor by people." in (out / name).read_text("utf-8")


def test_torn_review_is_one_message(tmp_path: Path) -> None:
    out = tmp_path / "run"
    out.mkdir()
    (out / "review.json").write_text("{")
    with pytest.raises(UserError, match=r"review\.json: this is no JSON"):
        write(out, [result("m", [COMPLIANT] * 8, QUESTIONS)], QUESTIONS)

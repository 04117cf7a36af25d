"""One text gets one score, whoever asks: lm-eval's task, the `evaluate` metric, the harness or `outline`."""

import json
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import fmean

import pytest

from benchmarks.teacher_server import Act, ChatServer
from evals.metrics import structure
from evals.questions import Question, load_questions
from evals.scoring import score_completion
from evals.task import TASKS
from outline import StructureSpec, check_compliance, extract_answer
from settings import UserError, write_jsonl

ROOT = Path(__file__).parents[2]
TEXTS = [
    "- rest\n  - the ankle\n    - for two days\n",
    "```\n- rest\n  - the ankle\n    - for two days\n```",
    "<think>hm</think>- rest\n  - the ankle\n    - 400 mg\n",
    "<think>- rest\n  - the ankle\n    - for two days\n",
    "Rest, and come back.",
    "",
    "- a\n" + "".join(f"  - b{number}\n    - c\n" for number in range(7)),
]


@pytest.fixture
def texts_file(tmp_path: Path) -> Path:
    path = tmp_path / "questions.jsonl"
    rows = [{"messages": [{"role": "user", "content": f"ankle {n}"}]} for n in range(len(TEXTS))]
    write_jsonl(path, [row | {"metadata": {"reference": "rest" if n % 2 else None}} for n, row in enumerate(rows)])
    return path


@pytest.mark.slow
def test_task_metric_harness_and_outline_agree_to_the_last_digit(
    texts_file: Path, tmp_path: Path, run_module: Callable[..., subprocess.CompletedProcess[str]]
) -> None:
    import evaluate
    import lm_eval
    from lm_eval.api.model import LM
    from lm_eval.tasks import TaskManager

    class Canned(LM):
        """Answers with the texts above."""

        def generate_until(self, requests: Sequence) -> list[str]:
            return [TEXTS[request.doc_id] for request in requests]

        def loglikelihood(self, requests: Sequence) -> list:
            raise AssertionError("the task only generates")

        loglikelihood_rolling = loglikelihood

    manager = TaskManager(include_path=str(TASKS), include_defaults=False, metadata={"questions": str(texts_file)})
    by_task = lm_eval.simple_evaluate(Canned(), tasks=["outline"], task_manager=manager)["results"]["outline"]
    by_metric = evaluate.load(str(ROOT / "evals/metrics/structure_compliance")).compute(predictions=TEXTS)
    spec = StructureSpec.load()
    scores = [score_completion(row, text, spec) for row, text in zip(load_questions(texts_file), TEXTS, strict=True)]
    reports = [check_compliance(extract_answer(text) or "", spec) for text in TEXTS]
    expected = fmean(report.compliant for report in reports)
    assert by_task["compliance,none"] == by_metric["compliance"] == expected == 2 / 7
    assert fmean(score.compliant for score in scores) == expected
    assert by_task["compliance_lenient,none"] == by_metric["compliance_lenient"] == 3 / 7
    assert by_task["depth,none"] == by_metric["depth"] == fmean(score.structure.depth for score in scores)
    assert by_task["breadth,none"] == by_metric["breadth"] == fmean(score.structure.widest for score in scores)
    saved = tmp_path / "completions.jsonl"
    write_jsonl(saved, [{"completion": text} for text in TEXTS])
    command = ["outline", "check", saved, "--field", "completion", "--completions", "--json"]
    by_command = json.loads(run_module(*command).stdout)
    assert (by_command["compliance"], by_command["lenient"]) == (expected, by_metric["compliance_lenient"])
    checked = [bool(score.unsupported) for score in scores if score.answered and score.unsupported is not None]
    # `evaluate` takes no list of texts that begins with None.
    references = [row.reference or "" for row in load_questions(texts_file)]
    by_numbers = evaluate.load(str(ROOT / "evals/metrics/unsupported_numbers")).compute(
        predictions=TEXTS, references=references, contexts=[row.user for row in load_questions(texts_file)]
    )
    assert by_task["unsupported_numbers,none"] == by_numbers["unsupported_numbers"] == fmean(checked)
    assert by_task["compliance_stderr,none"] > 0


@pytest.mark.slow
def test_plain_lm_eval_scores_a_model_from_any_folder(tiny_model: Path, texts_file: Path, tmp_path: Path) -> None:
    metadata = json.dumps({"questions": str(texts_file), "limit": 2})
    command = [sys.executable, "-m", "lm_eval", "run", "--model", "hf", "--model_args", f"pretrained={tiny_model}"]
    tasks = ["outline", "outline_1shot", "outline_paraphrased", "outline_red_flags"]
    command += ["--include_path", str(TASKS), "--tasks", ",".join(tasks), "--metadata", metadata]
    command += ["--apply_chat_template", "--limit", "2"]
    command += ["--gen_kwargs", "max_gen_toks=8", "--device", "cpu", "--output_path", str(tmp_path / "out")]
    environment = {"HF_HUB_OFFLINE": "1", "HF_HOME": str(tmp_path), "PATH": "/usr/bin:/bin"}
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr[-2000:]
    written = json.loads(next((tmp_path / "out").rglob("results_*.json")).read_text())
    assert [written["results"][task]["compliance,none"] for task in tasks] == [0.0] * len(tasks)
    assert [written["n-samples"][task]["effective"] for task in tasks] == [2] * len(tasks)


@pytest.mark.slow
def test_plain_lm_eval_scores_a_model_behind_an_endpoint(texts_file: Path, tmp_path: Path) -> None:
    server = ChatServer(lambda seen, times: Act(content="- a\n  - b\n    - c\n- d")).start()
    where = f"base_url={server.url}/chat/completions,model=served,num_concurrent=2,tokenized_requests=False"
    metadata = json.dumps({"questions": str(texts_file), "limit": 2})
    command = [sys.executable, "-m", "lm_eval", "run", "--model", "local-chat-completions", "--model_args", where]
    command += ["--include_path", str(TASKS), "--tasks", "outline", "--metadata", metadata, "--apply_chat_template"]
    environment = {"HF_HUB_OFFLINE": "1", "HF_HOME": str(tmp_path), "PATH": "/usr/bin:/bin"}
    out = ["--output_path", str(tmp_path / "out")]
    try:
        done = subprocess.run(
            [*command, *out], cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=300
        )
    finally:
        server.stop()
    assert done.returncode == 0, done.stderr[-2000:]
    written = json.loads(next((tmp_path / "out").rglob("results_*.json")).read_text())
    assert written["results"]["outline"]["compliance,none"] == 1
    assert len(server.seen) == 2
    assert {seen.text for seen in server.seen} == {"ankle 0", "ankle 1"}


def test_the_metric_of_structure_finds_its_contract_from_any_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert structure.compute(["- a\n  - b\n    - c"])["compliance"] == 1


def test_metric_of_no_predictions_is_refused() -> None:
    with pytest.raises(UserError, match="no predictions"):
        structure.compute([])


def test_answer_cut_inside_its_think_block_scores_zero(texts_file: Path) -> None:
    score = score_completion(load_questions(texts_file)[0], TEXTS[3], StructureSpec.load())
    assert (score.compliant, score.structure.lenient, score.structure.depth, score.answered) == (False, False, 0, False)


def test_what_was_never_said_is_no_answer_without_faults() -> None:
    question = Question(0, "my ankle hurts", reference="rest for 2 days", metadata={"urgent": False})
    figures = score_completion(question, "<think>take 400 mg, not rest", StructureSpec.load()).metrics()
    assert not {"unsupported_numbers", "contradicted", "repetition", "urgent_false_alarm"} & figures.keys()
    assert figures["compliant_supported"] == figures["reference_coverage"] == figures["urgent_right"] == 0

"""The GPU measurement kit: what it trains on, what it makes of its measurements, and the whole of it on a CPU."""

import json
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from statistics import fmean
from typing import Any

import pytest

from benchmarks.train_figures import PLAIN, Figures, figures, table, verdicts
from benchmarks.train_gpu import Kit, main
from benchmarks.train_inputs import ANSWERS, PROMPTS, write_conversations
from benchmarks.train_runs import GPU, SELF_TEST, finish, keys_of
from settings import UserError, apply_overrides, read_jsonl
from training.base_models.tiny import train_tokenizer
from training.plan.cards import CARDS, recognise

GIB = 2**30
CARD = CARDS["h200"]


def result(seconds: float = 0.1, peak: float = 10.0) -> dict[str, Any]:
    measured = {
        "seconds": [seconds] * 10, "tokens": 80_000, "answers": 40_000, "positions": 81_920,
        "peak": peak * GIB, "reserved": 12 * GIB, "evaluation": 2 * GIB, "device": "a card",
    }  # fmt: skip
    return {"measured": measured, "driver_mib": 13 * 1024, "ended": "well"}


def planned(step: float = 0.1, peak: float = 10.0) -> dict[str, Any]:
    segments = {"forward": {"weights": 1.0, "activations": peak - 1}, "evaluation": {"weights": 3.0}}
    return {
        "data": {"trained_on": 50_000, "conversations": 101, "left": 1},
        "memory": {"segments": segments},
        "cards": [{"step_seconds": step}],
        "useful_flops_per_token": 3e9,
    }


def test_rates_count_tokens_without_padding_and_utilisation_what_they_need() -> None:
    found = figures(result(), planned(step=0.12, peak=9.5), CARD, plain=False)
    assert found.tokens == pytest.approx(80_000)
    assert found.conversations == pytest.approx(80_000 / 500)
    assert found.filled == pytest.approx(80_000 / 81_920)
    assert found.mfu == pytest.approx(3e9 * 80_000 / 989e12)
    assert (found.step_off, found.peak_off) == (pytest.approx(0.2), pytest.approx(-0.05))
    assert (found.peak, found.reserved, found.driver) == (10, 12, 13)


def test_a_plain_run_is_not_foretold() -> None:
    found = figures(result(), planned(), CARD, plain=True)
    assert (found.planned_step, found.planned_peak, found.step_off, found.peak_off) == (None,) * 4
    assert "| – |" in table({PLAIN: found})


@pytest.mark.parametrize(
    ("full", "plain", "broken"),
    [
        (figures(result(0.04), planned(0.04), CARD, False), figures(result(0.1), planned(), CARD, True), []),
        (figures(result(0.1), planned(), CARD, False), figures(result(0.1), planned(), CARD, True), ["MFU", "plain"]),
        (figures(result(0.04), planned(0.06, 12), CARD, False), figures(result(1), planned(), CARD, True),
         ["peak foretold", "time foretold"]),
    ],
)  # fmt: skip
def test_bounds_hold_or_are_broken(full: Figures, plain: Figures, broken: list[str]) -> None:
    rows = verdicts({"qwen-full": full, PLAIN: plain, "qwen-lora": full})
    of_full = [row for row in rows if "lora" not in row.what]
    assert [row.what.rpartition(", ")[2].split(" against ")[-1] for row in of_full if not row.holds] == broken
    assert len(of_full) == 4
    assert [row.holds for row in rows if row.what == "qwen-lora, peak GiB"] == [True]


def test_conversations_are_as_long_as_the_real_ones(tmp_path: Path) -> None:
    tokenizer: Any = train_tokenizer(row["Patient"] for row in read_jsonl("data/sample/consultations.jsonl"))
    write_conversations(tmp_path, tokenizer, 600)
    rows = read_jsonl(tmp_path / "train.jsonl")
    texts = [tokenizer.apply_chat_template(row["messages"], tokenize=False) for row in rows]
    lengths = [len(ids) for ids in tokenizer(texts)["input_ids"]]
    mean = fmean(PROMPTS[1:-1]) + fmean(ANSWERS[1:-1])
    assert len(rows) == 600
    assert fmean(lengths) == pytest.approx(mean, rel=0.05)
    assert max(lengths) < PROMPTS[-1] + ANSWERS[-1] + 20
    assert read_jsonl(tmp_path / "validation.jsonl")


def test_a_run_gets_its_data_and_keeps_everything_else(tmp_path: Path) -> None:
    config = apply_overrides({}, keys_of(GPU.runs[0], GPU, tmp_path))
    assert config["datasets"][0]["path"] == str(tmp_path / "train.jsonl")
    assert config["datasets"][0]["roles_to_train"] == ["assistant"]
    assert (config["save_strategy"], config["evals_per_epoch"], config["eval_steps"]) == ("no", None, GPU.steps)
    assert not {"micro_batch_size", "sequence_len", "plugins", "deepspeed", "optimizer"} & set(config)


def test_a_process_that_takes_too_long_is_killed_with_its_children(tmp_path: Path) -> None:
    begun = time.monotonic()
    said = finish(["tests.benchmarks.parent_and_child"], tmp_path / "run.log", 3, {})
    assert said == "not done after 3 s"
    assert time.monotonic() - begun < 30
    child = int((tmp_path / "run.log").read_text(encoding="utf-8"))
    with pytest.raises(ProcessLookupError):
        _wait_for_end(child)


def _wait_for_end(pid: int) -> None:
    import os

    for _ in range(100):
        os.kill(pid, 0)
        if "zombie" in Path(f"/proc/{pid}/status").read_text(encoding="utf-8"):
            raise ProcessLookupError
        time.sleep(0.1)


def test_results_of_another_card_are_not_taken_for_this_ones(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    kept = {"plan": planned(), "run": result()}
    first = Kit(GPU, "kit", CARD, 1)
    first.keep("qwen-full", kept)
    assert Kit(GPU, "kit", CARD, 1).figures().keys() == {"qwen-full"}
    assert Kit(GPU, "kit", CARDS["h100"], 1).figures() == {}
    file = tmp_path / "results/bench/kit.json"
    told = json.loads(file.read_text(encoding="utf-8"))
    told["here"]["device"] = ["NVIDIA H200", 140.4]
    file.write_text(json.dumps(told), encoding="utf-8")
    elsewhere = Kit(GPU, "kit", CARD, 1)
    assert elsewhere.figures() == {}
    elsewhere.keep("qwen-full", {**elsewhere.kept("qwen-full"), "run": result()})
    assert elsewhere.figures().keys() == {"qwen-full"}, "the plan of a machine without the card still holds"


def test_without_a_card_it_says_what_can_be_done() -> None:
    with pytest.raises(UserError, match="no NVIDIA card here") as caught:
        main([])
    assert "--self-test" in str(caught.value.hint)


@pytest.mark.parametrize(
    ("device", "gib", "name"),
    [
        ("NVIDIA H200", 140.4, "h200"),
        ("NVIDIA H100 80GB HBM3", 79.6, "h100"),
        ("NVIDIA A100-SXM4-40GB", 39.4, "a100-40gb"),
        ("NVIDIA A100-SXM4-80GB", 79.2, "a100-80gb"),
        ("NVIDIA A10G", 22.5, "a10g-24gb"),
        ("Tesla T4", 14.6, "t4"),
        ("NVIDIA GeForce RTX 3090", 24.0, None),
    ],
)
def test_a_card_is_known_by_what_its_driver_calls_it(device: str, gib: float, name: str | None) -> None:
    card = recognise(device, gib)
    assert (card.name if card else None) == name


@pytest.mark.slow
def test_the_kit_measures_on_a_cpu_what_the_planner_foretold(
    run_module: Callable[..., subprocess.CompletedProcess[str]], root: Path
) -> None:
    done = run_module("benchmarks", "train-gpu", "--self-test")
    assert done.returncode == 0, done.stdout + done.stderr[-3000:]
    told = json.loads((root / "results/bench/train-gpu-self-test.json").read_text(encoding="utf-8"))
    name = SELF_TEST.runs[0].name
    run = told["results"][name]
    found = figures(run["run"], run["plan"], None, plain=False)
    assert found.peak_off == pytest.approx(0, abs=0.1)
    assert found.tokens > 0
    assert 0.5 < found.filled <= 1
    assert len(run["run"]["measured"]["seconds"]) == SELF_TEST.steps - SELF_TEST.steps // 2
    assert run["run"]["measured"]["loss"] < 9
    assert f"| {name} |" in done.stdout
    assert f"| {PLAIN} |" in done.stdout

"""The shipped runs: what their headers promise, and what Axolotl itself says of each under each override."""

import json
from pathlib import Path
from typing import Any

import pytest

from settings import read_yaml
from training.render import on_cpu
from training.schema import ask_axolotl
from training.shipped import combinations, runs
from training.strict import find_problems

ROOT = Path(__file__).parents[2]
CONFIGS = ROOT / "configs"
NAMES = [
    path.relative_to(CONFIGS).with_suffix("").as_posix()
    for path in sorted(CONFIGS.rglob("*.yml"))
    if "base_model" in read_yaml(path)
]
GPU_RUNS = {"qwen-full": 16, "deepseek-full-gc": 4, "qwen-lora": 32, "deepseek-lora": 32}
"""Run → conversations of a step as published, padded; packed it holds nearly as many."""
MEAN, FILLED = 511, 0.96
"""Tokens of a conversation, and the share of a packed row that is filled: python -m benchmarks packing."""
AFTER_SFT = {
    "qwen-grpo": "grpo", "qwen-dpo": "dpo", "tiny-grpo": "grpo", "tiny-dpo": "dpo", "smollm2-grpo": "grpo",
}  # fmt: skip
"""Run → the kind of training that follows SFT; tests/training/test_after_sft.py has their own properties."""
SFT = [name for name in NAMES if name not in AFTER_SFT]


@pytest.fixture(scope="session")
def configs() -> dict[str, dict[str, Any]]:
    return combinations()


@pytest.fixture(scope="session")
def answers(configs: dict[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
    return ask_axolotl(configs)


@pytest.mark.slow
def test_axolotl_finds_nothing_wrong_with_any_run_under_any_override(configs: dict, answers: dict) -> None:
    problems = {name: find_problems(config, answers[name]["schema"]) for name, config in configs.items()}
    said = {name: answers[name]["problems"] for name in configs}
    assert {name: found + said[name] for name, found in problems.items() if found or said[name]} == {}


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_a_typo_at_any_level_is_found(name: str, answers: dict) -> None:
    schema = answers[f"configs/{name}.yml"]["schema"]
    config = read_yaml(f"configs/{name}.yml")
    config["micro_batchsize"] = config.pop("micro_batch_size")
    config["datasets"][0]["field_mesages"] = config["datasets"][0].pop("field_messages", "messages")
    problems = find_problems(config, schema)
    assert "datasets.0.field_mesages is not a key of Axolotl; did you mean field_messages?" in problems
    assert "micro_batchsize is not a key of Axolotl; did you mean micro_batch_size?" in problems


def test_every_gpu_run_is_checked_under_every_fitting_override(configs: dict) -> None:
    on_cpus = {"smollm2-cpu", "tiny-cpu", "tiny-lora", "it-support/tiny"}
    assert {str(path) for path in runs()} == {f"configs/{run}.yml" for run in {*GPU_RUNS, *AFTER_SFT, *on_cpus}}
    overrides = {path.stem for path in Path("configs/hardware").glob("*.yml")}
    for run in (*GPU_RUNS, "qwen-grpo", "qwen-dpo"):
        fitting = overrides if "full" in run else overrides - {"zero3-offload"}
        assert {f"configs/{run}.yml + configs/hardware/{name}.yml" for name in fitting} <= set(configs)


@pytest.mark.parametrize("name", SFT)
def test_no_example_is_cut_or_dropped_and_only_answers_are_trained(name: str) -> None:
    config = read_yaml(f"configs/{name}.yml")
    assert config["excess_length_strategy"] == "raise"
    assert config["trust_remote_code"] is False
    for dataset in config["datasets"] + config.get("test_datasets", []):
        assert dataset["type"] == "chat_template"
        assert (dataset["roles_to_train"], dataset["train_on_eos"]) == (["assistant"], "turn")


@pytest.mark.parametrize("name", NAMES)
def test_a_header_names_its_own_launch_command(name: str) -> None:
    header = Path(f"configs/{name}.yml").read_text(encoding="utf-8").split("\nbase_model:")[0]
    cpu = "--cpu " if on_cpu(read_yaml(f"configs/{name}.yml")) else ""
    assert f"accelerate launch {cpu}-m axolotl.cli.train configs/{name}.yml" in header
    assert f"just train configs/{name}.yml" in header
    assert "Hardware:" in header
    assert "A step:" in header


@pytest.mark.parametrize(("name", "conversations"), GPU_RUNS.items())
def test_a_step_holds_the_tokens_that_its_header_states(name: str, conversations: int) -> None:
    path = Path(f"configs/{name}.yml")
    config = read_yaml(path)
    tokens = config["sequence_len"] * config["micro_batch_size"] * config["gradient_accumulation_steps"]
    assert f"= {tokens:,} tokens" in path.read_text(encoding="utf-8")
    assert 0.9 < tokens * FILLED / MEAN / conversations <= 1


@pytest.mark.parametrize(
    ("name", "base", "rate", "stage", "adapter", "checkpointing"),
    [
        ("qwen-full", "Qwen/Qwen2.5-0.5B", 2e-5, 1, None, None),
        ("deepseek-full-gc", "deepseek-ai/DeepSeek-R1-Distill-Qwen-1.5B", 1e-5, 2, None, True),
        ("qwen-lora", "Qwen/Qwen2.5-0.5B", 2e-4, None, "lora", None),
        ("deepseek-lora", "deepseek-ai/DeepSeek-R1-Distill-Qwen-1.5B", 1e-4, None, "lora", None),
    ],
)
def test_the_production_runs_are_what_their_names_say(
    name: str, base: str, rate: float, stage: int | None, adapter: str | None, checkpointing: bool | None
) -> None:
    config = read_yaml(f"configs/{name}.yml")
    zero = json.loads(Path(config["deepspeed"]).read_text(encoding="utf-8")) if stage else None
    assert (config["base_model"], config["learning_rate"], config["num_epochs"]) == (base, rate, 3)
    assert (config.get("adapter"), config.get("gradient_checkpointing")) == (adapter, checkpointing)
    assert (zero and zero["zero_optimization"]["stage"]) == stage
    assert (config["bf16"], config["sample_packing"], config["liger_fused_linear_cross_entropy"]) == (True,) * 3

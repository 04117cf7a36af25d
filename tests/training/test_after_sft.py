"""GRPO and DPO: the shipped runs continue from SFT with its tokens, and Axolotl trains by them on a CPU."""

import inspect
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from settings import UserError, read_jsonl, read_yaml, write_jsonl
from training.render import check_inputs, render
from training.shipped import combinations, runs
from training.use.models import find_model

Run = Callable[..., subprocess.CompletedProcess[str]]
ON_A_CPU = {
    "bf16": False, "tf32": False, "optimizer": "adamw_torch",
    "dataset_num_proc": 1, "micro_batch_size": 2, "gradient_accumulation_steps": 1, "max_steps": 2,
    "save_strategy": "no", "use_tensorboard": False, "chat_template": "tokenizer_default",
}  # fmt: skip
ONLY_FOR_GPUS = ("evals_per_epoch", "saves_per_epoch", "save_steps", "num_epochs", "test_datasets", "save_total_limit")


@pytest.fixture
def pairs_file(tmp_path: Path, chat_file: Path) -> Path:
    rows = [
        {"messages": row["messages"][:-1], "chosen": row["messages"][-1],
         "rejected": {"role": "assistant", "content": "Rest and drink."}, "metadata": {"index": 0, "findings": ["x"]}}
        for row in read_jsonl(chat_file)[:8]
    ]  # fmt: skip
    write_jsonl(tmp_path / "pairs.jsonl", rows)
    return tmp_path / "pairs.jsonl"


@pytest.fixture
def small(tmp_path: Path, tiny: Path) -> Callable[..., Path]:
    """Write a shipped GPU run so that a CPU trains it: the tiny model, two steps, everything else as it is."""

    def write(run: str, data: Path, **keys: Any) -> Path:
        config = {key: value for key, value in read_yaml(f"configs/{run}.yml").items() if key not in ONLY_FOR_GPUS}
        config["datasets"][0]["path"] = str(data)
        folders = {"base_model": str(tiny), "output_dir": str(tmp_path / "out"), "dataset_prepared_path": str(tmp_path)}
        config["plugins"] = ["training.cpu.CpuPlugin", *config.get("plugins", [])]
        path = tmp_path / "run.yml"
        path.write_text(yaml.safe_dump({**config, **ON_A_CPU, **folders, **keys}), encoding="utf-8")
        return path

    return write


@pytest.mark.parametrize("run", ["qwen-grpo", "qwen-dpo"])
def test_it_continues_from_the_sft_model_with_its_tokens(run: str) -> None:
    after, sft = read_yaml(f"configs/{run}.yml"), read_yaml("configs/qwen-full.yml")
    assert after["base_model"] == sft["output_dir"]
    for key in ("chat_template", "special_tokens", "sequence_len", "trust_remote_code"):
        assert after[key] == sft[key], key


@pytest.mark.slow
def test_no_run_asks_for_a_best_checkpoint_where_axolotl_takes_none() -> None:
    from axolotl.core.builders.base import TrainerBuilderBase
    from axolotl.core.builders.rl import HFRLTrainerBuilder

    assert "load_best_model_at_end" not in inspect.getsource(TrainerBuilderBase) + inspect.getsource(HFRLTrainerBuilder)
    asking = {str(path) for path in runs() if read_yaml(path).get("rl") and "load_best_model_at_end" in read_yaml(path)}
    assert asking == set()


@pytest.mark.parametrize("run", ["qwen-grpo", "qwen-dpo", "smollm2-grpo", "tiny-grpo", "tiny-dpo", "tiny-lora"])
def test_a_missing_checkpoint_says_what_trains_it(run: str, tmp_path: Path) -> None:
    config = {**read_yaml(f"configs/{run}.yml"), "datasets": [], "test_datasets": []}
    config["base_model"] = f"outputs/{tmp_path.name}"
    with pytest.raises(UserError, match="there is no folder outputs/") as raised:
        check_inputs(run, config)
    assert "continues from a trained model" in str(raised.value)
    header = Path(f"configs/{run}.yml").read_text(encoding="utf-8").split("\nbase_model:")[0]
    assert "just train configs/" in header.split("Launch:")[0]


def test_a_missing_structure_is_told_before_anything_is_loaded(tiny: Path, chat_file: Path) -> None:
    config = {"base_model": str(tiny), "datasets": [{"path": str(chat_file)}], "spec": "configs/nothing.yml"}
    with pytest.raises(UserError, match=r"configs/nothing\.yml"):
        check_inputs("run.yml", config)


@pytest.mark.parametrize("gpus", [1, 2, 4, 8])
def test_a_grpo_step_is_the_same_on_any_number_of_gpus(gpus: int) -> None:
    config = render("configs/qwen-grpo.yml", gpus=gpus)
    step = config["micro_batch_size"] * config["gradient_accumulation_steps"] * gpus
    assert step == config["trl"]["generation_batch_size"] == 64


def test_a_grpo_step_holds_whole_groups_under_every_override() -> None:
    for name, config in combinations().items():
        if config.get("rl") == "grpo":
            answers = config["micro_batch_size"] * config["gradient_accumulation_steps"]
            assert answers % config["trl"]["num_generations"] == 0, name


def _loaded(config: Path) -> tuple[Any, Any]:
    """What Axolotl's own loader makes of a run's dataset, and its tokenizer."""
    from axolotl.loaders import load_tokenizer
    from axolotl.utils.config import normalize_config, validate_config
    from axolotl.utils.data.rl import _load_split
    from axolotl.utils.dict import DictDefault

    cfg = validate_config(DictDefault(read_yaml(config)))
    normalize_config(cfg)
    return _load_split(cfg, "train"), load_tokenizer(cfg)


@pytest.mark.slow
def test_grpo_asks_as_sft_did_and_keeps_what_the_rewards_need(small: Callable[..., Path], tmp_path: Path) -> None:
    texts = {"system": "Answer.", "user": "it hurts", "assistant": "- Rest"}
    messages = [{"role": role, "content": text} for role, text in texts.items()]
    row = {"messages": messages, "metadata": {"index": 3, "reference": "rest"}}
    write_jsonl(tmp_path / "chat.jsonl", [row])
    rows, tokenizer = _loaded(small("qwen-grpo", tmp_path / "chat.jsonl"))
    assert dict(rows[0]) == {
        "prompt": row["messages"][:-1], "reference": "rest", "end_token": tokenizer.convert_tokens_to_ids("<|im_end|>")
    }  # fmt: skip
    trained = tokenizer.apply_chat_template(row["messages"], tokenize=False)
    assert trained.startswith(
        tokenizer.apply_chat_template(rows[0]["prompt"], add_generation_prompt=True, tokenize=False)
    )


@pytest.mark.slow
def test_dpo_reads_prompt_chosen_and_rejected_with_one_end_each(small: Callable[..., Path], pairs_file: Path) -> None:
    rows, tokenizer = _loaded(small("qwen-dpo", pairs_file))
    pairs = {
        tokenizer.apply_chat_template(pair["messages"], add_generation_prompt=True, tokenize=False): pair
        for pair in read_jsonl(pairs_file)
    }
    assert len(rows) == len(pairs) == 8
    for read in rows:
        assert read["chosen"] == pairs[read["prompt"]]["chosen"]["content"] + "<|im_end|>"
        assert read["rejected"] == "Rest and drink.<|im_end|>"


@pytest.mark.slow
def test_two_steps_of_grpo_reward_the_answers_and_leave_an_adapter(
    small: Callable[..., Path], chat_file: Path, run_module: Run, tmp_path: Path
) -> None:
    trl = read_yaml("configs/qwen-grpo.yml")["trl"]
    trl |= {"num_generations": 2, "generation_batch_size": 2, "max_completion_length": 32}
    done = run_module("training", "train", small("qwen-grpo", chat_file, trl=trl), HF_HUB_OFFLINE="1")
    assert done.returncode == 0, done.stderr[-3000:]
    assert (tmp_path / "out/adapter_model.safetensors").is_file()
    for name in trl["reward_funcs"]:
        assert f"rewards/{name.rsplit('.', 1)[1]}/mean" in done.stdout + done.stderr


@pytest.mark.slow
def test_axolotl_by_itself_reads_the_structure_that_is_rewarded(
    small: Callable[..., Path], chat_file: Path, run_module: Run
) -> None:
    config = small("qwen-grpo", chat_file, spec="configs/nothing.yml")
    done = run_module("axolotl.cli.train", config, HF_HUB_OFFLINE="1")
    assert done.returncode != 0
    assert "configs/nothing.yml" in done.stderr.strip().splitlines()[-1]


@pytest.mark.slow
def test_two_steps_of_dpo_leave_an_adapter(
    small: Callable[..., Path], pairs_file: Path, run_module: Run, tmp_path: Path
) -> None:
    done = run_module("training", "train", small("qwen-dpo", pairs_file), HF_HUB_OFFLINE="1")
    assert done.returncode == 0, done.stderr[-3000:]
    assert find_model(str(tmp_path / "out")).kind == "adapter"
    assert "rewards/margins" in done.stdout + done.stderr

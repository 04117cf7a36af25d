"""A run with its overrides: merged whole, a step kept the same, inputs looked for before anything is launched."""

from collections.abc import Callable
from pathlib import Path

import pytest

from settings import UserError, read_yaml
from training.render import check_inputs, render, write_config
from training.schema import check_config

QWEN = "configs/qwen-full.yml"
SMALL_GPU = "configs/hardware/a10g-24gb.yml"


def _sequences(config: dict, gpus: int = 1) -> int:
    return config["micro_batch_size"] * config["gradient_accumulation_steps"] * gpus


@pytest.mark.parametrize("run", ["qwen-full", "qwen-lora", "deepseek-lora"])
@pytest.mark.parametrize("gpus", [1, 2, 4])
@pytest.mark.parametrize("overrides", [[], [SMALL_GPU]])
def test_a_step_holds_the_same_sequences_on_any_machine(run: str, gpus: int, overrides: list[str]) -> None:
    path = f"configs/{run}.yml"
    assert _sequences(render(path, overrides, gpus=gpus), gpus) == _sequences(read_yaml(path))


def test_an_override_that_names_the_accumulation_sets_the_step() -> None:
    assert _sequences(render(QWEN, keys=["micro_batch_size=2", "gradient_accumulation_steps=8"])) == 16


def test_a_path_may_begin_at_home(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/home/anna")
    given = render(QWEN, keys=["output_dir=~/runs/a", "datasets.0.path=~/chat.jsonl"])
    assert (given["output_dir"], given["datasets"][0]["path"]) == ("/home/anna/runs/a", "/home/anna/chat.jsonl")


def test_a_step_that_cannot_be_parted_is_refused() -> None:
    with pytest.raises(UserError, match="4 sequences, which cannot be parted evenly among 3 GPUs"):
        render(QWEN, gpus=3)


def test_a_later_override_wins_and_the_rest_is_kept(tmp_path: Path) -> None:
    late = tmp_path / "late.yml"
    late.write_text("gradient_checkpointing: false\n", encoding="utf-8")
    config = render(QWEN, [SMALL_GPU, late], ["learning_rate=1.0e-4"])
    assert config["gradient_checkpointing"] is False
    assert config["learning_rate"] == 1e-4
    assert config["base_model"] == read_yaml(QWEN)["base_model"]


def test_an_override_takes_a_plugin_out_with_its_keys() -> None:
    own = [f"{key}=null" for key in read_yaml(QWEN) if key.startswith("liger_")]
    bare = render(QWEN, keys=["plugins=[]", *own])
    check_config(QWEN, bare)
    assert not [key for key in bare if key.startswith("liger_")]


def test_keys_that_outlive_their_plugin_are_told_with_the_remedy() -> None:
    with pytest.raises(UserError, match="liger_rope is not a key of Axolotl") as caught:
        check_config(QWEN, render(QWEN, keys=["plugins=[]"]))
    assert "KEY=null takes one out" in (caught.value.hint or "")


def test_a_missing_file_of_another_domain_has_its_remedy(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    config = render("configs/it-support/tiny.yml")
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UserError, match="data/it-support-made") as caught:
        check_inputs("tiny.yml", config)
    assert "head of the run's YAML" in (caught.value.hint or "")


def test_a_misspelt_key_of_null_is_kept_to_be_refused() -> None:
    assert "deepsped" in render(QWEN, keys=["deepsped=null"])


def test_a_changed_dataset_is_tokenized_anew(tmp_path: Path) -> None:
    data = tmp_path / "train.jsonl"
    config = {"output_dir": str(tmp_path / "out"), "datasets": [{"path": str(data)}]}
    prepared = []
    for text in ("one", "two", "one"):
        data.write_text(text, encoding="utf-8")
        prepared.append(read_yaml(write_config(config))["dataset_prepared_path"])
    assert prepared[0] == prepared[2] != prepared[1]


def test_the_written_config_is_whole(tmp_path: Path) -> None:
    config = {**render(QWEN), "output_dir": str(tmp_path / "out")}
    written = read_yaml(write_config(config))
    assert {**written, "dataset_prepared_path": config["dataset_prepared_path"]} == config


def test_a_missing_dataset_is_named_before_the_launch(tiny: Path) -> None:
    config = {"base_model": str(tiny), "datasets": [{"path": "data/nowhere.jsonl"}]}
    with pytest.raises(UserError, match=r"run\.yml: datasets\.0\.path: there is no file data/nowhere\.jsonl"):
        check_inputs("run.yml", config)


def test_a_folder_that_is_no_model_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"is no model folder: it needs config\.json"):
        check_inputs("run.yml", {"base_model": str(tmp_path)})


def test_a_model_that_should_be_here_is_missed() -> None:
    with pytest.raises(UserError, match="there is no folder models/nothing"):
        check_inputs("run.yml", {"base_model": "models/nothing"})


def test_a_hub_id_is_left_to_the_hub(tiny_run: Callable[..., Path]) -> None:
    check_inputs("run.yml", read_yaml(tiny_run(base_model="Qwen/Qwen2.5-0.5B")))


def test_half_precision_cards_get_no_kernel_that_they_lack(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(root)
    monkeypatch.setattr("importlib.util.find_spec", lambda name: object())  # as where flash-attn is installed
    assert render("configs/qwen-full.yml")["attn_implementation"] == "flash_attention_2"
    assert render("configs/qwen-full.yml", ["configs/hardware/fp16.yml"])["attn_implementation"] == "sdpa"

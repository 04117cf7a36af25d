"""What a model's folder says of it: the base of an adapter, and what a card tells of its training."""

import json
from pathlib import Path

import pytest

from settings import UserError
from settings.model_folder import base_of, told


def fetched(name: str, revision: str | None) -> Path:
    """Stands for the hub: the folder's name says what was asked for."""
    return Path(f"{name}@{revision}")


@pytest.mark.parametrize("revision", ["4f1c", None])
def test_the_base_of_an_adapter_is_fetched_as_it_was_trained_over(tmp_path: Path, revision: str | None) -> None:
    config = {"base_model_name_or_path": "Qwen/Qwen2.5-0.5B", "revision": revision}
    (tmp_path / "adapter_config.json").write_text(json.dumps(config))
    assert base_of(tmp_path, fetched) == Path(f"Qwen/Qwen2.5-0.5B@{revision}")


def test_the_base_of_an_adapter_is_taken_from_this_machine_where_it_is_there(tmp_path: Path) -> None:
    (tmp_path / "adapter_config.json").write_text(json.dumps({"base_model_name_or_path": str(tmp_path)}))
    assert base_of(tmp_path, fetched) == tmp_path


@pytest.mark.parametrize("named", ["models/nowhere", "outputs/nowhere", "/nowhere"])
def test_a_base_that_was_made_here_is_not_asked_of_the_hub(tmp_path: Path, named: str) -> None:
    (tmp_path / "adapter_config.json").write_text(json.dumps({"base_model_name_or_path": named}))
    with pytest.raises(UserError, match=f"its base model {named} is not there"):
        base_of(tmp_path, fetched)


def test_a_card_tells_what_a_run_sets_and_no_paths() -> None:
    run = {"learning_rate": 0.003, "seed": 0, "deepspeed": None, "output_dir": "/home/me/outputs/x", "bf16": False}
    assert told(run) == {"bf16": "False", "learning_rate": "0.003", "seed": "0"}

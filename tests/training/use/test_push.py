"""`python -m training push`: what goes to a hub, under whose eyes, and what it says of itself."""

import hashlib
import json
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import yaml

from settings import read_yaml, write_jsonl
from tests.training.use.hub import Hub

Run = Callable[..., subprocess.CompletedProcess[str]]
SECRET = "hf_this-is-the-token"


@pytest.fixture
def hub() -> Iterator[Hub]:
    hub = Hub()
    server = hub.start()
    yield hub
    server.shutdown()
    server.server_close()


@pytest.fixture
def dataset(tmp_path: Path) -> Path:
    """What `prep` leaves, in small: two chat files, a pair, a card, the manifest that has their hashes."""
    folder = tmp_path / "data"
    for name in ("chat/train.jsonl", "chat/test.jsonl", "preferences/train.jsonl"):
        write_jsonl(folder / name, [{"messages": [{"role": "user", "content": name}]}])
    front = {"language": "en", "configs": [{"config_name": "default", "data_files": []}]}
    (folder / "chat/README.md").write_text(f"---\n{yaml.safe_dump(front)}---\n\n# Outlines\n", encoding="utf-8")
    (folder / "failed.jsonl").write_text("{}\n", encoding="utf-8")
    files = [path for path in folder.rglob("*") if path.is_file()]
    manifest = {
        "source": "some/consultations",
        "teacher": {"name": "openai", "model": "a-teacher", "base_url": "http://inside.example"},
        "inputs": {"source": "abc"},
        "rows": {"kept": 2, "total": 3},
        "usage": {"total": {"requests": 5, "dollars": 0.125}},
        "files": {path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest() for path in files},
        "versions": {"python": "3.11", "ray": None},
    }
    (folder / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    return folder


@pytest.fixture
def model(tmp_path: Path, dataset: Path, root: Path) -> Path:
    """A trained model's folder by its names, and what of it is nobody's business."""
    folder = tmp_path / "outputs"
    (folder / "checkpoint-5").mkdir(parents=True)
    for name in ("config.json", "tokenizer_config.json", "tokenizer.json", "model.safetensors", "debug.log",
                 "chat_template.jinja", "checkpoint-5/model.safetensors"):  # fmt: skip
        (folder / name).write_text("{}", encoding="utf-8")
    data = dataset / "chat/train.jsonl"
    digest = hashlib.sha256(data.read_bytes()).hexdigest()[:12]
    config = {**read_yaml(root / "configs/qwen-lora.yml"), "datasets": [{"path": str(data)}], "test_datasets": []}
    config["dataset_prepared_path"] = str(folder / "prepared" / digest)
    (folder / "config.yml").write_text(yaml.safe_dump(config), encoding="utf-8")
    (folder / "system.txt").write_text("You are a doctor.\n", encoding="utf-8")
    return folder


def test_a_dry_run_needs_neither_token_nor_hub_and_prints_what_would_go(dataset: Path, run_module: Run) -> None:
    done = run_module(
        "training", "push", dataset, "--repo", "me/outlines", "--dry-run", HF_ENDPOINT="http://127.0.0.1:9"
    )
    assert done.returncode == 0, done.stderr
    assert "dataset me/outlines, private:" in done.stderr
    for name in ("train.jsonl", "test.jsonl", "preferences/train.jsonl", "README.md"):
        assert f"  {name}  " in done.stderr
    assert "failed.jsonl" not in done.stderr
    front, body = yaml.safe_load(done.stdout.split("---\n")[1]), done.stdout.split("---\n", 2)[2]
    assert front["configs"][1]["data_files"] == [{"split": "train", "path": "preferences/train.jsonl"}]
    assert "license" not in front
    for said in ("# Outlines", "`some/consultations`", "`a-teacher`", "2 of 3", "0.12"):
        assert said in body
    assert "inside.example" not in done.stdout + done.stderr


def push(run_module: Run, dataset: Path, hub: Hub) -> subprocess.CompletedProcess[str]:
    address = {"HF_ENDPOINT": hub.address, "HF_TOKEN": SECRET, "HF_HUB_OFFLINE": "0"}
    return run_module("training", "push", dataset, "--repo", "me/outlines", **address)


def test_a_dataset_goes_to_a_private_repository_with_its_card(dataset: Path, hub: Hub, run_module: Run) -> None:
    done = push(run_module, dataset, hub)
    assert done.returncode == 0, done.stderr
    assert hub.repositories == {"me/outlines": True}
    assert set(hub.files) == {"train.jsonl", "test.jsonl", "preferences/train.jsonl", "README.md"}
    assert hub.files["train.jsonl"] == (dataset / "chat/train.jsonl").read_bytes()
    assert b"How it was made" in hub.files["README.md"]
    assert hub.tokens == {f"Bearer {SECRET}"}
    assert SECRET not in done.stdout + done.stderr


def test_a_card_names_its_source_without_the_folders_of_this_machine(
    dataset: Path, model: Path, run_module: Run
) -> None:
    manifest = dataset / "manifest.json"
    made = json.loads(manifest.read_text(encoding="utf-8"))
    card = dataset / "chat/README.md"
    card.write_text(card.read_text(encoding="utf-8") + "\nfrom /home/anna/clinic/rows.jsonl\n", encoding="utf-8")
    made["source"] = "/home/anna/clinic/rows.jsonl"
    made["files"]["chat/README.md"] = hashlib.sha256(card.read_bytes()).hexdigest()
    manifest.write_text(json.dumps(made), encoding="utf-8")
    done = run_module("training", "push", dataset, "--repo", "me/outlines", "--dry-run")
    assert "from rows.jsonl" in done.stdout
    assert "`rows.jsonl`, SHA-256" in done.stdout
    assert "anna" not in done.stdout
    done = run_module("training", "push", model, "--repo", "me/outlines", "--dry-run")
    assert "Made from `rows.jsonl`" in done.stdout


def test_a_models_card_tells_its_run_and_its_data(model: Path, hub: Hub, run_module: Run) -> None:
    done = run_module(
        "training", "push", model, "--repo", "me/qwen", "--public", "--license", "apache-2.0",
        HF_ENDPOINT=hub.address, HF_TOKEN=SECRET, HF_HUB_OFFLINE="0",
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert hub.repositories == {"me/qwen": False}
    assert set(hub.files) == {"config.json", "tokenizer_config.json", "tokenizer.json", "model.safetensors",
                              "chat_template.jinja", "system.txt", "README.md"}  # fmt: skip
    card = hub.files["README.md"].decode()
    front = yaml.safe_load(card.split("---\n")[1])
    assert front["base_model"] == "Qwen/Qwen2.5-0.5B"
    assert front["license"] == "apache-2.0"
    for said in ("# qwen", "> You are a doctor.", "| `learning_rate` | `0.0002` |", "`a-teacher`", "2 of 3 rows"):
        assert said in card
    assert str(model.parent) not in card


def test_data_that_has_changed_since_the_training_is_not_claimed(model: Path, dataset: Path, run_module: Run) -> None:
    write_jsonl(dataset / "chat/train.jsonl", [{"messages": []}])
    done = run_module("training", "push", model, "--repo", "me/qwen", "--dry-run")
    assert "Trained on `train.jsonl`." in done.stdout
    assert "a-teacher" not in done.stdout


def test_a_repository_that_is_public_is_not_filled_unasked(dataset: Path, hub: Hub, run_module: Run) -> None:
    hub.repositories["me/outlines"] = False
    done = push(run_module, dataset, hub)
    assert done.returncode == 2
    assert "this repository is public already" in done.stderr
    assert hub.files == {}


@pytest.mark.parametrize(
    ("arguments", "environment", "message"),
    [
        ([], {"HF_TOKEN": ""}, "HF_TOKEN is not set"),
        ([], {"HF_TOKEN": SECRET, "HF_ENDPOINT": "http://127.0.0.1:9"}, "http://127.0.0.1:9: the upload failed"),
        ([], {"HF_TOKEN": SECRET, "HF_HUB_OFFLINE": "1"}, "the upload failed"),
        (["--public"], {}, "--public needs --license"),
        (["--repo", "outlines"], {}, "--repo is OWNER/NAME, got 'outlines'"),
        (["--repo", "me/out lines"], {"HF_TOKEN": SECRET, "HF_ENDPOINT": "http://127.0.0.1:9"}, "--repo me/out lines"),
    ],
)
def test_what_cannot_be_sent_is_one_message(
    dataset: Path, run_module: Run, arguments: list[str], environment: dict[str, str], message: str
) -> None:
    done = run_module(
        "training", "push", dataset, "--repo", "me/outlines", *arguments, **{"HF_HUB_OFFLINE": "0", **environment}
    )
    assert done.returncode == 2
    assert message in done.stderr
    assert "Traceback" not in done.stderr
    assert SECRET not in done.stdout + done.stderr


def test_a_changed_dataset_is_not_sent(dataset: Path, run_module: Run) -> None:
    write_jsonl(dataset / "chat/train.jsonl", [{"messages": []}])
    done = run_module("training", "push", dataset, "--repo", "me/outlines", "--dry-run")
    assert done.returncode == 2
    assert "it is not what the manifest says" in done.stderr


def test_a_model_without_its_run_is_not_sent(model: Path, run_module: Run) -> None:
    (model / "config.yml").unlink()
    done = run_module("training", "push", model, "--repo", "me/qwen", "--dry-run")
    assert done.returncode == 2
    assert "the card could not say how this model was trained" in done.stderr


def test_a_folder_without_data_says_what_would_fill_it(tmp_path: Path, run_module: Run) -> None:
    (tmp_path / "README.md").write_text("Data goes here.", encoding="utf-8")
    done = run_module("training", "push", tmp_path, "--repo", "me/outlines", "--dry-run")
    assert done.returncode == 2
    assert "nor did `just prep` write data here: no manifest.json" in " ".join(done.stderr.split())
    assert "README.md" in done.stderr

"""The tiny model and a small chat dataset, made once."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from settings import read_jsonl, read_yaml, write_jsonl
from training.base_models import make_tiny

SYSTEM = "You are a doctor answering a patient."


@pytest.fixture(autouse=True)
def at_root(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The paths inside the shipped YAMLs are relative to the repository's root."""
    monkeypatch.chdir(root)


@pytest.fixture(scope="session")
def sample_texts(root: Path) -> list[str]:
    rows = read_jsonl(root / "data/sample/consultations.jsonl")
    return [row[field] for row in rows for field in ("Description", "Patient", "Doctor") if row.get(field)]


@pytest.fixture(scope="session")
def tiny(tmp_path_factory: pytest.TempPathFactory, sample_texts: list[str]) -> Path:
    folder = tmp_path_factory.mktemp("models") / "tiny"
    make_tiny(folder, sample_texts)
    return folder


@pytest.fixture(scope="session")
def chat_file(tmp_path_factory: pytest.TempPathFactory, root: Path) -> Path:
    """64 conversations whose answers have one shape and words of the question."""
    rows = [row for row in read_jsonl(root / "data/sample/consultations.jsonl") if row["Doctor"]][:64]
    path = tmp_path_factory.mktemp("chat") / "train.jsonl"
    write_jsonl(path, [{"messages": _messages(row), "metadata": {"index": i}} for i, row in enumerate(rows)])
    return path


def _messages(row: dict[str, str]) -> list[dict[str, str]]:
    words = row["Doctor"].split()
    answer = f"- **Recommendation**\n  - Next steps\n    - {' '.join(words[:8])}\n    - {' '.join(words[8:16])}"
    return [
        {"role": "system", "content": SYSTEM},
        {"role": "user", "content": row["Description"]},
        {"role": "assistant", "content": answer},
    ]


@pytest.fixture
def tiny_run(tmp_path: Path, root: Path, tiny: Path, chat_file: Path) -> Callable[..., Path]:
    """Write configs/tiny-cpu.yml with this test's model, dataset and output folder, and keys of the test's own."""

    def write(**keys: Any) -> Path:
        config = read_yaml(root / "configs/tiny-cpu.yml")
        config["datasets"][0]["path"] = str(chat_file)
        folders = {"output_dir": str(tmp_path / "out"), "dataset_prepared_path": str(tmp_path / "prepared")}
        path = tmp_path / "run.yml"
        path.write_text(yaml.safe_dump({**config, "base_model": str(tiny), **folders, **keys}), encoding="utf-8")
        return path

    return write

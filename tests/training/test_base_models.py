"""Base models: whole or absent, made once, and ending their turns with a token that can be learned."""

import csv
import hashlib
from pathlib import Path

import pytest

from settings import UserError, write_jsonl
from training.__main__ import _texts
from training.base_models import is_model_folder, make_tiny
from training.base_models.smollm2 import save_mended
from training.base_models.wheel import unpack_wheel


def _digests(folder: Path) -> dict[str, str]:
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(folder.iterdir())}


def test_texts_of_a_spreadsheet_are_read_as_those_of_json_lines_are(tmp_path: Path) -> None:
    rows = [{"asked": 'Why, "so"?', "answered": "é\nb"}, {"asked": "c", "answered": ""}]
    with (tmp_path / "rows.csv").open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.DictWriter(file, ["asked", "answered"])
        writer.writeheader()
        writer.writerows(rows)
    write_jsonl(tmp_path / "rows.jsonl", rows)
    columns = ["asked", "answered"]
    texts = _texts(str(tmp_path / "rows.csv"), columns)
    assert texts == _texts(str(tmp_path / "rows.jsonl"), columns) == ['Why, "so"?', "é\nb", "c"]


def test_the_same_texts_make_the_same_model(tiny: Path, sample_texts: list[str], tmp_path: Path) -> None:
    assert make_tiny(tmp_path / "again", sample_texts)
    assert _digests(tmp_path / "again") == _digests(tiny)


def test_a_model_that_is_there_is_left_alone(tiny: Path) -> None:
    before = _digests(tiny)
    assert not make_tiny(tiny, ["other text"])
    assert _digests(tiny) == before


def test_a_folder_with_something_else_is_refused_and_kept(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(UserError, match="this is no model folder, and it is not empty"):
        make_tiny(tmp_path, ["text"])
    assert [path.name for path in tmp_path.iterdir()] == ["notes.txt"]


def test_a_model_that_cannot_be_finished_leaves_nothing_behind(tmp_path: Path) -> None:
    def broken() -> object:
        raise RuntimeError("the text ran out")
        yield

    with pytest.raises(RuntimeError):
        make_tiny(tmp_path / "model", broken())  # type: ignore[arg-type]
    assert list(tmp_path.iterdir()) == []


def test_the_tokenizer_gives_back_what_it_was_given(tiny: Path) -> None:
    from transformers import AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(tiny)
    text = "- **Rest** don't  stop\n  - 2.5 mg\n    - übermüde 🙂"
    assert tokenizer.decode(tokenizer(text).input_ids) == text
    assert len(tokenizer("<|im_end|>").input_ids) == 1


def test_a_wrong_end_token_is_mended(tiny: Path, tmp_path: Path) -> None:
    from transformers import AutoModelForCausalLM, AutoTokenizer

    broken = AutoTokenizer.from_pretrained(tiny)
    broken.eos_token = broken.pad_token = "<|im_start|>"
    model = AutoModelForCausalLM.from_pretrained(tiny)
    model.generation_config.eos_token_id = broken.eos_token_id
    for part in (broken, model):
        part.save_pretrained(tmp_path / "broken")
    save_mended(tmp_path, str(tmp_path / "broken"))
    assert is_model_folder(tmp_path)
    tokenizer, model = AutoTokenizer.from_pretrained(tmp_path), AutoModelForCausalLM.from_pretrained(tmp_path)
    assert (tokenizer.eos_token, tokenizer.pad_token) == ("<|im_end|>", "<|endoftext|>")
    assert model.generation_config.eos_token_id == model.config.eos_token_id == tokenizer.eos_token_id
    assert model.generation_config.pad_token_id == tokenizer.pad_token_id


def test_a_wheel_that_cannot_be_fetched_is_one_message(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("UV_OFFLINE", "1")
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    with pytest.raises(UserError, match=r"no-such-wheel==1\.0: the wheel could not be fetched"):
        unpack_wheel(f"no-such-wheel==1.0 --hash=sha256:{'0' * 64}", tmp_path)

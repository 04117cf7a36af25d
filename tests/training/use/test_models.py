"""What a path is taken for, and what is said of one that is no model."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from settings import UserError
from training.use.models import Model, find_model, require_whole

WHOLE = ("config.json", "tokenizer_config.json", "model.safetensors")
ADAPTER = ("adapter_config.json", "adapter_model.safetensors", "tokenizer_config.json")


@pytest.fixture
def folder(tmp_path: Path) -> Callable[..., Path]:
    def make(*names: str) -> Path:
        for name in names:
            (tmp_path / name).write_text("{}", encoding="utf-8")
        return tmp_path

    return make


@pytest.mark.parametrize(
    ("names", "kind"),
    [
        (WHOLE, "folder"),
        (ADAPTER, "adapter"),
        ((*ADAPTER, "config.json"), "adapter"),
        (("a.gguf", "system.txt"), "gguf"),
    ],
)
def test_a_folder_is_taken_for_what_it_holds(folder: Callable[..., Path], names: tuple[str, ...], kind: str) -> None:
    path = folder(*names)
    assert find_model(str(path)) == Model(path / "a.gguf" if kind == "gguf" else path, kind)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("names", "message"),
    [
        (("notes.txt",), "this is no model: it needs config.json"),
        (("config.yml",), "the run has left no model yet"),
        (("a.gguf", "b.gguf"), "it holds several GGUF files"),
    ],
)
def test_a_folder_without_a_model_is_refused(folder: Callable[..., Path], names: tuple[str, ...], message: str) -> None:
    with pytest.raises(UserError, match=message):
        find_model(str(folder(*names)))


def test_a_template_may_stand_in_the_tokenizers_config(folder: Callable[..., Path]) -> None:
    path = folder(*WHOLE)
    with pytest.raises(UserError, match="has no chat template"):
        require_whole(find_model(str(path)), "a GGUF")
    (path / "tokenizer_config.json").write_text(json.dumps({"chat_template": "x"}), encoding="utf-8")
    assert require_whole(find_model(str(path)), "a GGUF") == path


@pytest.mark.parametrize(("made", "said"), [(True, "here are: outputs/mine"), (False, "`just train` trains one")])
def test_a_name_of_nothing_is_told_what_there_is(
    made: bool, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    if made:
        (tmp_path / "outputs/mine").mkdir(parents=True)
        (tmp_path / "outputs/mine/model.safetensors").touch()
    with pytest.raises(UserError, match="there is no such model folder") as raised:
        find_model("outputs/other")
    assert said in str(raised.value.hint)

import json
import subprocess
import sys
from pathlib import Path

import pytest

from evals.__main__ import main
from settings import UserError


@pytest.mark.parametrize(
    ("override", "message"),
    [
        ("generation.batchsize=3", "generation.batchsize is not a known key; did you mean batch_size"),
        ("generation.batch_size=0", "generation.batch_size"),
        ("tasks=[outlin]", "there is no task 'outlin'; it must be one of outline, outline_1shot"),
        ("run=..", "run must name a folder below `results`, got '..'"),
        ("run=.", "run must name a folder below `results`, got '.'"),
        ("models=[]", "models must have at least 1 entry, got []"),
        ("models=[{name: a}]", "models.0 a model is named by one of path"),
        ("models=[{name: a, path: x, hub: y}]", "got path, hub"),
        ("models=[{name: a b, path: x}, {name: a/b, path: x}]", "given twice: a-b"),
        ("models=[{name: SFT, path: x}, {name: sft, path: y}]", "given twice: sft"),
        ("models=[{name: a, path: nowhere}]", "nowhere is no model folder: it does not exist"),
        ("models=[{name: a, path: README.md}]", "README.md is no model folder: it is a file"),
        ("models=[{name: a, path: data/sample}]", "data/sample is no model: it needs config.json"),
        (
            "models=[{name: a, constrained: true, endpoint: {base_url: 'http://127.0.0.1:1/v1', model: m}}]",
            "models.0 constrained needs endpoint.grammar_field",
        ),
        ("questions=nowhere.jsonl", "nowhere.jsonl: the file cannot be read: there is none (questions of the config)"),
        ("reference_answers=nowhere.jsonl", "`just prep` makes data/chat"),
        ("spec=nowhere.yml", "nowhere.yml: the config cannot be read"),
    ],
)
def test_mistake_in_the_config_is_named(config_file: Path, override: str, message: str) -> None:
    with pytest.raises(UserError) as error:
        main(["--config", str(config_file), override])
    assert message in str(error.value)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "there are no questions in it"),
        ("{", "line 1: this is not valid JSON"),
        ('{"text": "a"}\n', "row 1: messages must be a list"),
        ('{"messages": [{"role": "user"}]}\n', "row 1: messages must be a list"),
        ('{"messages": []}\n', "row 1: a prompt is [system,] user, got no message"),
        ('{"messages": [{"role": "user", "content": " "}]}\n', "row 1: the user message is blank"),
        (
            json.dumps({"messages": [{"role": role, "content": "a"} for role in ("user", "assistant", "user")]}),
            "got user, assistant, user",
        ),
        (
            json.dumps({"messages": [{"role": "user", "content": "a"}], "metadata": "hi"}),
            'row 1: metadata must be a mapping or null, got "hi"',
        ),
        (
            json.dumps({"messages": [{"role": "user", "content": "a"}], "metadata": {"reference": 5}}),
            "row 1: metadata.reference must be a text or null, got 5",
        ),
    ],
)
def test_mistake_in_the_questions_is_named(config_file: Path, questions_file: Path, content: str, message: str) -> None:
    questions_file.write_text(content)
    with pytest.raises(UserError) as error:
        main(["--config", str(config_file)])
    assert message in str(error.value)


def test_wrong_address_of_a_server_is_the_only_mistake_told(config_file: Path) -> None:
    with pytest.raises(UserError) as error:
        main(["--config", str(config_file), "models=[{name: a, endpoint: {base_url: localhost, model: m}}]"])
    (line,) = str(error.value).splitlines()
    assert "models.0.endpoint.base_url must be a URL that begins with http://" in line


def test_help_tells_of_overrides(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["--help"])
    said = " ".join(capsys.readouterr().out.split())
    assert "[key=value ...]" in said
    assert "'models=[{name: mine, path: outputs/mine}]'" in said


@pytest.fixture
def bare_model(tmp_path: Path) -> Path:
    folder = tmp_path / "bare"
    folder.mkdir()
    (folder / "config.json").write_text("{}")
    (folder / "model.safetensors").write_bytes(b"")
    return folder


def test_model_without_a_chat_template_is_refused(config_file: Path, bare_model: Path) -> None:
    (bare_model / "tokenizer_config.json").write_text("{}")
    with pytest.raises(UserError, match="has no chat template"):
        main(["--config", str(config_file), "--model", str(bare_model)])


def test_a_template_that_no_tokenizer_reads_is_none(config_file: Path, bare_model: Path) -> None:
    """transformers reads chat_template.json for processors of images and sound only."""
    (bare_model / "chat_template.json").write_text('{"chat_template": "x"}')
    with pytest.raises(UserError, match="has no chat template"):
        main(["--config", str(config_file), "--model", str(bare_model)])


def test_a_tokenizers_config_that_cannot_be_read_is_named(config_file: Path, bare_model: Path) -> None:
    (bare_model / "tokenizer_config.json").write_text("{")
    with pytest.raises(UserError, match=r"tokenizer_config\.json: the file cannot be read"):
        main(["--config", str(config_file), "--model", str(bare_model)])


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("{", "the file cannot be read"),
        ("{}", "base_model_name_or_path is missing"),
        ('{"base_model_name_or_path": "outputs/gone"}', "its base model outputs/gone is not there"),
    ],
)
def test_an_adapter_without_its_base_is_refused(config_file: Path, tmp_path: Path, content: str, message: str) -> None:
    (tmp_path / "adapter_config.json").write_text(content)
    (tmp_path / "adapter_model.safetensors").write_bytes(b"")
    with pytest.raises(UserError, match=message):
        main(["--config", str(config_file), "--model", str(tmp_path)])


def test_adapter_without_weights_is_refused(config_file: Path, bare_model: Path, tmp_path: Path) -> None:
    models = json.dumps([{"name": "a", "path": str(bare_model), "adapter": str(tmp_path)}])
    with pytest.raises(UserError, match="is no LoRA adapter"):
        main(["--config", str(config_file), f"models={models}"])


def test_command_prints_one_message_and_loads_no_torch(config_file: Path) -> None:
    """A mistake in the last model must show at once, not after minutes on the first."""
    check = (
        "import sys, runpy\ntry: runpy.run_module('evals', run_name='__main__')\nfinally: print('torch' in sys.modules)"
    )
    command = [sys.executable, "-c", check, "--config", str(config_file), "--model", "nowhere"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert done.returncode == 2
    assert done.stdout == "False\n"
    assert "\nerror: nowhere: nowhere is no model folder" in f"\n{done.stderr}"
    assert "Traceback" not in done.stderr

import subprocess
import sys
from pathlib import Path

import pytest

from prep.__main__ import main
from prep.config import PrepConfig
from settings import load_config, read_jsonl, run_command

ROWS = "data/sample/consultations.jsonl"
HOSTED = ["--source", ROWS, "teacher.base_url=http://127.0.0.1:9/v1"]


def run(monkeypatch: pytest.MonkeyPatch, root: Path, *arguments: str) -> int:
    """Run the command as `python -m prep` does and return its exit status."""
    monkeypatch.chdir(root)
    monkeypatch.setattr(sys, "argv", ["prep", *arguments])
    with pytest.raises(SystemExit) as exit:
        run_command(main)
    return int(str(exit.value.code))


@pytest.mark.parametrize("file", ["prep.yml", "prep-sample.yml"])
def test_the_shipped_configs_are_valid(root: Path, monkeypatch: pytest.MonkeyPatch, file: str) -> None:
    monkeypatch.chdir(root)
    load_config(f"configs/{file}", PrepConfig)
    load_config(f"configs/{file}", PrepConfig, ["teacher.name=rules"])


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (HOSTED, "DEEPSEEK_API_KEY is not set"),
        (["--teacher", "oracle"], "teacher.name must be one of openai, rules, got 'oracle'"),
        (["teacher=rules"], "teacher must be a mapping with a name, got 'rules'"),
        (["--config", "none.yml"], "none.yml: the config cannot be read"),
        (["--teacher", "rules", "--source", "none.jsonl"], "none.jsonl"),
        (["--teacher", "rules", "--source", "README"], "README"),
        (["--teacher", "rules", "--source", ROWS, "source.columns.doctor=Reply"], "column 'Reply'"),
        (["gate.treis=4"], "gate.treis is not a known key; did you mean tries?"),
        (["teacher.concurency=4"], "concurency is not a known key; did you mean concurrency?"),
        (["teacher.concurrency=0"], "concurrency must be greater than or equal to 1, got 0"),
        (["--limit", "0"], "limit must be greater than or equal to 1, got 0"),
        (["chat.test=1.5"], "chat.test must be less than 1, got 1.5"),
        (["chat.validation=0.6", "chat.test=0.6"], "validation and test together must be below 1"),
        (["gate.min_coverage=2"], "gate.min_coverage must be less than or equal to 1, got 2"),
        (["chat.system=hello"], "chat.system must contain {structure}"),
        (["teacher.base_url=localhost"], "base_url must be a URL"),
        (["source.path=x.jsonl"], "needs either hub or path"),
        (["prompts=null"], "prompts is missing: the openai teacher needs it"),
        (["spec=none.yml"], "configs/prep.yml: spec Path does not point to a file, got 'none.yml'"),
        (["--teacher", "rules", "teacher.vocabulary=none.yml"], "vocabulary"),
        (["download", "--source", ROWS], "there is nothing to download"),
    ],
)
def test_bad_input_is_one_message_and_status_2(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys, arguments: list[str], message: str
) -> None:
    monkeypatch.delenv("DEEPSEEK_API_KEY", raising=False)
    assert run(monkeypatch, root, "--out", str(tmp_path / "out"), *arguments) == 2
    printed = " ".join(capsys.readouterr().err.split())
    assert printed.count("error:") == 1
    assert message in printed
    assert "Traceback" not in printed
    assert not (tmp_path / "out").exists()


def test_overrides_reach_every_key(root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(root)
    config = load_config("configs/prep.yml", PrepConfig, ["teacher.concurrency=3", "gate.tries=5"])
    assert config.teacher.name == "openai"
    assert (config.teacher.concurrency, config.gate.tries) == (3, 5)


@pytest.mark.slow
def test_the_offline_teacher_needs_no_hosted_library(root: Path, tmp_path: Path) -> None:
    """Also: from the sample consultations to chat files, as the quickstart runs it."""
    script = (
        "import sys; from prep.__main__ import main\n"
        "status = main(sys.argv[1:])\n"
        "assert not {'openai', 'langchain_core', 'tenacity', 'torch'} & set(sys.modules)\n"
        "sys.exit(status)"
    )
    arguments = ["--config", "configs/prep-sample.yml", "--out", str(tmp_path / "out"), "--limit", "24"]
    done = subprocess.run([sys.executable, "-c", script, *arguments], cwd=root, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    rows = read_jsonl(tmp_path / "out/chat/train.jsonl")
    assert {row["metadata"]["teacher"] for row in rows} == {"rules"}
    assert (tmp_path / "out/chat/questions.jsonl").exists()
    assert "kept" in done.stdout


def test_a_hub_that_cannot_be_reached_is_one_message(run_module, tmp_path: Path) -> None:
    done = run_module("prep", "download", f"raw={tmp_path}", HF_HUB_OFFLINE="1")
    assert done.returncode == 2
    assert "cannot be fetched from the hub" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_hub_without_a_connection_is_told_as_that(run_module, tmp_path: Path) -> None:
    nowhere = {"HF_ENDPOINT": "http://127.0.0.1:9", "HF_HOME": str(tmp_path / "hub")}
    done = run_module("prep", "download", f"raw={tmp_path}", **nowhere)
    assert done.returncode == 2
    assert "cannot be fetched from the hub: there is no connection" in done.stderr.replace("\n", " ")

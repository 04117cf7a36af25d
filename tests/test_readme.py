"""Every command of README.md and docs/ is run by a test, or is marked with what it needs that a test has not."""

import re
import subprocess
import sys
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest
import yaml

from evals.judge.config import JudgeConfig
from tests.commands import ROOT, Block, Command, blocks, commands, recipes, spans

Run = Callable[..., subprocess.CompletedProcess[str]]

PAGES = {
    path.relative_to(ROOT).as_posix(): path.read_text(encoding="utf-8")
    for path in (ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md")))
}
BLOCKS = [block for page, text in PAGES.items() for block in blocks(page, text)]
COMMANDS = {
    (page, command.words): command
    for page, text in PAGES.items()
    for command in (*(each for block in blocks(page, text) for each in commands(block.body)), *spans(text))
}
NEEDS = {"GPU", "key", "network", "account", "machines", "time", "person"}
MADE = {
    *("data", "data/raw", "data/processed", "data/chat", "data/preferences", "data/it-support-made"),
    "results/bench",
}
"""What the pipeline makes beside the folders of runs, which are named by their configs."""
HOW = """the line before it must say one of
<!-- runs: here --> (its commands are run), or <!-- runs: here; with: FILE = PATH --> (with something in FILE's place)
<!-- runs: tests/test_x.py --> (that test runs them)
<!-- needs: GPU, key; short: tests/test_x.py --> (what they need, and which test runs them with less)"""


@pytest.mark.parametrize("block", BLOCKS, ids=lambda block: f"{block.page}:{block.line}")
def test_every_block_says_what_runs_it(block: Block) -> None:
    where = f"{block.page}, line {block.line}"
    assert block.fields, f"{where}: a block without a mark: {HOW}"
    assert "runs" in block.fields or "needs" in block.fields, f"{where}: {HOW}"
    needed = set(filter(None, block.fields.get("needs", "").split(", ")))
    assert needed <= NEEDS, f"{where}: allowed: {', '.join(sorted(NEEDS))}"
    assert "needs" not in block.fields or "short" in block.fields, f"{where}: which test runs it with less?"
    for file in block.files():
        assert (ROOT / file).exists(), f"{where}: there is no {file}"


@pytest.mark.parametrize("block", [block for block in BLOCKS if block.files()], ids=lambda b: f"{b.page}:{b.line}")
def test_the_tests_that_a_block_names_know_its_commands(block: Block) -> None:
    named = [ROOT / file for file in block.files()]
    inside = [path for folder in named if folder.is_dir() for path in folder.rglob("*.py")]
    files = [path for path in named if path.is_file()]
    beside = [path.with_name("conftest.py") for path in files if path.with_name("conftest.py").is_file()]
    told = "".join(path.read_text(encoding="utf-8") for path in (*inside, *files, *beside))
    for command in commands(block.body):
        if command.module or command.recipe == "quickstart":
            assert str(command.essence) in told, f"{block.page}, line {block.line}: {' '.join(command.words)}"


def _here() -> list[tuple[Block, Command]]:
    here = [block for block in BLOCKS if block.fields and block.fields.get("runs", "").split()[:1] == ["here"]]
    return [(block, command) for block in here for command in commands(block.body)]


@pytest.mark.parametrize(
    ("block", "command"), _here(), ids=lambda each: " ".join(getattr(each, "words", [])) or "block"
)
def test_a_block_that_is_run_here_works(block: Block, command: Command, run_module: Run) -> None:
    given = [field.split(" = ") for field in (block.fields or {}).get("with", "").split(", ") if field]
    arguments = [dict(map(tuple, given)).get(word, word) for word in command.arguments]
    done = run_module(*(command.module or ()), *arguments)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout


@pytest.mark.parametrize("command", COMMANDS.values(), ids=[f"{page}: {' '.join(words)}" for page, words in COMMANDS])
def test_what_a_command_names_exists(command: Command) -> None:
    assert not command.fault
    if command.module:
        assert _is_module(command.module[0]), f"there is no module {command.module[0]}"
    for word in command.arguments:
        if "/" in word and not word.startswith("-") and not re.fullmatch(r"[A-Z]+/[A-Z]+", word):
            assert _exists(word), f"{word}: neither here nor made by a command"


OPTIONS = {
    (command.module, option.split("=")[0])
    for command in COMMANDS.values()
    for option in command.arguments
    if command.module and (ROOT / command.module[0].split(".")[0]).is_dir() and option.startswith("--")
}


@pytest.mark.parametrize(("module", "option"), sorted(OPTIONS), ids=str)
def test_every_option_is_one_of_its_command(module: tuple[str, ...], option: str) -> None:
    assert re.search(rf"{option}\b", _help(module)), f"python -m {' '.join(module)} has no {option}"


@cache
def _help(module: tuple[str, ...]) -> str:
    shown = [sys.executable, "-m", *module, "--help"]
    return subprocess.run(shown, capture_output=True, text=True, check=True, cwd=ROOT).stdout


def test_every_recipe_that_runs_a_module_runs_one_that_is_there() -> None:
    for name, module in recipes().items():
        assert module is None or _is_module(module[0]), name


def test_the_yaml_of_the_judge_is_a_config() -> None:
    (text,) = re.findall(r"^```yaml\n(.*?)^```", PAGES["docs/judge.md"], re.MULTILINE | re.DOTALL)
    assert JudgeConfig.model_validate(yaml.safe_load(text)["judge"]).pairwise


PAGE = """
```bash
just prep --limit 16      # a trial
```
<!-- runs: here; with: FILE = a/b.jsonl -->
```bash
export KEY=x
RAY_ADDRESS=auto ./justw train configs/x.yml \\
    --gpus 4
just nothing
```
and `just
eval`, `accelerate launch --cpu -m axolotl.cli.train X.yml`
"""


def test_blocks_are_read_with_their_marks_and_commands_with_what_they_run() -> None:
    bare, marked = blocks("page.md", PAGE)
    assert (bare.line, bare.fields, bare.files()) == (2, None, [])
    assert marked.fields == {"runs": "here", "with": "FILE = a/b.jsonl"}
    assert [command.module for command in commands(bare.body)] == [("prep",)]
    train, unknown = commands(marked.body)
    assert (train.module, train.arguments) == (("training", "train"), ("configs/x.yml", "--gpus", "4"))
    assert unknown.fault == "the justfile has no recipe 'nothing'"
    assert [command.module for command in spans(PAGE)] == [("evals",), ("axolotl.cli.train",)]


def test_paths_are_known_by_what_is_here_and_by_what_runs_are_named() -> None:
    known = ("configs/prep.yml", "outputs/qwen-lora/merged", "results/sample", "data/chat/test.jsonl", "configs/X.yml")
    assert [path for path in known if not _exists(path)] == []
    unknown = ("configs/gone.yml", "outputs/gone", "results/gone", "data/gone", "nowhere/x")
    assert [path for path in unknown if _exists(path)] == []


def _is_module(name: str) -> bool:
    """Whether a module is here or installed; nothing is imported, since some take long."""
    path = Path(*name.split("."))
    places = (ROOT, Path(sys.prefix) / f"lib/python{sys.version_info[0]}.{sys.version_info[1]}/site-packages")
    return any((place / path).with_suffix(".py").is_file() or (place / path).is_dir() for place in places)


def _exists(name: str) -> bool:
    parts = Path(name).parts
    if (ROOT / name).exists() or name in MADE or "/".join(parts[:2]) in MADE or re.fullmatch(r"[A-Z]", Path(name).stem):
        return True
    if parts[0] == "outputs":
        return (ROOT / f"configs/{parts[1]}.yml").is_file()
    configs = [yaml.safe_load(path.read_text(encoding="utf-8")) for path in (ROOT / "configs").rglob("*.yml")]
    if parts[0] == "models":
        return name in {config.get("base_model") for config in configs}
    return parts[0] == "results" and parts[1] in {config.get("run") for config in configs}

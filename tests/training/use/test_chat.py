"""`python -m training chat`: from a terminal, from a pipe, in each engine that this machine has."""

import os
import pty
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from outline import StructureSpec, check_compliance
from tests.training.use.asking import ask
from training.use.hf import Hf
from training.use.models import find_model

pytestmark = pytest.mark.slow
Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(scope="module")
def whole(outliner: Path, questions: list[str], spec: StructureSpec) -> str:
    """A question whose answer under the grammar ends by itself."""
    engine = Hf(find_model(str(outliner)))
    return next(question for question in questions if not ask(engine, question, grammar=spec.grammar()).cut)


@pytest.mark.parametrize("engine", ["hf", "llama.cpp"])
def test_one_question_is_answered_by_an_outline_and_nothing_else(
    engine: str, outliner: Path, gguf: Path, whole: str, run_module: Run, spec: StructureSpec
) -> None:
    model = outliner if engine == "hf" else gguf
    done = run_module("training", "chat", model, whole, "--grammar")
    assert done.returncode == 0, done.stderr
    assert check_compliance(done.stdout, spec).compliant
    assert "system message: that of" in done.stderr


def test_a_question_may_come_through_a_pipe(gguf: Path, questions: list[str], run_module: Run) -> None:
    piped = run_module("training", "chat", gguf, "--max-new-tokens", "20", stdin=f"{questions[0]}\n")
    given = run_module("training", "chat", gguf, questions[0], "--max-new-tokens", "20")
    assert piped.stdout == given.stdout
    assert run_module("training", "chat", gguf, stdin=" \n").returncode == 2


def test_an_answer_that_is_cut_off_is_named(gguf: Path, whole: str, run_module: Run) -> None:
    done = run_module("training", "chat", gguf, whole, "--grammar", "--max-new-tokens", "5")
    assert done.returncode == 1
    assert "cut off at 5 tokens: this is not the whole answer" in done.stderr


def test_a_session_keeps_what_was_said_until_a_new_one(gguf: Path, questions: list[str], run_module: Run) -> None:
    asked = [gguf, "--max-new-tokens", "8"]
    alone = run_module("training", "chat", *asked, questions[0]).stdout
    terminal, inside = pty.openpty()
    command = [sys.executable, "-m", "training", "chat", *map(str, asked)]
    session = subprocess.Popen(command, stdin=inside, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    os.close(inside)
    os.write(terminal, f"{questions[0]}\n{questions[1]}\n/new\n{questions[0]}\n\x04".encode())
    printed, said = session.communicate(timeout=300)
    os.close(terminal)
    assert "a question a line" in said
    assert said.count("cut off at 8 tokens") == 3
    assert printed.startswith(alone)
    assert printed.endswith(alone)

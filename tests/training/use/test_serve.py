"""`python -m training serve`: the openai client asks a GGUF on loopback."""

import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from outline import StructureSpec, check_compliance
from tests.training.use.asking import SYSTEM, conversation
from tests.training.use.serving import serving
from training.use.front import Additions, add
from training.use.llama_cpp import LlamaCpp

pytestmark = pytest.mark.slow
Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(scope="module")
def served(gguf: Path) -> Iterator[str]:
    """The address of a server over the GGUF that enforces the grammar."""
    with serving(gguf, "--grammar") as address:
        yield address


@pytest.fixture(scope="module")
def client(served: str) -> Any:
    import openai

    return openai.OpenAI(
        base_url=served, api_key="none", max_retries=0, http_client=openai.DefaultHttpxClient(trust_env=False)
    )


def test_the_openai_client_gets_an_outline(client: Any, questions: list[str], spec: StructureSpec) -> None:
    assert [model.id for model in client.models.list().data] == ["outliner-f32"]
    answers = [
        client.chat.completions.create(model="any", messages=conversation(question), max_tokens=400).choices[0]
        for question in questions[:8]
    ]
    ended = [answer.message.content for answer in answers if answer.finish_reason == "stop"]
    assert ended
    assert all(check_compliance(text, spec).compliant for text in ended)
    assert {answer.finish_reason for answer in answers} <= {"stop", "length"}


def test_a_stream_is_the_same_answer_in_pieces(client: Any, questions: list[str]) -> None:
    asked = {"model": "any", "messages": conversation(questions[0]), "max_tokens": 30}
    whole = client.chat.completions.create(**asked).choices[0].message.content
    pieces = [chunk.choices[0].delta.content or "" for chunk in client.chat.completions.create(**asked, stream=True)]
    assert "".join(pieces) == whole
    assert len([piece for piece in pieces if piece]) > 5


def test_a_request_without_a_system_message_gets_that_of_the_training(client: Any, questions: list[str]) -> None:
    def tokens(messages: list[dict[str, str]]) -> int:
        answer = client.chat.completions.create(model="any", messages=messages, max_tokens=1)
        return answer.usage.prompt_tokens

    whole = conversation(questions[0])
    assert tokens(whole[1:]) == tokens(whole)
    assert tokens([{"role": "system", "content": "Hi."}, whole[1]]) < tokens(whole)


def test_what_the_server_refuses_comes_through_as_it_is(client: Any) -> None:
    import openai

    with pytest.raises(openai.BadRequestError, match="exceeds the available context size"):
        client.chat.completions.create(model="any", messages=conversation("it hurts " * 3000))


def test_chat_asks_a_server_by_its_address(served: str, questions: list[str], run_module: Run) -> None:
    done = run_module("training", "chat", served, questions[0], "--system", SYSTEM, "--max-new-tokens", "5")
    assert done.returncode == 1, done.stderr
    assert done.stdout.startswith("- ")


def test_a_port_that_is_taken_is_named(served: str, gguf: Path, run_module: Run) -> None:
    port = served.rpartition(":")[2].removesuffix("/v1")
    done = run_module("training", "serve", gguf, "--port", port)
    assert done.returncode == 2
    assert f"127.0.0.1:{port}: the port is taken" in done.stderr
    assert "--port 0" in done.stderr


def test_it_ends_on_a_signal_and_leaves_the_port(gguf: Path, root: Path) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "training", "serve", str(gguf), "--port", str(port)]
    process = subprocess.Popen(command, cwd=root, stderr=subprocess.PIPE, text=True)
    assert process.stderr is not None
    while "serving at" not in (line := process.stderr.readline()):
        assert line
    process.send_signal(signal.SIGTERM)
    assert process.wait(30) == 0
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", port))


def test_llama_cpp_leaves_the_port_when_it_cannot_be_asked(gguf: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from openai.resources.models import Models

    addresses = []

    def interrupted(models: Models) -> None:
        addresses.append(models._client.base_url)
        raise KeyboardInterrupt

    monkeypatch.setattr(Models, "list", interrupted)
    with pytest.raises(KeyboardInterrupt) as held:
        LlamaCpp(gguf)
    assert held.value.__traceback__, "which holds the server for as long as it is there itself"
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", addresses[0].port))


@pytest.mark.parametrize("body", [b"no json", b"[]", b'{"messages": "hi"}'])
def test_a_request_that_is_none_is_left_for_the_server(body: bytes) -> None:
    assert add(body, Additions("system", "grammar")) == body

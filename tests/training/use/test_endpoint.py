"""A server that a URL names: what it is told of the user, and what is made of what it says."""

import json
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from settings import UserError
from training.use.endpoint import Endpoint
from training.use.reply import Asked, Reply

A_KEY = "sk-5f2b9c-of-the-user"
Run = Callable[..., subprocess.CompletedProcess[str]]
OF_OPENAI = {name: f"secret-{name}" for name in ("OPENAI_API_KEY", "OPENAI_ORG_ID", "OPENAI_PROJECT_ID")}
CHUNK = {
    "id": "1", "object": "chat.completion.chunk", "created": 0, "model": "m",
    "choices": [{"index": 0, "delta": {"content": "- a"}, "finish_reason": "stop"}],
}  # fmt: skip


MODELS = json.dumps({"object": "list", "data": [{"id": "m", "object": "model"}]})


def streamed(*chunks: object) -> str:
    return "".join(f"data: {json.dumps(chunk)}\n\n" for chunk in chunks) + "data: [DONE]\n\n"


@contextmanager
def listening(
    models: str = MODELS, stream: str = streamed(CHUNK), status: int = 200
) -> Iterator[tuple[str, list[dict[str, str]]]]:
    """A server that answers "- a"; gives its address, and the headers of each request, their names in lower case."""
    got: list[dict[str, str]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._answer("application/json" if models.startswith("{") else "text/html", models)

        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            self._answer("text/event-stream", stream)

        def _answer(self, kind: str, content: str) -> None:
            got.append({name.lower(): value for name, value in self.headers.items()})
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.end_headers()
            self.wfile.write(content.encode())

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}", got
        server.shutdown()


def test_a_server_is_told_nothing_of_an_account_elsewhere(run_module: Run) -> None:
    with listening() as (url, got):
        done = run_module("training", "chat", url, "it hurts", **OF_OPENAI)
    assert (done.returncode, done.stdout) == (0, "- a\n"), done.stderr
    assert len(got) == 2
    assert "secret" not in json.dumps(got)


def test_a_server_gets_the_key_whose_variable_is_named(run_module: Run) -> None:
    with listening() as (url, got):
        done = run_module("training", "chat", url, "hi", "--api-key-env", "ITS_KEY", ITS_KEY="of-this-one", **OF_OPENAI)
    assert done.returncode == 0, done.stderr
    assert [headers["authorization"] for headers in got] == ["Bearer of-this-one"] * 2


def test_a_key_that_is_missing_is_one_message_and_nothing_is_sent(run_module: Run) -> None:
    with listening() as (url, got):
        done = run_module("training", "chat", url, "hi", "--api-key-env", "ITS_KEY", ITS_KEY="")
    assert done.returncode == 2
    assert "the environment variable ITS_KEY is not set" in done.stderr
    assert "Traceback" not in done.stderr
    assert got == []


@pytest.mark.parametrize("model", ["nowhere", "configs"])
def test_a_model_on_this_machine_takes_no_key(run_module: Run, root: Path, model: str) -> None:
    done = run_module("training", "chat", root / model, "hi", "--api-key-env", "ITS_KEY", ITS_KEY="a-key")
    assert done.returncode == 2
    assert "--api-key-env" in done.stderr
    assert "only the URL of a server" in done.stderr


@pytest.mark.parametrize("ended", ["stop", "eos", "end_turn", "stop_sequence", "STOP"])
def test_an_answer_that_the_model_ended_is_whole_in_whatever_words_the_server_says_so(ended: str) -> None:
    last = {**CHUNK, "choices": [{"index": 0, "finish_reason": ended}]}
    begun = {**CHUNK, "choices": [{"index": 0, "delta": {"content": "- a"}, "finish_reason": None}]}
    with listening(stream=streamed(begun, last, {"usage": {"prompt_tokens": 1}})) as (url, _):
        reply = Endpoint(url).answer([{"role": "user", "content": "hi"}], Asked(9, 0.0, None), lambda text: None)
    assert reply == Reply("- a", cut=False)


@pytest.mark.parametrize(
    ("said", "message"),
    [
        ({"models": "<html>please log in</html>"}, "does not speak OpenAI's API"),
        ({"stream": 'data: {"choices": [{"del\n\n'}, "does not speak OpenAI's API"),
        ({"stream": '{"error": {"message": "no credits"}}'}, "the server sent no answer"),
        ({"models": json.dumps({"error": {"message": f"Incorrect: {A_KEY}"}}), "status": 401}, "Incorrect"),
    ],
    ids=["a page", "half a line", "no stream", "the key"],
)
def test_what_is_no_answer_is_one_message_without_the_key(said: dict[str, Any], message: str) -> None:
    with listening(**said) as (url, _), pytest.raises(UserError, match=message) as raised:
        Endpoint(url, A_KEY).answer([{"role": "user", "content": "hi"}], Asked(9, 0.0, None), lambda text: None)
    assert A_KEY not in str(raised.value)

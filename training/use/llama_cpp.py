"""A GGUF answers in llama.cpp: its own HTTP server, in this process and on loopback."""

import importlib
import importlib.util
import json
import os
import urllib.request
from pathlib import Path
from typing import Any

from settings import UserError
from training.use.endpoint import Served
from training.use.prompt import Message
from training.use.reply import Asked, OnText, Reply, refuse_inside_thinking

PACKAGE = "xllamacpp"
CONTEXT = 4096
"""Tokens of prompt and answer together. A model's own limit may be 131,072, whose cache takes gigabytes."""


_HEAD = 32 * 1024 * 1024
"""Bytes that hold the keys of a GGUF: they stand before its weights, and a large vocabulary takes 8 MiB."""


class LlamaCppServer:
    """llama.cpp's server over one GGUF, at `address`; raises `UserError` where it cannot be started."""

    def __init__(self, path: Path, context: int = CONTEXT, parallel: int = 1) -> None:
        if importlib.util.find_spec(PACKAGE) is None:
            raise UserError(
                f"{path}: llama.cpp is not installed", hint=f"`just setup`, or pip install {PACKAGE} by hand"
            )
        _require_template(path)
        # Read when its OpenMP starts. Threads that spin while they wait made a token take 40 times as long on a busy
        # machine.
        os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
        # A compiled module whose names its stubs do not tell.
        xllamacpp: Any = importlib.import_module(PACKAGE)
        params = xllamacpp.CommonParams()
        params.model.path = str(path)
        params.model_alias = {path.stem}
        params.n_ctx, params.n_parallel, params.kv_unified, params.port = context, parallel, True, 0
        params.sampling.temp = 0.0
        params.reasoning_format = xllamacpp.common_reasoning_format.COMMON_REASONING_FORMAT_NONE
        params.offline, params.verbosity = True, -1
        try:
            self._server: Any = xllamacpp.Server(params)
        except RuntimeError as error:
            raise _unreadable(path) from error
        self.address: str = self._server.listening_address

    def prompt(self, messages: list[Message]) -> str:
        """Return the text that llama.cpp makes of a conversation, by the template in the GGUF."""
        return self._post("/apply-template", {"messages": messages})["prompt"]

    def tokens(self, messages: list[Message]) -> list[int]:
        """Return the token ids that its chat endpoint would ask the model with."""
        text = self.prompt(messages)
        return self._post("/tokenize", {"content": text, "add_special": True, "parse_special": True})["tokens"]

    def close(self) -> None:
        """Stop the server."""
        self._server = None

    def _post(self, path: str, body: dict[str, Any]) -> Any:
        asked = urllib.request.Request(
            self.address + path, json.dumps(body).encode(), {"Content-Type": "application/json"}
        )
        with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(asked, timeout=60) as reply:
            return json.load(reply)


def _require_template(path: Path) -> None:
    """Raise `UserError` for a GGUF without a chat template, which llama.cpp would ask by ChatML without a word.

    Only looks for the key in the file's head: the reader of `gguf` takes seconds for all the words of a vocabulary.
    """
    with path.open("rb") as file:
        head = file.read(_HEAD)
    if not head.startswith(b"GGUF"):
        raise _unreadable(path)
    if b"tokenizer.chat_template" not in head:
        raise UserError(
            f"{path}: the GGUF holds no chat template, so there is no way to ask the model a question",
            hint="`just export` of a folder with chat_template.jinja makes one that does",
        )


def _unreadable(path: Path) -> UserError:
    return UserError(f"{path}: llama.cpp cannot load this file", hint="it may be cut off: `just export` makes it anew")


class LlamaCpp(Served):
    """A GGUF file as something that answers."""

    def __init__(self, path: Path, context: int = CONTEXT) -> None:
        self.server = LlamaCppServer(path, context)
        super().__init__(self.server)

    def answer(self, messages: list[Message], asked: Asked, on_text: OnText) -> Reply:
        """Return the answer, as `Endpoint` does; raises `UserError` for a grammar inside a think block too."""
        if asked.grammar:
            refuse_inside_thinking(self.server.prompt(messages))
        return super().answer(messages, asked, on_text)

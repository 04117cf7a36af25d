"""`just chat`: a question or a session in the terminal, asked as the model was trained."""

import sys
from collections.abc import Iterable
from dataclasses import dataclass

from llm.endpoint import read_api_key
from outline import StructureSpec, check_compliance
from settings import UserError, console
from training.use.endpoint import Endpoint
from training.use.engines import is_url, start_engine
from training.use.models import find_model
from training.use.prompt import PREP, Message, project_prompt, system_prompt
from training.use.reply import Asked, Engine

EXIT_CUT = 1
NEW = "/new"


@dataclass(frozen=True)
class Chat:
    """What to ask, of what, and how."""

    model: str
    """A model folder, a LoRA adapter, a GGUF file, an id of the hub, or the URL of a server."""
    question: str | None
    engine: str | None
    system: str | None
    """None: the one of the training; "": none."""
    spec: StructureSpec
    asked: Asked
    context: int
    api_key_env: str | None
    """The variable that holds the key of a server; None: it gets none."""


def chat(options: Chat) -> int:
    """Answer the question, or the one that is piped in, or hold a session; the answers go to standard output.

    Returns 1 when an answer was cut off at the limit of new tokens, else 0. A session, at a terminal, is one
    conversation: what was said before is asked along, until `/new`.
    """
    engine, system = _start(options)
    beginning: list[Message] = [{"role": "system", "content": system}] if system else []
    status = 0
    try:
        messages = list(beginning)
        for line in [options.question] if options.question else _questions():
            if line == NEW:
                messages = list(beginning)
                continue
            messages.append({"role": "user", "content": line})
            text, cut = _answer(engine, messages, options)
            messages.append({"role": "assistant", "content": text})
            status = EXIT_CUT if cut else status
    finally:
        engine.close()
    return status


def _start(options: Chat) -> tuple[Engine, str]:
    """The engine, and the system message that it is to be asked under."""
    if is_url(options.model):
        if options.engine:
            raise UserError(f"{options.model}: a server has its own engine, so --engine has no place here")
        text, origin = project_prompt(options.spec), str(PREP)
        key = read_api_key(options.api_key_env, options.model) if options.api_key_env else None
        engine: Engine = Endpoint(options.model, key)
    else:
        if options.api_key_env:
            raise UserError(f"{options.model}: --api-key-env has no place here: only the URL of a server takes a key")
        model = find_model(options.model)
        text, origin = system_prompt(model.folder, options.spec)
        engine = start_engine(model, options.engine, options.context)
    if options.system is not None:
        return engine, options.system
    console.print(f"[dim]system message: that of {origin}[/]", highlight=False)
    return engine, text


def _questions() -> Iterable[str]:
    """Each line that is typed at a terminal; from a pipe or a file, all of it as one question."""
    if not sys.stdin.isatty():
        text = sys.stdin.read().strip()
        if not text:
            raise UserError("there is no question: standard input is empty", hint='just chat MODEL "my knee hurts"')
        yield text
        return
    console.print(f"[dim]a question a line; {NEW} begins a new conversation, Ctrl-D ends[/]", highlight=False)
    while line := _prompted():
        if line.strip():
            yield line.strip()


def _prompted() -> str:
    console.print("[bold]> [/]", end="")
    return sys.stdin.readline()


def _answer(engine: Engine, messages: list[Message], options: Chat) -> tuple[str, bool]:
    reply = engine.answer(messages, options.asked, lambda text: print(text, end="", flush=True))
    print(flush=True)
    limit = options.asked.max_new_tokens
    if reply.cut:
        console.print(f"[yellow]cut off at {limit} tokens: this is not the whole answer[/] (--max-new-tokens)")
    elif options.asked.grammar:
        report = check_compliance(reply.text, options.spec)
        if not report.compliant:
            raise UserError(
                f"{options.model}: the answer does not comply, so the grammar was not enforced: "
                f"{report.violations[0].message()}",
                hint="the server may know no grammars; llama.cpp and vLLM do",
            )
    return reply.text, reply.cut

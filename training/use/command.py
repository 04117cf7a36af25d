"""`python -m training merge | export | chat | serve | push`: what is done with a model once it is trained."""

import argparse
import signal
from pathlib import Path
from typing import Any

from outline import DEFAULT_SPEC, StructureSpec
from settings import output
from training.use.converter import TYPES
from training.use.engines import NAMES
from training.use.llama_cpp import CONTEXT
from training.use.models import find_model


def add_commands(commands: Any) -> None:
    """Add the subcommands to the parser of `python -m training`; each sets `run` to what carries it out."""
    merge = commands.add_parser("merge", help="a LoRA adapter becomes a whole model, in MODEL/merged")
    merge.add_argument("model", metavar="ADAPTER", help="the output folder of a LoRA run")
    merge.set_defaults(run=_merge)
    export = commands.add_parser("export", help="a model becomes a GGUF, with Ollama's Modelfile and the grammar")
    export.add_argument("model", metavar="MODEL", help="the folder of a whole model")
    export.add_argument("--type", choices=TYPES, default="f16", help="type of the weights (default: f16)")
    export.add_argument("--out", type=Path, help="folder to put it in (default: MODEL/gguf)")
    export.set_defaults(run=_export)
    chat = commands.add_parser("chat", help="ask a model in the terminal")
    chat.add_argument("model", metavar="MODEL", help="folder, adapter, .gguf, id of the hub, or URL of a server")
    chat.add_argument("question", nargs="?", help="default: a session, or what standard input holds")
    chat.add_argument("--max-new-tokens", type=positive, default=1024, help="of one answer (default: 1024)")
    chat.add_argument("--temperature", type=_temperature, default=0.0, help="0 is greedy, as in evaluation")
    chat.add_argument("--api-key-env", metavar="NAME", help="variable with the key of a server (default: it gets none)")
    chat.set_defaults(run=_chat)
    serve = commands.add_parser("serve", help="an OpenAI-compatible endpoint over a model")
    serve.add_argument("model", metavar="MODEL", help="a .gguf, or the folder of a whole model for vLLM")
    serve.add_argument("--host", default="127.0.0.1", help="address to listen on (default: this machine only)")
    serve.add_argument("--port", type=_port, default=8000, help="0: any free one (default: 8000)")
    serve.add_argument("--parallel", type=positive, default=4, help="answers at once in llama.cpp (default: 4)")
    serve.set_defaults(run=_serve)
    push = commands.add_parser("push", help="a dataset or a model, with its card, to a hub")
    push.add_argument("path", metavar="PATH", type=Path, help="what `just prep`, train, merge or export made")
    push.add_argument("--repo", required=True, metavar="OWNER/NAME", help="where to")
    push.add_argument("--dry-run", action="store_true", help="print what would be sent, and the card; send nothing")
    push.add_argument("--public", action="store_true", help="for everyone to see (default: private)")
    push.add_argument("--license", help="an identifier of the hub, such as apache-2.0; goes into the card")
    push.set_defaults(run=_push)
    for parser in (chat, serve):
        parser.add_argument("--engine", choices=NAMES, help="default: llama.cpp for a GGUF; else hf, or vllm to serve")
        parser.add_argument("--system", metavar="TEXT", help='system message; "" for none (default: the training\'s)')
        parser.add_argument("--grammar", action="store_true", help="hold every answer to the outline's grammar")
        parser.add_argument("--context", type=positive, default=CONTEXT, help=f"tokens (default: {CONTEXT})")
    for parser in (merge, export, chat, serve, push):
        parser.add_argument("--spec", default=DEFAULT_SPEC, help=f"the structure contract (default: {DEFAULT_SPEC})")


def _merge(options: argparse.Namespace) -> int:
    from training.use.merge import merge

    made = merge(find_model(options.model), StructureSpec.load(options.spec))
    output.print(made, soft_wrap=True)
    return 0


def _export(options: argparse.Namespace) -> int:
    from training.use.export import export

    made = export(find_model(options.model), StructureSpec.load(options.spec), options.type, options.out)
    output.print(made, soft_wrap=True)
    return 0


def _chat(options: argparse.Namespace) -> int:
    from training.use.chat import Chat, chat
    from training.use.reply import Asked

    _end_on_sigterm()
    spec = StructureSpec.load(options.spec)
    asked = Asked(options.max_new_tokens, options.temperature, spec.grammar() if options.grammar else None)
    return chat(
        Chat(
            options.model,
            options.question,
            options.engine,
            options.system,
            spec,
            asked,
            options.context,
            options.api_key_env,
        )
    )


def _serve(options: argparse.Namespace) -> int:
    from training.use.serve import Serve, serve

    _end_on_sigterm()
    return serve(
        Serve(
            options.model,
            options.engine,
            options.host,
            options.port,
            options.system,
            options.grammar,
            StructureSpec.load(options.spec),
            options.context,
            options.parallel,
        )
    )


def _push(options: argparse.Namespace) -> int:
    from training.use.push import push

    spec = StructureSpec.load(options.spec)
    return push(options.path, options.repo, options.public, options.license, options.dry_run, spec)


def _end_on_sigterm() -> None:
    """End on SIGTERM as on Ctrl-C, so that a server which was started is ended too."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)


def positive(text: str) -> int:
    """Return a whole number of at least 1, as argparse asks for it; raises its error for anything else."""
    if not text.isdigit() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"must be a whole number of at least 1, got {text!r}")
    return int(text)


def _port(text: str) -> int:
    if not text.isdigit() or int(text) > 65535:
        raise argparse.ArgumentTypeError(f"must be a whole number from 0 to 65535, got {text!r}")
    return int(text)


def _temperature(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = -1.0
    if not 0 <= value <= 5:
        raise argparse.ArgumentTypeError(f"must lie between 0 and 5, got {text!r}")
    return value

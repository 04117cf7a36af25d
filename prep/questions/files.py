"""What a set of questions is made from and what it leaves: the chat JSONL, and a manifest beside it, written last."""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from llm import Endpoint, Usage
from outline import StructureSpec
from prep import fingerprint
from prep.chat import system_prompt
from prep.questions.collect import Collection
from prep.questions.config import QuestionsConfig
from prep.questions.plan import Cell
from settings import UserError, read_jsonl, write_jsonl, write_text

_HERE = Path(__file__).parent
_CODE = [
    *sorted(_HERE.glob("*.py")),
    *(_HERE.with_name(f"{name}.py") for name in ("duplicates", "shingles", "signatures")),
]


def journal_path(config: QuestionsConfig) -> Path:
    """Return where the answers of the teacher are kept."""
    return config.out.with_suffix(".journal.jsonl")


def manifest_path(config: QuestionsConfig) -> Path:
    """Return where it is told what made the questions; written last."""
    return config.out.with_suffix(".manifest.json")


def read_avoided(paths: Sequence[Path]) -> list[str]:
    """Return the users' messages of chat files, none twice.

    Raises `UserError` for a file that is not there and for a row without such a message.
    """
    texts: dict[str, None] = {}
    for path in paths:
        if not path.is_file():
            raise UserError(
                f"{path}: there is no such file; avoid names what was trained on",
                hint="`just prep` makes it; avoid=[FILE] names another one, avoid=[] none",
            )
        for number, row in enumerate(read_jsonl(path), start=1):
            messages = row.get("messages")
            found = [
                str(message.get("content") or "")
                for message in (messages if isinstance(messages, list) else [])
                if isinstance(message, dict) and message.get("role") == "user"
            ]
            if not any(found):
                raise UserError(
                    f"{path}, row {number}: there is no user message in it",
                    hint="avoid names chat files: {messages: [{role, content}, ...]}, as `just prep` writes them",
                )
            texts |= dict.fromkeys(found)
    return list(texts)


def made_from(config: QuestionsConfig, spec: StructureSpec) -> dict[str, str]:
    """Return a hash for each thing that decides about the questions."""
    chosen = config.model_dump(
        mode="json", exclude={"spec", "out", "avoid", "teacher", "prompts", "save_every"} | _unused(config)
    )
    return {
        "config": fingerprint.digest(chosen),
        "avoid": fingerprint.digest([fingerprint.of_file(path) for path in config.avoid]),
        "teacher": _teacher(config),
        "spec": fingerprint.digest(spec.model_dump()),
        "code": fingerprint.digest([fingerprint.of_file(path) for path in _CODE]),
    }


def _teacher(config: QuestionsConfig) -> str:
    teacher = config.teacher
    return fingerprint.digest(
        made_with(config, teacher) if isinstance(teacher, Endpoint) else fingerprint.of_file(teacher.templates)
    )


def _unused(config: QuestionsConfig) -> set[str]:
    return {"per_request"} if config.teacher.name == "templates" else set()


def made_with(config: QuestionsConfig, endpoint: Endpoint) -> dict[str, Any]:
    """Return what decides about a request to a hosted teacher besides severity and topic."""
    texts = {f"prompts.{name}": text for name, text in config.prompts.model_dump().items()}
    return endpoint.parameters() | {name: fingerprint.digest(text)[:12] for name, text in texts.items()}


def finished(config: QuestionsConfig, made: Mapping[str, str]) -> bool:
    """Whether the questions are there, all of them, unchanged, and made from the same."""
    try:
        manifest = json.loads(manifest_path(config).read_text(encoding="utf-8"))
        same = manifest["made_from"] == made and manifest["questions"] == config.n
        return same and manifest["sha256"] == fingerprint.of_file(config.out)
    except (OSError, ValueError, KeyError, TypeError):
        return False


def write(
    config: QuestionsConfig,
    spec: StructureSpec,
    order: Sequence[Cell],
    found: Collection,
    unanswered: Mapping[str, int],
    usage: Usage,
) -> None:
    """Write the questions in the order of their plan, then the manifest."""
    manifest_path(config).unlink(missing_ok=True)
    rows = _rows(config, spec, order, found)
    write_jsonl(config.out, rows)
    known = [row["metadata"] for row in rows]
    manifest = {
        "questions": len(rows),
        "wanted": config.n,
        "severities": {name: sum(row["status"] == name for row in known) for name in config.severities},
        "topics": {name: sum(row["topic"] == name for row in known) for name in config.topics},
        "left_out": dict(found.left_out),
        "unanswered": dict(unanswered),
        "teacher": {"name": config.teacher.name, **_hosted(config)},
        "usage": usage.as_dict() | {"dollars": _dollars(config, usage)},
        "made_from": made_from(config, spec),
        "sha256": fingerprint.of_file(config.out),
    }
    write_text(manifest_path(config), json.dumps(manifest, indent=2, ensure_ascii=False) + "\n")


def _rows(
    config: QuestionsConfig, spec: StructureSpec, order: Sequence[Cell], found: Collection
) -> list[dict[str, Any]]:
    system, rows = system_prompt(config.system, spec), []
    met: Counter[Cell] = Counter()
    for cell in order:
        drafts, place = found.taken[cell], met[cell]
        met[cell] += 1
        if place >= len(drafts):
            continue
        asked = [{"role": "system", "content": system}, {"role": "user", "content": drafts[place].text}]
        known = {"index": len(rows), "status": cell.severity, "topic": cell.topic, "reference": None, "synthetic": True}
        rows.append(
            {
                "messages": asked,
                "metadata": known | {"teacher": config.teacher.name, "fingerprint": drafts[place].fingerprint},
            }
        )
    return rows


def _hosted(config: QuestionsConfig) -> dict[str, Any]:
    teacher = config.teacher
    return teacher.parameters() | {"base_url": teacher.base_url} if isinstance(teacher, Endpoint) else {}


def _dollars(config: QuestionsConfig, usage: Usage) -> float:
    return usage.cost(config.teacher.prices) if isinstance(config.teacher, Endpoint) else 0.0

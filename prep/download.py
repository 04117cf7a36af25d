"""The raw dataset of a hub, kept beside the project so that it is fetched once."""

import hashlib
import json
import logging
from pathlib import Path

from llm.storage import writing
from prep.config import Source
from settings import UserError, console, write_jsonl, write_text

_CLOSED = "the client has been closed"
"""All that the hub's client says (huggingface_hub 1.x) where there is no network: it tries again after it has ended."""


def fetch(source: Source, raw: Path) -> Path:
    """Return the JSON Lines copy of a hub's dataset in `raw`, after fetching it where it is not there yet.

    A file beside the copy says what it is a copy of: another id, revision or split fetches anew. Raises `UserError`
    when the hub cannot be reached or does not have it.
    """
    identity = {"hub": str(source.hub), "revision": str(source.revision), "split": str(source.split)}
    copy = raw / f"{identity['hub'].replace('/', '--')}.jsonl"
    label = copy.with_suffix(".json")
    if copy.exists() and label.exists():
        held = json.loads(label.read_text(encoding="utf-8"))
        if {key: held.get(key) for key in identity} == identity:
            return copy
    rows = _from_hub(**identity)
    label.unlink(missing_ok=True)
    with writing(copy):
        write_jsonl(copy, rows)
        digest = hashlib.sha256(copy.read_bytes()).hexdigest()
        write_text(label, json.dumps({**identity, "rows": len(rows), "sha256": digest}, indent=2) + "\n")
    return copy


def _from_hub(hub: str, revision: str, split: str) -> list[dict]:
    import datasets

    console.print(f"fetching {hub}@{revision} from the hub")
    # Its client announces each retry twice; what matters is the error at the end.
    logging.getLogger("huggingface_hub").setLevel(logging.ERROR)
    try:
        dataset = datasets.load_dataset(hub, revision=revision, split=split)
    except Exception as error:  # the hub's client raises some twenty kinds for "no network" and "no such dataset"
        said = "there is no connection" if _CLOSED in str(error) else " ".join(str(error).split())[:300]
        raise UserError(
            f"{hub}@{revision}: the dataset cannot be fetched from the hub: {said}",
            hint="check the name and the network, or give a local file: --source PATH",
        ) from error
    # A date, say, is no value of JSON; the mapped columns are read as text in any case.
    return [json.loads(json.dumps(row, default=str)) for row in dataset]

"""What the answers that are judged anew were asked with, which need not be one thing for all rows."""

import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from llm.journal import identity
from prep.bill import entries
from prep.consultation import Consultation


def answered_with(journals: Sequence[Path], rows: Iterable[Consultation]) -> dict[str, Any]:
    """Return what the last answer about each row was made with (`prep.asking.made_with`).

    What differs between rows is a sorted list of its values. Empty where the journals do not tell.
    """
    ours = {row.identity() for row in rows}
    made: dict[str, dict[str, Any]] = {}
    last: dict[str, str] = {}
    for entry in entries(journals):
        if "fingerprint" not in entry and entry.get("made_with"):
            made[identity(entry["made_with"])] = entry["made_with"]
        elif entry.get("subject") in ours and entry.get("error") is None:
            last[entry["subject"]] = entry.get("made_with", "")
    used = [made[name] for name in set(last.values()) if name in made]
    names = dict.fromkeys(name for one in used for name in one)
    return {name: _one_or_all([one.get(name) for one in used]) for name in names}


def _one_or_all(values: Sequence[Any]) -> Any:
    distinct = {json.dumps(value, sort_keys=True): value for value in values}
    return values[0] if len(distinct) == 1 else [distinct[text] for text in sorted(distinct)]

"""Runs that the tests look at: what a prep run leaves, written by hand."""

import json
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from settings import write_jsonl, write_text
from tests.prep.conftest import make_rows, outline_of

HOSTILE = '</script><script>window.hit = 1</script><img src=x onerror="window.hit = 1"> \u2028 <!-- & "'
HOSTILE += " [x](javascript:window.hit=1) <a href='javascript:window.hit=1'>y</a>"
HOSTILE += " \u202egnp.exe\u202c \u05e9\u05dc\u05d5\u05dd \x07\x1b[31m"
LONG = "word " * 20_000
REPLY = "take losartan 50 mg once daily and do not stop it suddenly drink three glasses of water besides dry crackers"
KEPT = (
    "- **Recommendation**\n  - Medicine\n    - Take losartan 50 mg once daily\n    - Do not stop it suddenly\n"
    "  - Drink three glasses of water"
)
REFUSED = (
    "Here it is:\n\n- Advice\n  - Medicine\n    - Take losartan 70 mg once daily\n    - Stop it suddenly\n"
    "    - Eat purple carrots\n  - Drink three glasses of water besides dry crackers"
)


def given(number: int, **fields: Any) -> dict[str, Any]:
    """A row of the Arrow dataset that was kept, of words that no other has."""
    row = make_rows(1, seed=100 + number)[0]
    severity = ("low severity", "medium severity", "high severity", "")[number % 4]
    arrow = {**row, "Status": severity, "_original_doctor": row["Doctor"], "_conversion_success": True}
    return {**arrow, "Doctor": outline_of(row["Doctor"]), **fields}


def unconverted(number: int, reply: str | None, **fields: Any) -> dict[str, Any]:
    return given(number, Doctor=reply, _original_doctor=reply, _conversion_success=False, **fields)


def failure(index: int, kind: str, *attempts: Mapping[str, Any], status: str = "failed", **more: Any) -> dict[str, Any]:
    reason = f"{kind}, says the gate"
    return {"index": index, "status": status, "kind": kind, "reason": reason, "attempts": list(attempts), **more}


def attempt(answer: str, *violations: str) -> dict[str, Any]:
    return {"fingerprint": "f", "answer": answer, "violations": list(violations)}


ROWS = [
    given(0, Doctor=KEPT, _original_doctor=REPLY, Patient="my pressure is 150"),
    unconverted(1, REPLY),
    unconverted(2, "rest"),
    unconverted(3, None),
    given(4, Description=HOSTILE, Patient=HOSTILE, Status=HOSTILE, Doctor=f"- {HOSTILE}\n  - a\n    - b"),
    unconverted(5, f"🩺🩺 {HOSTILE} take 75 mg"),
    given(6, Patient=LONG, Doctor="- " + LONG),
    *(given(number) for number in range(7, 40)),
]
WIDE = "- a\n  - b\n" + "\n".join(f"    - take {word}" for word in "losartan once daily stop drink water".split())
FAILURES = [
    failure(1, "coverage", attempt(WIDE), attempt(REFUSED, "coverage: 12% of it", "cut off: it was")),
    failure(
        2, "no answer", requests=[{"error": "HTTP 500", "seconds": 1.25, "turn": 1}, {"error": None, "seconds": 2}]
    ),
    failure(3, "null reply", status="skipped"),
    failure(5, HOSTILE, attempt(f"- {HOSTILE}\n- 🩺 take 99 mg", f"empty: {HOSTILE}")),
]


def leave(out: Path, rows: Sequence[Mapping[str, Any]], failures: Sequence[Mapping[str, Any]]) -> Path:
    """Leave in `out` what a prep run leaves there."""
    import datasets

    datasets.disable_progress_bars()
    datasets.Dataset.from_list([dict(row) for row in rows]).save_to_disk(out / "processed/hierarchical_dataset")
    write_jsonl(out / "failed.jsonl", failures)
    manifest = {"source": HOSTILE, "teacher": {"name": "openai", "model": "a-model"}}
    write_text(out / "manifest.json", json.dumps(manifest))
    return out


def embedded(page: str) -> dict[str, Any]:
    found = re.search(r'<script type="application/json" id="data">(.*?)</script>', page, re.DOTALL)
    assert found
    return json.loads(found[1])

"""The page: one HTML file that loads nothing and shows every text as text."""

import base64
import hashlib
import json
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup
from rich.progress import track

from outline import StructureSpec, is_english
from prep.view.payload import number_kinds, row_payload
from prep.view.run import Run
from settings import console

_HERE = Path(__file__).parent
_SCRIPTS = ("marks.js", "row.js", "page.js")
_STATUSES = ("kept", "failed", "skipped")


def render(run: Run, spec: StructureSpec) -> str:
    """Return the page of a run, every row held against `spec`; a progress bar counts the rows.

    The data stand in the page as JSON; its script makes text nodes of them and never markup. The content security
    policy lets the page's own script and style run, and no request leave.
    """
    rows = [row_payload(row, spec) for row in track(run.rows, "reading the rows", console=console, transient=True)]
    kinds = number_kinds(rows)
    style = (_HERE / "page.css").read_text("utf-8")
    script = "".join((_HERE / name).read_text("utf-8") for name in _SCRIPTS)
    environment = Environment(
        loader=FileSystemLoader(_HERE), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    return environment.get_template("page.html.j2").render(
        **_head(run),
        style=Markup(style),
        style_hash=_hash(style),
        script=Markup(script),
        script_hash=_hash(script),
        data=_embedded({"kinds": kinds, "rows": rows}),
    )


def _head(run: Run) -> dict[str, Any]:
    """The facts above the rows; the counts are those of the rows, which also an unfinished run has."""
    counts = Counter(row.status for row in run.rows)
    tried = counts["kept"] + counts["failed"]
    content = run.manifest or {}
    teacher = content.get("teacher")
    named = teacher if isinstance(teacher, Mapping) else {}
    return {
        "source": str(content.get("source") or run.out),
        "teacher": " ".join(str(named[key]) for key in ("name", "model") if named.get(key)),
        "finished": run.manifest is not None,
        "total": len(run.rows),
        "not_english": sum(not is_english(row.consultation.reply) for row in run.rows),
        "counts": [(status, counts[status]) for status in _STATUSES],
        "share": f"{counts['kept'] / tried:.1%}" if tried else "",
    }


def _embedded(data: Any) -> Markup:
    """JSON that no HTML parser takes for anything but text: nothing in it can end its script element."""
    text = json.dumps(data, separators=(",", ":"))  # ASCII only, so U+2028 is escaped too
    return Markup(text.replace("<", "\\u003c").replace(">", "\\u003e"))


def _hash(text: str) -> str:
    """Of an inline script or style, as a content security policy names it."""
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()

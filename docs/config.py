"""docs/config.md: every key of every config, read off the schemas that the commands themselves load configs by."""

from collections.abc import Iterable, Iterator
from pathlib import Path

from docs.keys import Key, Section, sections
from evals.config import EvalConfig
from evals.judge.config import Prompts
from evals.task import TaskOptions
from outline import StructureSpec
from prep.config import PrepConfig
from prep.questions.config import QuestionsConfig
from settings import Settings, read_yaml
from training.plan.prices import Prices

SCHEMAS: dict[str, type[Settings]] = {
    "outline": StructureSpec,
    "prep": PrepConfig,
    "questions": QuestionsConfig,
    "eval": EvalConfig,
    "judge": Prompts,
    "task": TaskOptions,
    "prices": Prices,
}
"""By the page of words.yml that introduces each."""
HARDWARE = Path("configs/hardware")
_COLUMNS = ("key", "type", "default", "allowed", "meaning")


def render() -> str:
    """Return the page, in Markdown."""
    words = read_yaml(Path(__file__).with_name("words.yml"))
    lines = [f"# {words['title']}", "", words["introduction"].strip(), ""]
    for name, page in words["pages"].items():
        lines += [f"## {page['title']}", "", page["introduction"].strip(), ""]
        lines += _overrides() if name == "hardware" else _schema(SCHEMAS[name])
    return "\n".join(lines)


def _schema(schema: type[Settings]) -> list[str]:
    lines = []
    for section in sections(schema):
        lines += [f"### {section.heading}", "", section.meaning, ""] if section.heading else []
        lines += [*_table(section), ""]
    return lines


def _table(section: Section) -> Iterator[str]:
    yield _row(_COLUMNS)
    yield _row("---" for _ in _COLUMNS)
    for key in section.keys:
        yield _row(_cells(key))


def _cells(key: Key) -> tuple[str, ...]:
    return f"`{key.path}`", key.type, key.default, key.allowed, key.meaning


def _row(cells: Iterable[str]) -> str:
    escaped = (" ".join(cell.split()).replace("|", "\\|") for cell in cells)
    return f"| {' | '.join(escaped)} |"


def _overrides() -> list[str]:
    """A row for each shipped override: its keys, and the first sentence of the comment at its head."""
    lines = [_row(("file", "keys", "for")), _row(("---",) * 3)]
    for path in sorted(HARDWARE.glob("*.yml")):
        comment = []
        for line in path.read_text(encoding="utf-8").splitlines():
            if not line.startswith("#"):
                break
            comment.append(line.lstrip("# "))
        keys = ", ".join(f"`{key}`" for key in read_yaml(path))
        lines.append(_row((f"`{path}`", keys, " ".join(comment).split(". ")[0].rstrip(".") + ".")))
    return [*lines, ""]

"""The commands of Markdown pages: what a block or a span of code runs, and what it names."""

import re
import shlex
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parent.parent
_BLOCK = re.compile(r"^(?P<before>[^\n]*)\n```bash\n(?P<body>.*?)^```$", re.MULTILINE | re.DOTALL)
_FENCED = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)
_MARK = re.compile(r"<!-- (?P<fields>\w+: [^>]+?) -->")
_SPAN = re.compile(r"`((?:just|\./justw|python|accelerate)\s[^`]+|just|\./justw)`")
_RECIPE = re.compile(r"^(?P<name>[a-z][\w-]*)(?P<parameters>[^:\n]*):(?!=)", re.MULTILINE)


@dataclass(frozen=True)
class Block:
    """A fenced `bash` block; `fields` are those of the comment on the line before it, None without one."""

    page: str
    line: int
    body: str
    fields: Mapping[str, str] | None

    def files(self) -> list[str]:
        """Return the tests that the mark names."""
        fields = self.fields or {}
        return [word for key in ("runs", "short") for word in fields.get(key, "").split() if word != "here"]


@dataclass(frozen=True)
class Command:
    """One command: the module that it runs in the end, None for a program that is not ours, and its arguments."""

    words: tuple[str, ...]
    recipe: str | None
    module: tuple[str, ...] | None
    """As `python -m` takes it, with the subcommand behind it: ("training", "merge")."""
    arguments: tuple[str, ...]
    fault: str | None = None
    """Why it cannot be told what it runs."""

    @property
    def essence(self) -> str | None:
        """What a test of it cannot do without naming."""
        return self.module[-1] if self.module else self.recipe


def blocks(page: str, text: str) -> list[Block]:
    """Return the `bash` blocks of a page's text."""
    found = []
    for match in _BLOCK.finditer(text):
        mark = _MARK.fullmatch(match["before"].strip())
        fields = dict(part.split(": ", 1) for part in mark["fields"].split("; ")) if mark else None
        line = text.count("\n", 0, match.start("body"))
        found.append(Block(page, line, match["body"], fields))
    return found


def spans(text: str) -> Iterator[Command]:
    """Yield the commands that stand in a page's prose."""
    for match in _SPAN.finditer(_FENCED.sub("", text)):
        yield from commands(" ".join(match[1].split()))


def commands(text: str) -> Iterator[Command]:
    """Yield the commands of a shell text, without comments, variables and `source`."""
    for line in text.replace("\\\n", " ").splitlines():
        words = shlex.split(line, comments=True)
        while words and re.match(r"[A-Z_]+=", words[0]):
            words = words[1:]
        if words and words[0] not in ("export", "source"):
            yield _command(words)


def _command(words: list[str]) -> Command:
    first, rest = words[0], words[1:]
    if first in ("just", "./justw"):
        recipe = rest[0] if rest else None
        if recipe is None:
            return Command(tuple(words), None, None, ())
        if recipe not in recipes():
            return Command(tuple(words), recipe, None, (), fault=f"the justfile has no recipe {recipe!r}")
        return Command(tuple(words), recipe, recipes()[recipe], tuple(rest[1:]))
    if first.endswith("python") and rest[:1] == ["-m"]:
        # A module of ours that has subcommands is told with its subcommand, as a recipe has it.
        deep = 3 if rest[1] in ("benchmarks", "outline", "training") else 2
        return Command(tuple(words), None, tuple(rest[1:deep]), tuple(rest[deep:]))
    if words[:2] == ["accelerate", "launch"] and "-m" in words:
        place = words.index("-m") + 1
        return Command(tuple(words), None, (words[place],), tuple(words[place + 1 :]))
    return Command(tuple(words), None, None, (), fault=f"{first}: neither just nor python -m nor accelerate launch -m")


@cache
def recipes() -> dict[str, tuple[str, ...] | None]:
    """Each recipe of the justfile with the module that it passes its arguments to, None where there is none such."""
    parts = _RECIPE.split((ROOT / "justfile").read_text(encoding="utf-8"))
    found: dict[str, tuple[str, ...] | None] = {}
    for name, _, body in zip(parts[1::3], parts[2::3], parts[3::3], strict=True):
        passed = re.search(r'python -m ([\w. -]+?) "\$@"', body)
        found[name] = tuple(passed[1].split()) if passed else None
    return found

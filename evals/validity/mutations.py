"""Compliant outlines, broken in one way each: the text, and what is true of it by how it was made."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path as File
from random import Random

from evals.validity.shapes import Path, Point, Tree, Verdict, draw_tree, judge, prune, put, walk
from evals.validity.surface import BULLETS, BY_CHARACTER, CANONICAL, NUMBERS, Style, draw_style, write
from outline import StructureSpec
from settings import read_yaml

CODE = 4
"""Columns past where a block may start from which CommonMark reads code, or the paragraph above going on."""


@cache
def phrases() -> dict[str, list[str]]:
    """What `texts.yml` holds, by kind."""
    return read_yaml(File(__file__).with_name("texts.yml"))


@dataclass(frozen=True)
class Case:
    """An outline, the way it was made, and the truth about it."""

    text: str
    kind: str
    surface: str
    truth: Verdict


class Draft:
    """A compliant tree in some style, to be spoilt: `written` becomes the text, `tree` and `outside` the truth."""

    def __init__(self, random: Random, spec: StructureSpec, style: Style, kind: "Kind", plain: bool) -> None:
        self.random, self.spec, self.style, self.plain = random, spec, style, plain
        self.tree = self.written = draw_tree(random, spec, self.draw_text, kind.least_roots, kind.least_depth)
        self.outside = False

    def draw_text(self) -> str:
        """Return the text of a point: plain words, or one of the starts and up to two of the rests."""
        if self.plain:
            return self.draw("plain")
        rests = self.random.sample(phrases()["rests"], self.random.randint(0, 2))
        return " ".join([self.random.choice(phrases()["starts"]), *rests])

    def draw(self, kind: str) -> str:
        """Return one of the phrases of `kind`."""
        return self.random.choice(phrases()[kind])

    def become(self, tree: Tree) -> None:
        """Let `tree` be both written and true."""
        self.tree = self.written = tree

    def text(self) -> str:
        """Return what is written, without what may stand around it."""
        return write(self.random, self.written, self.style, phrases()["second"])

    def parent(self) -> tuple[Path, Point]:
        """Return a point that has children, with its path."""
        return self.random.choice([(path, point) for path, point in walk(self.tree) if point.children])


def _unchanged(draft: Draft) -> str:
    return draft.text()


def _too_shallow(draft: Draft) -> str:
    draft.become(prune(draft.tree, draft.random.randint(1, max(1, draft.spec.min_depth - 1))))
    return draft.text()


def _too_many_children(draft: Draft) -> str:
    path, point = draft.random.choice(list(walk(draft.tree)))
    wanted = draft.spec.max_children + draft.random.randint(1, 3)
    more = tuple(Point(draft.draw_text()) for _ in range(wanted - len(point.children)))
    draft.become(put(draft.tree, path, (replace(point, children=point.children + more),)))
    return draft.text()


def _too_many_roots(draft: Draft) -> str:
    most = draft.spec.max_roots or len(draft.tree)
    wanted = most + draft.random.randint(1, 3)
    draft.become(draft.tree + tuple(Point(draft.draw_text()) for _ in range(wanted - len(draft.tree))))
    return draft.text()


def _empty_point(draft: Draft) -> str:
    leaves = [path for path, point in walk(draft.tree) if not point.children]
    path = draft.random.choice(leaves)
    # A lone marker right under its parent's text is no point: it underlines the text, or goes on with it.
    text = draft.random.choice(["", draft.draw("wordless")]) if path[-1] else draft.draw("wordless")
    draft.become(put(draft.tree, path, (Point(text, wordless=True),)))
    return draft.text()


def _prose_before(draft: Draft) -> str:
    draft.outside = True
    # Without a blank line between, only a list that starts with 1 ends a paragraph.
    return (
        draft.draw("prose") + draft.random.choice(["\n", "\n\n"] if draft.style.start == 1 else ["\n\n"]) + draft.text()
    )


def _prose_after(draft: Draft) -> str:
    draft.outside = True
    return f"{draft.text()}\n\n{draft.draw('prose')}"


def _heading(draft: Draft) -> str:
    draft.outside = True
    return f"{draft.draw('headings')}\n{draft.text()}"


def _heading_between(draft: Draft) -> str:
    return _parted(draft, f"\n\n{draft.draw('headings')}\n\n")


def _rule_after(draft: Draft) -> str:
    draft.outside = True
    return f"{draft.text()}\n\n{draft.random.choice(['---', '***', '_ _ _'])}"


def _two_lists(draft: Draft) -> str:
    return _parted(draft, draft.random.choice(["\n", "\n\n"]))


def _parted(draft: Draft, between: str) -> str:
    """The roots as two lists: the marker of the second is another one."""
    draft.outside = True
    at = draft.random.randrange(1, len(draft.written))
    first, *rest = draft.style.markers
    other = draft.random.choice([marker for marker in BULLETS + NUMBERS if marker != first])
    one = write(draft.random, draft.written[:at], draft.style, phrases()["second"])
    style = replace(draft.style, markers=(other, *(rest or [first])), start=1, before="")
    return one.rstrip() + between + write(draft.random, draft.written[at:], style, phrases()["second"])


def _fenced(draft: Draft) -> str:
    draft.tree, draft.outside = (), True
    mark = draft.random.choice(["````", "~~~"])
    return f"{mark}{draft.random.choice(['', 'markdown'])}\n{draft.text()}\n{mark}"


def _round_bullets(draft: Draft) -> str:
    draft.tree, draft.outside = (), True
    draft.style = replace(draft.style, markers=("•",), blocks=())
    return draft.text()


def _no_space(draft: Draft) -> str:
    draft.tree, draft.outside = (), True
    bullets = [marker for marker in draft.style.markers if marker in BULLETS]
    draft.style = replace(draft.style, markers=tuple(bullets) or ("-",), spaces=0, blocks=(), blank=(0,), wrap="")
    return draft.text()


def _small_indent(draft: Draft) -> str:
    """One parent's children do not reach its text, and so stand beside it."""
    draft.style = replace(draft.style, markers=draft.style.markers[:1], indent=0, jitter=False)
    path, point = draft.parent()
    reach = min(CODE, draft.style.content("-")) - 1
    below = 1 if draft.style.name == "canonical" else draft.random.randint(1, reach)
    draft.written = put(draft.tree, path, (replace(point, below=below),))
    draft.tree = put(draft.tree, path, (replace(point, children=()), *point.children))
    return draft.text()


def _small_indent_under_a_number(draft: Draft) -> str:
    """Two spaces do not reach the text of "1. a": the children are a list of their own, beside it."""
    draft.style = replace(draft.style, markers=("1.", "-"), indent=0, jitter=False, spaces=1)
    roots = [number for number, point in enumerate(draft.tree) if point.children]
    number = draft.random.choice(roots)
    point = draft.tree[number]
    draft.written = put(draft.tree, (number,), (replace(point, below=2),))
    draft.tree = put(draft.tree, (number,), (replace(point, children=()), *point.children))
    draft.outside = True
    return draft.text()


def _deep_indent(draft: Draft) -> str:
    """One parent's children stand so far right that they are code in it, or more of its text."""
    draft.style = replace(draft.style, blocks=(), wrap="")
    path, point = draft.parent()
    # As wide as any marker: a number has up to four characters.
    below = CODE + draft.style.content("100.") + draft.random.randint(0, 2)
    draft.written = put(draft.tree, path, (replace(point, below=below),))
    draft.tree = put(draft.tree, path, (replace(point, children=()),))
    return draft.text()


@dataclass(frozen=True)
class Kind:
    """A way to spoil an outline; `breaks` is what it breaks under a spec with every rule, None: that depends."""

    spoil: Callable[[Draft], str]
    breaks: frozenset[str] | None
    least_roots: int = 1
    least_depth: int = 1


def _kind(spoil: Callable[[Draft], str], *breaks: str, least_roots: int = 1) -> Kind:
    return Kind(spoil, frozenset(breaks), least_roots)


KINDS = {
    "unchanged": _kind(_unchanged),
    "too shallow": _kind(_too_shallow, "min_depth"),
    "too many children": _kind(_too_many_children, "max_children"),
    "too many roots": _kind(_too_many_roots, "max_roots"),
    "an empty point": _kind(_empty_point, "no_empty"),
    "prose before": _kind(_prose_before, "list_only"),
    "prose after": _kind(_prose_after, "list_only"),
    "a heading before": _kind(_heading, "list_only"),
    "a heading between": _kind(_heading_between, "list_only", least_roots=2),
    "a rule after": _kind(_rule_after, "list_only"),
    "two lists": _kind(_two_lists, "list_only", least_roots=2),
    "fenced": _kind(_fenced, "list_only", "min_depth"),
    "round bullets": _kind(_round_bullets, "list_only", "min_depth"),
    "no space after the marker": _kind(_no_space, "list_only", "min_depth"),
    "children short of the text": Kind(_small_indent, None, least_depth=2),
    "children short of a numbered text": Kind(_small_indent_under_a_number, None, least_depth=2),
    "children too far right": Kind(_deep_indent, None, least_depth=2),
}
"""Every way an outline is made. What the last three break depends on the tree, and is counted on what is left of it."""


def draw_case(random: Random, spec: StructureSpec, kind: str | None = None) -> Case:
    """Return an outline of a kind, or of any: then about one in three is compliant, in all forms alike."""
    names = list(KINDS)
    name = kind or ("unchanged" if random.random() < 0.3 else random.choice(names[1:]))
    style = random.choices([CANONICAL, BY_CHARACTER, draw_style(random)], [2, 1, 5])[0]
    plain = random.random() < 0.4
    draft = Draft(random, spec, style, KINDS[name], plain)
    text = KINDS[name].spoil(draft).replace("\n", style.newline)
    return Case(
        text, name, f"{style.name}, {'plain words' if plain else 'any text'}", judge(draft.tree, spec, draft.outside)
    )

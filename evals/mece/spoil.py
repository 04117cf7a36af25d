"""Good outlines spoiled in one way each, to see whether the scores notice."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace

from outline import Node, Outline

ANSWER_LAST = "answer last"
"""The kind that spoils the order; all others spoil what is MECE."""
LIGHT = ("swap, two leaves", "swap, two children of sections", "swap, all below two sections")
"""Kinds that leave most of the outline as it was."""

Nodes = tuple[Node, ...]


def spoiled(outline: Outline, paraphrases: Mapping[str, str]) -> Iterator[tuple[str, Outline]]:
    """Yield (kind, spoiled outline); a kind that the outline is too small for is left out.

    `paraphrases` gives, by path, the texts of points in other words; all are said again.
    """
    for kind, spoil in _KINDS.items():
        worse = spoil(outline)
        if worse is not None and worse.roots != outline.roots:
            yield kind, worse
    if paraphrases:
        worse = outline
        for path, text in paraphrases.items():
            worse = _changed(worse, path, lambda group, at, text=text: (*group, Node(text)))
        yield "duplicate, paraphrased", worse


def _duplicate_leaf(outline: Outline) -> Outline | None:
    path = next((path for path, _, node in outline.walk() if not node.children), None)
    return _changed(outline, path, lambda group, at: (*group, group[at])) if path else None


def _copy_parent(outline: Outline) -> Outline | None:
    """Let the first leaf that has a parent say what the parent says."""
    path = next((path for path, depth, node in outline.walk() if depth > 1 and not node.children), None)
    return _put(outline, path, Node(_at(outline, path.rpartition(".")[0]).text)) if path else None


def _copy_roots(outline: Outline) -> Outline | None:
    """Let every point say what the top-level point above it says."""
    return replace(outline, roots=tuple(_all_saying(root.text, root) for root in outline.roots))


def _all_saying(text: str, node: Node) -> Node:
    return replace(node, text=text, children=tuple(_all_saying(text, child) for child in node.children))


def _duplicate_section(outline: Outline) -> Outline | None:
    return replace(outline, roots=(*outline.roots, *outline.roots[-1:]))


def _swap_leaves(outline: Outline) -> Outline | None:
    return _swap(outline, [path for path, depth, _ in outline.walk() if depth == 3])


def _swap_children(outline: Outline) -> Outline | None:
    return _swap(outline, [path for path, depth, _ in outline.walk() if depth == 2])


def _swap_sections(outline: Outline) -> Outline | None:
    if len(outline.roots) < 2:
        return None
    first, *between, last = outline.roots
    swapped = replace(first, children=last.children), *between, replace(last, children=first.children)
    return replace(outline, roots=swapped)


def _mix_children(outline: Outline) -> Outline | None:
    """Deal the children of the sections anew like cards, and hand what is below each to the one half a round away."""
    children = [child for root in outline.roots for child in root.children]
    sections = len(outline.roots)
    if sections < 2 or len(children) <= sections:
        return None
    half = len(children) // 2
    below = [child.children for child in (*children[half:], *children[:half])]
    mixed = [replace(child, children=points) for child, points in zip(children, below, strict=True)]
    dealt = (replace(root, children=tuple(mixed[at::sections])) for at, root in enumerate(outline.roots))
    return replace(outline, roots=tuple(dealt))


def _empty_headings(outline: Outline) -> Outline | None:
    roots = (
        replace(root, text=f"Section {number}") if root.children else root
        for number, root in enumerate(outline.roots, start=1)
    )
    return replace(outline, roots=tuple(roots))


def _one_empty_heading(outline: Outline) -> Outline | None:
    path = next((path for path, _, node in reversed(list(outline.walk())) if node.children), None)
    return _put(outline, path, replace(_at(outline, path), text="Other")) if path else None


def _answer_last(outline: Outline) -> Outline | None:
    return replace(outline, roots=(*outline.roots[1:], *outline.roots[:1]))


_KINDS: Mapping[str, Callable[[Outline], Outline | None]] = {
    "duplicate, a leaf": _duplicate_leaf,
    "duplicate, a section": _duplicate_section,
    "copy, a child its parent": _copy_parent,
    "copy, all children their parents": _copy_roots,
    "swap, two leaves": _swap_leaves,
    "swap, two children of sections": _swap_children,
    "swap, all below two sections": _swap_sections,
    "swap, all children mixed": _mix_children,
    "empty, all sections": _empty_headings,
    "empty, one heading": _one_empty_heading,
    ANSWER_LAST: _answer_last,
}


def _swap(outline: Outline, paths: list[str]) -> Outline | None:
    """Exchange the first of the points at `paths` with the last that another top-level point holds."""
    if not paths or paths[-1].split(".")[0] == paths[0].split(".")[0]:
        return None
    first, last = _at(outline, paths[0]), _at(outline, paths[-1])
    return _put(_put(outline, paths[0], last), paths[-1], first)


def _at(outline: Outline, path: str) -> Node:
    return next(node for found, _, node in outline.walk() if found == path)


def _put(outline: Outline, path: str, node: Node) -> Outline:
    return _changed(outline, path, lambda group, at: (*group[:at], node, *group[at + 1 :]))


def _changed(outline: Outline, path: str, change: Callable[[Nodes, int], Nodes]) -> Outline:
    """Return the outline with the siblings of the point at `path` replaced by what `change(siblings, index)` gives."""
    return replace(outline, roots=_below(outline.roots, [int(step) - 1 for step in path.split(".")], change))


def _below(nodes: Nodes, steps: list[int], change: Callable[[Nodes, int], Nodes]) -> Nodes:
    at, *further = steps
    if not further:
        return change(nodes, at)
    node = replace(nodes[at], children=_below(nodes[at].children, further, change))
    return (*nodes[:at], node, *nodes[at + 1 :])

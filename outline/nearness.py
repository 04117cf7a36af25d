"""How near a text that breaks the contract comes to it, from 0 to 1."""

from outline.blocks import shows_words
from outline.spec import StructureSpec
from outline.tree import Outline
from outline.words import tokens


def nearness(outline: Outline, spec: StructureSpec) -> float:
    """Return the product of one share a criterion; 0 without any point.

    The shares are: levels of `min_depth`, `max_children` of the widest parent's points, `max_roots` of the points on
    the top level, points with words, and, unless prose is allowed, words inside the list over the number of lists.
    """
    if not outline.roots:
        return 0.0
    points = [node.text for _, _, node in outline.walk()]
    near = min(1.0, outline.depth / spec.min_depth) * sum(map(shows_words, points)) / len(points)
    near *= spec.max_children / max(spec.max_children, outline.max_children)
    if spec.max_roots:
        near *= spec.max_roots / max(spec.max_roots, len(outline.roots))
    return near if spec.allow_prose else near * _inside(outline, len(tokens(" ".join(points))))


def _inside(outline: Outline, listed: int) -> float:
    """The share of words inside the list (`listed`), parted by the lists that there are instead of one."""
    outside = len(tokens(" ".join(text for _, text in outline.prose)))
    return listed / max(1, listed + outside) / max(1, outline.lists)

"""The counts as tables: Markdown, the same for the terminal and for a document."""

from collections.abc import Sequence

from evals.validity.mutations import KINDS
from evals.validity.tally import SHAPE, Validity, wrong
from outline import CRITERIA

_WORDS = {True: "kept", False: "broken"}


def render(result: Validity) -> str:
    """Return the tables: confusion of the verdict, errors by criterion and number, by kind, and by surface."""
    return "\n\n".join([_verdicts(result), _criteria(result), _kinds(result), _surfaces(result)]) + "\n"


def _verdicts(result: Validity) -> str:
    tallies = result.checkers.values()
    cells = [
        [f"{_WORDS[true]}, and said to be {_WORDS[said]}", *(f"{tally.verdict[true, said]:,}" for tally in tallies)]
        for true, said in ((True, True), (True, False), (False, False), (False, True))
    ]
    verdicts = ["**wrong verdicts**", *(_share(wrong(tally.verdict), result.n) for tally in tallies)]
    anything = ["wrong in anything", *(_share(tally.disagreements, result.n) for tally in tallies)]
    return _table([f"{result.n:,} outlines", *result.checkers], [*cells, verdicts, anything])


def _criteria(result: Validity) -> str:
    tallies = result.checkers.values()
    rows = [[f"`{rule}`", *(_share(wrong(tally.criteria[rule]), result.n) for tally in tallies)] for rule in CRITERIA]
    rows += [[name, *(_share(tally.shape[name], result.n) for tally in tallies)] for name in SHAPE]
    return _table(["wrong about", *result.checkers], rows)


def _kinds(result: Validity) -> str:
    rows = [
        [kind, f"{n:,}"]
        + [f"{tally.kinds[kind] / n:.1%}, {tally.reasons[kind] / n:.1%}" for tally in result.checkers.values()]
        for kind in KINDS
        if (n := result.kinds[kind])
    ]
    return _table(["wrong verdict, wrong criterion, by how it was made", "outlines", *result.checkers], rows)


def _surfaces(result: Validity) -> str:
    rows = [
        [surface, f"{n:,}", *(_share(tally.surfaces[surface], n) for tally in result.checkers.values())]
        for surface, n in sorted(result.surfaces.items())
    ]
    return _table(["wrong verdict, by how it is written", "outlines", *result.checkers], rows)


def _share(count: int, n: int) -> str:
    return f"{count:,} ({count / n:.1%})"


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [head, ["---", *["---:"] * (len(head) - 1)], *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)

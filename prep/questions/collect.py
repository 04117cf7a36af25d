"""Which of the questions that are offered are taken: none that nearly equals another, or one that was trained on."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from outline.words import length
from prep import duplicates
from prep.questions.plan import Cell, Draft, Writer


class Collection:
    """Questions by cell. Two are near as two rows of a dataset are: by `prep.duplicates`, chains of them included."""

    def __init__(
        self, cells: Sequence[Cell], avoid: Sequence[str], threshold: float, min_words: int, folder: Path
    ) -> None:
        """`avoid`: questions that none may be near to. `folder` holds what is compared, meanwhile."""
        self.taken: dict[Cell, list[Draft]] = {cell: [] for cell in cells}
        self.left_out: Counter[str] = Counter()
        self._quotas = Counter(cells)
        self._avoid = avoid
        self._threshold = threshold
        self._min_words = min_words
        self._folder = folder

    @property
    def count(self) -> int:
        return sum(map(len, self.taken.values()))

    def wanted(self) -> dict[Cell, int]:
        """Return how many questions each cell lacks, of those that lack any."""
        lacking = {cell: quota - len(self.taken[cell]) for cell, quota in self._quotas.items()}
        return {cell: count for cell, count in lacking.items() if count}

    def known(self) -> dict[Cell, list[str]]:
        """Return the texts by cell."""
        return {cell: [draft.text for draft in drafts] for cell, drafts in self.taken.items()}

    def add(self, offered: Mapping[Cell, Sequence[Draft]]) -> None:
        """Take what is new, as far as its cell lacks it."""
        drafts = [(cell, _tidy(draft)) for cell, found in offered.items() for draft in found]
        long = [(cell, draft) for cell, draft in drafts if length(draft.text) >= self._min_words]
        self.left_out["too short"] += len(drafts) - len(long)
        old = [*self._avoid, *(text for texts in self.known().values() for text in texts)]
        rows = [(text,) for text in (*old, *(draft.text for _, draft in long))]
        near = duplicates.groups(rows, self._threshold, self._folder).near.tolist()
        for place, (cell, draft) in enumerate(long, start=len(old)):
            if near[place] < place:
                self.left_out["near a question to avoid" if near[place] < len(self._avoid) else "near another"] += 1
            elif len(self.taken[cell]) < self._quotas[cell]:
                self.taken[cell].append(draft)


async def collect(found: Collection, writer: Writer, rounds: int, tell: Callable[[int], None]) -> None:
    """Let a writer fill a collection, in so many rounds at most; `tell` hears of each round's number at its end."""
    for number in range(1, rounds + 1):
        wanted = found.wanted()
        if not wanted:
            return
        found.add(await writer.write(wanted, found.known(), number))
        tell(number)


def _tidy(draft: Draft) -> Draft:
    return Draft("\n".join(line for line in map(str.strip, draft.text.splitlines()) if line), draft.fingerprint)

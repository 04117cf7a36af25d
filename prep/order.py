"""In which order rows are asked about."""

import heapq
import itertools
import math
from collections.abc import Iterable, Iterator

from prep.consultation import Consultation


def longest_first(rows: Iterable[Consultation], held: int) -> Iterator[Consultation]:
    """Yield every row, each time the one with the longest reply of up to `held` rows that were read ahead.

    A long reply makes for a long answer, and a long answer that begins when nothing else is left to ask keeps one
    place busy and all others idle: so the `held` shortest of all rows come last, the longest of them first (the rule
    of the longest processing time, Graham 1969). Two rows are read for one that is yielded until so many are held, so
    the first comes at once. A row with nothing to convert passes by: it takes no time.
    """
    waiting: list[tuple[float, int, Consultation]] = []
    source = enumerate(rows)
    while True:
        for place, row in itertools.islice(source, 2 if len(waiting) < held else 1):
            heapq.heappush(waiting, (-math.inf if row.missing() else -len(row.reply), place, row))
        if not waiting:
            return
        yield heapq.heappop(waiting)[2]

"""How long a hosted model takes for a row: as long as its answer is, times what the server adds.

The figures were measured on 266 outlines that a DeepSeek chat model had written of public consultations, in words. They
came of another prompt than ours, which let the model add to a reply. Of the 116 whose outline has at most the 2.5 times
the reply's words that our gate allows, the spread is 0.327 and the correlation 0.665.
"""

import math
import random
import statistics
from collections.abc import Sequence

SPREAD = 0.356
"""Standard deviation of the logarithm of an outline's length."""
CORRELATION = 0.456
"""Of that logarithm with the logarithm of the reply's length, where that was known: 166 outlines."""


class AnswerLengths:
    """Lengths of the answers about a scenario's rows over their median, drawn from a seed; one row has one length."""

    def __init__(self, replies: Sequence[str], seed: int) -> None:
        self._seed = seed
        lengths = [_log_words(reply) for reply in replies]
        self._replies = statistics.NormalDist.from_samples(lengths)

    def of(self, reply: str) -> float:
        """Return the length of the answer about a reply; log-normal around what the reply's length foretells."""
        foretold = CORRELATION * self._replies.zscore(_log_words(reply))
        unforetold = math.sqrt(1 - CORRELATION**2) * random.Random(f"{self._seed}:{reply}").gauss(0, 1)
        return math.exp(SPREAD * (foretold + unforetold))


def spread_of(latencies: Sequence[float], replies: Sequence[str]) -> tuple[float, float]:
    """Return the standard deviation of the latencies' logarithms and their correlation with those of the replies'
    lengths."""
    logarithms = [math.log(latency) for latency in latencies]
    return statistics.stdev(logarithms), statistics.correlation(logarithms, list(map(_log_words, replies)))


def _log_words(text: str) -> float:
    return math.log(max(1, len(text.split())))

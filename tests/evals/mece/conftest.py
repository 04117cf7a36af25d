"""The packaged encoder with one cache for all tests, and vectors made by hand for what needs no encoder."""

from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np
import pytest

from evals.mece import EncoderConfig, MeceScorer
from evals.mece.encoder import Encoder, Vector
from evals.mece.thresholds import Curve, Thresholds


@pytest.fixture(scope="session")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("embeddings")


@pytest.fixture(scope="session")
def encoder(cache: Path) -> Encoder:
    return Encoder(EncoderConfig(), cache)


@pytest.fixture(scope="session")
def scorer(cache: Path) -> MeceScorer:
    return MeceScorer(EncoderConfig(), cache)


@pytest.fixture
def thresholds() -> Thresholds:
    """Round numbers, so that a test can be checked by hand."""
    curve = Curve(threshold=0.5, slope=10)
    return Thresholds(encoder="by hand", siblings=curve, relevance=curve, misplaced=0.1, facts=0.5)


@pytest.fixture
def vectors() -> Callable[[Mapping[str, tuple[float, ...]]], dict[str, Vector]]:
    """Vectors of length 1 in the given directions."""

    def make(directions: Mapping[str, tuple[float, ...]]) -> dict[str, Vector]:
        arrays = {text: np.array(direction, dtype=np.float32) for text, direction in directions.items()}
        return {text: array / np.linalg.norm(array) for text, array in arrays.items()}

    return make

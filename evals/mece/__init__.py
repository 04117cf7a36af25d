"""Pyramid and MECE: siblings that overlap, children off their parent, facts left out, the answer not first."""

from evals.mece.encoder import EncoderConfig
from evals.mece.scorer import MeceScorer
from evals.mece.scores import MeceScore

__all__ = ["EncoderConfig", "MeceScore", "MeceScorer"]

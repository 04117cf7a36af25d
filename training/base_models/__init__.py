"""Base models that this repository can bring or make by itself, each as a complete Hugging Face folder."""

from training.base_models.folder import is_model_folder
from training.base_models.smollm2 import bring_smollm2
from training.base_models.tiny import make_tiny

__all__ = ["bring_smollm2", "is_model_folder", "make_tiny"]

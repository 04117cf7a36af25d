"""Metrics in the form of Hugging Face `evaluate`."""

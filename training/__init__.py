"""What surrounds Axolotl: base models made without a hub, configs checked and rendered, the launch, GRPO's rewards."""

from training.grpo import questions

__all__ = ["questions"]

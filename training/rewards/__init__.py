"""What GRPO rewards: functions in the signature of TRL, named in a config under `trl.reward_funcs`.

Each takes `prompts` and `completions` (lists of messages, one a completion) and the dataset's columns, and returns one
number from 0 to 1 a completion, or None where there is nothing to hold it against. The same completion always gets the
same number. Their weights stand in the config under `trl.reward_weights`.
"""

from training.rewards.form import compliance, length, repetition
from training.rewards.substance import numbers, substance

__all__ = ["compliance", "length", "numbers", "repetition", "substance"]

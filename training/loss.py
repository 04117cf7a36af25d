"""The loss over the trained tokens alone, as a plugin of Axolotl beside Liger's: `training.loss.AnswersOnlyPlugin`.

Liger's fused linear cross entropy (0.8) cuts the tokens of a batch into as many slices as the vocabulary is larger than
the hidden size, 170 for Qwen2.5-0.5B, so that a slice's logits take no more memory than its hidden states. Each slice
reads the whole head from memory and, where the head is trained, reads and writes its gradient: with a head this wide
and a model this small that takes longer than the model itself. Here the logits are made once, for the tokens that are
trained: half of a conversation is prompt or padding, whose logits nobody needs. Evaluation does so too, where Liger
makes all logits.
"""

import functools
from typing import TYPE_CHECKING, Any

from axolotl.integrations.base import BasePlugin

if TYPE_CHECKING:
    from torch import Tensor


class AnswersOnlyPlugin(BasePlugin):
    """Puts `answers_only` in the place of Liger's fused loss."""

    def pre_model_load(self, cfg: Any) -> None:
        """Replace the loss; raises ValueError for a config that does not switch Liger's fused loss on."""
        from liger_kernel.transformers.model import loss_utils

        if not cfg.liger_fused_linear_cross_entropy:
            raise ValueError(f"{type(self).__name__} needs liger_fused_linear_cross_entropy: true")
        loss_utils.fixed_fused_linear_cross_entropy = answers_only

    def post_model_build(self, cfg: Any, model: Any) -> None:
        """Have the model compute the loss without logits in evaluation as in training."""
        without_logits(model)


def without_logits(model: Any) -> None:
    """Have a model with Liger's forward pass return no logits wherever it is given labels."""
    forward = model.forward

    @functools.wraps(forward)
    def loss_alone(*arguments: Any, **keys: Any) -> Any:
        if keys.get("labels") is not None:
            keys.setdefault("skip_logits", True)
        return forward(*arguments, **keys)

    model.forward = loss_alone


def answers_only(
    hidden: "Tensor",
    head: "Tensor",
    target: "Tensor",
    num_items_in_batch: "Tensor | int | None" = None,
    ignore_index: int = -100,
    *_: Any,
    **__: Any,
) -> "Tensor":
    """Return the mean cross entropy of the rows of `hidden` [tokens, width] whose `target` [tokens] is not ignored.

    `head` is [vocabulary, width]. The sum is divided by `num_items_in_batch` where that is given: the trained tokens
    of all micro batches of a step. Liger's kernel turns the logits into their gradient in place.
    """
    from liger_kernel.transformers.functional import liger_cross_entropy

    rows = trained_rows(target, ignore_index)
    if not len(rows):
        return hidden.sum() * 0.0
    logits = hidden.index_select(0, rows) @ head.t()
    reduction = "mean" if num_items_in_batch is None else "sum"
    loss: Any = liger_cross_entropy(logits, target.index_select(0, rows), reduction=reduction)
    return loss if num_items_in_batch is None else loss / num_items_in_batch


def trained_rows(target: "Tensor", ignore_index: int) -> "Tensor":
    """Return the places of the tokens that are trained, in order."""
    return (target != ignore_index).nonzero().squeeze(1)

"""The loss over the trained tokens alone, as a plugin of Axolotl beside Liger's: `training.loss.AnswersOnlyPlugin`.

Liger's fused linear cross entropy (0.8) cuts the tokens of a batch into as many slices as the vocabulary is larger than
the hidden size, 170 for Qwen2.5-0.5B, so that a slice's logits take no more memory than its hidden states. Each slice
reads the whole head from memory and, where the head is trained, reads and writes its gradient: with a head this wide
and a model this small that takes longer than the model itself. Here the logits are made once, for the tokens that are
trained: half of a conversation is prompt or padding, whose logits nobody needs. Evaluation does so too, where Liger
makes all logits.
"""

import functools
from typing import Any

from axolotl.integrations.base import BasePlugin
from torch import Tensor
from torch.autograd import Function
from torch.autograd.function import once_differentiable


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
    hidden: Tensor,
    head: Tensor,
    target: Tensor,
    num_items_in_batch: Tensor | int | None = None,
    ignore_index: int = -100,
    *_: Any,
    **__: Any,
) -> Tensor:
    """Return the mean cross entropy, in fp32, of the rows of `hidden` [tokens, width] whose `target` is not ignored.

    `head` is [vocabulary, width], `target` is [tokens]. The sum is divided by `num_items_in_batch` where that is given:
    the trained tokens of all micro batches of a step.
    """
    rows = trained_rows(target, ignore_index)
    if not len(rows):
        # Of both, so that this process takes part in what the others do with the head and its gradient.
        return (hidden.float().sum() + head[0].float().sum()) * 0.0
    logits = hidden.index_select(0, rows) @ head.t()
    total: Any = _SummedCrossEntropy.apply(logits, target.index_select(0, rows))
    return total / (len(rows) if num_items_in_batch is None else num_items_in_batch)


class _SummedCrossEntropy(Function):
    """Liger's kernel, which turns the logits into their gradient in place, under a sum in fp32.

    Liger's own function over logits (0.8) adds the tokens up in the logits' dtype: in bf16 the sum has three digits, in
    fp16 it may overflow. Its fused function, whose place this takes, keeps all in fp32; here the loss of a token is
    still rounded to the logits' dtype, which cancels out in the sum.
    """

    @staticmethod
    def forward(ctx: Any, logits: Tensor, target: Tensor) -> Tensor:
        from liger_kernel.ops.cross_entropy import cross_entropy_forward

        losses, _, _, _, gradient = cross_entropy_forward(
            logits,
            target,
            weight=None,
            ignore_index=-100,
            lse_square_scale=0.0,
            label_smoothing=0.0,
            reduction="none",
            softcap=None,
            return_z_loss=False,
        )
        ctx.save_for_backward(gradient.detach())
        return losses.float().sum()

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, factor: Tensor) -> tuple[Tensor, None]:
        from liger_kernel.ops.cross_entropy import cross_entropy_backward

        (gradient,) = ctx.saved_tensors
        return cross_entropy_backward(gradient, factor), None


def trained_rows(target: Tensor, ignore_index: int) -> Tensor:
    """Return the places of the tokens that are trained, in order."""
    return (target != ignore_index).nonzero().squeeze(1)

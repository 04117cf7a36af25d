"""The model of a run with some of its layers, as Axolotl would hand it to the trainer."""

import copy
import importlib
import inspect
import re
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Any
from unittest.mock import patch

from training.plan.setup import Setup

if TYPE_CHECKING:
    from torch import Tensor, nn
    from transformers import PretrainedConfig

_VARLEN = "planned_varlen"


def build(config: "PretrainedConfig", setup: Setup, layers: int) -> Any:
    """The run's model class with `layers` layers on the meta device; call it inside `without_kernels`."""
    import torch
    from transformers import AutoModelForCausalLM

    shape = copy.deepcopy(config)
    shape.num_hidden_layers, shape.layer_types = layers, (getattr(config, "layer_types", None) or [])[:layers] or None
    shape.use_cache = False
    attention = _VARLEN if setup.attention == "varlen" else setup.attention
    dtype = getattr(torch, setup.dtype)
    with torch.device("meta"):
        model: Any = AutoModelForCausalLM.from_config(shape, dtype=dtype, attn_implementation=attention)
    if setup.fp32_embeddings:
        _embeddings_in_fp32(model)
    _apply_liger(model, setup)
    if setup.answers is not None:
        from training.loss import without_logits

        without_logits(model)
    for name, parameter in model.named_parameters():
        parameter.requires_grad_(not setup.unfrozen or any(re.match(pattern, name) for pattern in setup.unfrozen))
    if setup.checkpointing:
        reentrant = setup.checkpointing == "reentrant"
        model.gradient_checkpointing_enable(gradient_checkpointing_kwargs={"use_reentrant": reentrant})
    if setup.adapter:
        model = _with_adapter(model, setup)
    if setup.checkpointing == "reentrant" or (setup.checkpointing and setup.adapter):
        model.enable_input_require_grads()
    return model


def on_cpu(model: "nn.Module") -> "nn.Module":
    """Give a meta model memory on the CPU, unset; under a FakeTensorMode that is fake too. Ties are kept."""
    import torch

    made: dict[int, Any] = {}
    for module in model.modules():
        for tensors in (module._parameters, module._buffers):
            for name, tensor in tensors.items():
                if tensor is not None and id(tensor) not in made:
                    memory = torch.empty(tensor.shape, dtype=tensor.dtype, device="cpu")
                    trained = tensor.requires_grad
                    is_parameter = tensors is module._parameters
                    made[id(tensor)] = torch.nn.Parameter(memory, trained) if is_parameter else memory
                if tensor is not None:
                    tensors[name] = made[id(tensor)]
    return model


def _embeddings_in_fp32(model: "nn.Module") -> None:
    """A full run without DeepSpeed keeps these in fp32 (axolotl/loaders/model.py, `_configure_embedding_dtypes`)."""
    import torch

    for name, module in model.named_modules():
        embedding = ("embed_tokens" in name or "lm_head" in name) and hasattr(module, "weight")
        if "norm" in name or embedding:
            module.to(torch.float32)


def _apply_liger(model: Any, setup: Setup) -> None:
    if not setup.liger:
        return
    from liger_kernel.transformers.monkey_patch import MODEL_TYPE_TO_APPLY_LIGER_FN

    flags = {name: name in setup.liger for name in ("rope", "rms_norm", "cross_entropy", "fused_linear_cross_entropy")}
    apply = MODEL_TYPE_TO_APPLY_LIGER_FN[model.config.model_type]
    # Gemma's is another one.
    unit = "geglu" if "geglu" in inspect.signature(apply).parameters else "swiglu"
    apply(**flags, **{unit: "glu_activation" in setup.liger}, model=model)


def _with_adapter(model: Any, setup: Setup) -> Any:
    from peft import LoraConfig, get_peft_model

    assert setup.adapter is not None
    rank, linear, targets = setup.adapter
    modules = "all-linear" if linear else list(targets)
    whole: Any = get_peft_model(model, LoraConfig(r=rank, target_modules=modules, task_type="CAUSAL_LM"))
    if setup.kernels:
        from axolotl.monkeypatch.lora_kernels import apply_lora_kernel_patches
        from axolotl.utils.dict import DictDefault

        apply_lora_kernel_patches(whole, DictDefault({f"lora_{part}_kernel": True for part in setup.kernels}))
    return whole


@contextmanager
def without_kernels(model_type: str, setup: Setup) -> Iterator[None]:
    """Triton kernels are called and not launched, so that Liger's own code allocates what it does on a GPU; attention
    over packed rows goes to PyTorch's varlen operator as in Axolotl's sdpa_varlen. All is put back at the end.

    Under fake tensors transformers cannot see whether a row is padded, and makes the mask that padded rows need;
    for others it is told that nothing is being traced, and leaves the mask out.
    """
    from torch import nn
    from transformers import masking_utils
    from transformers.modeling_utils import ALL_ATTENTION_FUNCTIONS
    from triton.runtime.jit import JITFunction

    modeling = importlib.import_module(f"transformers.models.{model_type}.modeling_{model_type}")
    kept = dict(vars(modeling)), nn.functional.cross_entropy
    padded = setup.rows > 1 and setup.attention != "varlen"
    with ExitStack() as stack:
        stack.enter_context(patch.object(JITFunction, "run", lambda *_, **__: None))
        if not padded:
            stack.enter_context(patch.object(masking_utils, "is_tracing", lambda *_: False))
        if setup.answers is not None:
            _loss_of_answers(setup.answers, stack)
        if setup.kernels:
            _lora_kernels(modeling, stack)
        ALL_ATTENTION_FUNCTIONS.register(_VARLEN, _varlen)
        try:
            yield
        finally:
            vars(modeling).update(kept[0])
            nn.functional.cross_entropy = kept[1]


def _loss_of_answers(answers: int, stack: ExitStack) -> None:
    """The run's own loss; which tokens are trained, which a fake tensor cannot tell, are the first `answers`."""
    import torch
    from liger_kernel.transformers.model import loss_utils

    from training import loss

    def rows(target: "Tensor", _: int) -> "Tensor":
        return torch.arange(min(answers, len(target)))

    stack.enter_context(patch.object(loss_utils, "fixed_fused_linear_cross_entropy", loss.answers_only))
    stack.enter_context(patch.object(loss, "trained_rows", rows))


def _lora_kernels(modeling: Any, stack: ExitStack) -> None:
    """Axolotl's forward pass of attention, and its activation without the GPU that it asks for."""
    import torch
    from axolotl.kernels import lora
    from axolotl.monkeypatch import lora_kernels
    from axolotl.utils.dict import DictDefault

    attention = next(kind for name, kind in vars(modeling).items() if name.endswith("Attention"))
    stack.enter_context(patch.object(attention, "forward", attention.forward))
    stack.enter_context(patch.object(lora_kernels, "get_attention_cls_from_config", lambda _: attention))
    stack.enter_context(patch.object(lora, "swiglu_forward", lambda gate, _: torch.empty_like(gate)))
    # In place: the product, and the gradients of both factors.
    stack.enter_context(patch.object(lora, "swiglu_backward", lambda gradient, gate, up: (gradient, gate, up)))
    lora_kernels.patch_self_attn_lora(DictDefault({}))
    stack.callback(delattr, attention, "_original_forward")


def _varlen(
    module: "nn.Module", query: "Tensor", key: "Tensor", value: "Tensor", mask: "Tensor | None" = None, **_: Any
) -> "tuple[Tensor, None]":
    """axolotl/monkeypatch/attention/sdpa_varlen.py: heads of keys and values repeated, rows laid end to end."""
    import torch
    from torch.nn.attention.varlen import varlen_attn

    rows, heads, columns, width = query.shape
    repeats = heads // key.shape[1]
    key, value = (tensor.repeat_interleave(repeats, dim=1) for tensor in (key, value))
    flat = [tensor.transpose(1, 2).reshape(rows * columns, heads, width) for tensor in (query, key, value)]
    starts = torch.zeros(rows + 1, dtype=torch.int32)
    out: Any = varlen_attn(flat[0], flat[1], flat[2], starts, starts, columns, columns, window_size=(-1, 0))
    return out.reshape(rows, columns, heads, width), None

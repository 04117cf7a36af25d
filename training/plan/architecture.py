"""The shape of a base model: from its folder, from what is known here without a hub, or from the hub."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from settings import UserError

if TYPE_CHECKING:
    from transformers import PretrainedConfig

_QWEN = {"model_type": "qwen2", "num_key_value_heads": 2, "vocab_size": 151936}
_LLAMA = {"model_type": "llama", "num_key_value_heads": 3, "vocab_size": 49152}
KNOWN: dict[str, dict[str, Any]] = {
    "Qwen/Qwen2.5-0.5B": {
        **_QWEN,
        "hidden_size": 896,
        "num_hidden_layers": 24,
        "num_attention_heads": 14,
        "intermediate_size": 4864,
        "tie_word_embeddings": True,
    },
    "deepseek-ai/DeepSeek-R1-Distill-Qwen-1.5B": {
        **_QWEN,
        "hidden_size": 1536,
        "num_hidden_layers": 28,
        "num_attention_heads": 12,
        "intermediate_size": 8960,
        "tie_word_embeddings": False,
    },
    "HuggingFaceTB/SmolLM2-135M-Instruct": {
        **_LLAMA,
        "hidden_size": 576,
        "num_hidden_layers": 30,
        "num_attention_heads": 9,
        "intermediate_size": 1536,
        "tie_word_embeddings": True,
    },
}
"""As published; the rest of a config changes neither memory nor arithmetic."""


@dataclass(frozen=True)
class Weights:
    """Counts of parameters: all, those not frozen by name, those of the linear layers, the head, the largest tensor."""

    parameters: int
    unfrozen: int
    multiplied: int
    head: int
    largest: int


def model_config(name: str, base_model: str) -> "PretrainedConfig":
    """The architecture of `base_model`; raises `UserError` where neither folder, list nor hub has it, and for another
    kind of model than those that go on with a text."""
    from transformers import AutoConfig

    if base_model in KNOWN:
        return AutoConfig.for_model(**KNOWN[base_model])
    try:
        config = AutoConfig.from_pretrained(base_model, trust_remote_code=False)
    except (OSError, ValueError) as error:
        raise UserError(
            f"{name}: base_model: the architecture of {base_model} cannot be had: {str(error).splitlines()[0]}",
            hint=f"give a folder with its config.json, or one of those known offline: {', '.join(KNOWN)}",
        ) from error
    _require_decoder(name, base_model, config)
    return config


def _require_decoder(name: str, base_model: str, config: "PretrainedConfig") -> None:
    from transformers.models.auto.modeling_auto import MODEL_FOR_CAUSAL_LM_MAPPING_NAMES as DECODERS

    if config.is_encoder_decoder or config.get_text_config() is not config or config.model_type not in DECODERS:
        kind = "an encoder with a decoder" if config.is_encoder_decoder else "no model of text alone"
        raise UserError(
            f"{name}: base_model: {base_model} is {kind} (model_type {config.model_type})",
            hint="take a causal language model: Qwen, Llama, SmolLM, a Gemma without vision (gemma-3-1b-it), ...",
        )


def count(config: "PretrainedConfig", unfrozen: Sequence[str] = ()) -> Weights:
    """Count the parameters of the real model class, built on the meta device; `unfrozen` holds patterns of names."""
    import torch
    from transformers import AutoModelForCausalLM

    with torch.device("meta"):
        model: Any = AutoModelForCausalLM.from_config(config)
    sizes = {key: parameter.numel() for key, parameter in model.named_parameters()}
    head = model.get_output_embeddings().weight.numel()
    linear = [module for module in model.modules() if isinstance(module, torch.nn.Linear)]
    # The embedding is looked up, not multiplied; a tied head is the same tensor and is multiplied.
    multiplied = sum(module.weight.numel() for module in linear)
    free = sum(size for key, size in sizes.items() if not unfrozen or any(re.match(name, key) for name in unfrozen))
    return Weights(sum(sizes.values()), free, multiplied, head, max(sizes.values()))

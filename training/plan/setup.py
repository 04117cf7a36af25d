"""What Axolotl (0.19) makes of a config: types of the weights, autocast, attention, loss, adapter."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from settings import UserError
from training.plan.zero import Zero, read_zero
from training.render import ANSWERS_ONLY, on_cpu

_KERNELS = ("mlp", "qkv", "o")
_LIGER = ("rope", "rms_norm", "glu_activation", "cross_entropy", "fused_linear_cross_entropy")
_ATTENTION = ("sdpa", "flash_attention_2", "eager", None)


@dataclass(frozen=True)
class Setup:
    """How one step runs on one GPU.

    `dtype` is that of the loaded weights and `autocast` that of the arithmetic ("float32" for none); `rows` sequences
    of `columns` tokens are one micro batch, `evaluated` those of one batch of evaluation (0: none). `checkpointing` is
    None, "reentrant" or "non-reentrant". `answers` are the most tokens of a micro batch that are trained, where logits
    are made for these alone (training/loss.py); None where all have some. `kernels` are Axolotl's for LoRA.
    """

    rows: int
    columns: int
    dtype: str
    autocast: str
    attention: str
    checkpointing: str | None
    liger: tuple[str, ...]
    fp32_embeddings: bool
    answers: int | None
    adapter: tuple[int, bool, tuple[str, ...]] | None
    kernels: tuple[str, ...]
    unfrozen: tuple[str, ...]
    optimizer: str
    evaluated: int
    zero: Zero | None

    def tracked(self) -> dict[str, Any]:
        """What the tracked step depends on: everything but the sharding, of which only its being there counts."""
        return {**asdict(self), "zero": self.zero is not None}


_STEP = 256
"""`answers` in full steps of this: another order of the same conversations then has the same peak."""


def set_up(name: str, config: Mapping[str, Any], columns: int, answers: int) -> Setup:
    """Read `config` as Axolotl does; `columns` is the longest row of a batch, `answers` the most tokens of a batch that
    are trained. Raises `UserError` for what the planner does not cover, such as quantised weights."""
    _refuse(name, config)
    cpu, zero = on_cpu(config), read_zero(config["deepspeed"]) if config.get("deepspeed") else None
    half = "bfloat16" if config.get("bf16") else "float16" if config.get("fp16") else "float32"
    autocast = "bfloat16" if cpu and _has_bfloat16() else half
    kind = config.get("attn_implementation")
    rows = int(config.get("micro_batch_size") or 1)
    return Setup(
        rows=rows,
        columns=columns,
        dtype=half,
        autocast="float32" if zero else autocast,
        attention=_attention(config, cpu, half),
        checkpointing=_checkpointing(config),
        liger=tuple(flag for flag in _LIGER if config.get(f"liger_{flag}")),
        fp32_embeddings=not zero and not config.get("adapter") and kind in ("sdpa", "eager", None),
        answers=min(_STEP * -(-answers // _STEP), rows * columns) if answers_only(config) else None,
        adapter=_adapter(config),
        kernels=_kernels(config),
        unfrozen=tuple(config.get("unfrozen_parameters") or ()),
        optimizer=str(config.get("optimizer", "adamw_torch")),
        evaluated=_evaluated(config),
        zero=zero,
    )


def answers_only(config: Mapping[str, Any]) -> bool:
    """True where the loss, and so the head, is computed for the trained tokens alone."""
    return ANSWERS_ONLY in (config.get("plugins") or [])


def _has_bfloat16() -> bool:
    # Imports Axolotl, which only a CPU run's plan needs.
    from training.cpu import has_bfloat16

    return has_bfloat16()


def _refuse(name: str, config: Mapping[str, Any]) -> None:
    asked = [
        key for key in ("load_in_8bit", "load_in_4bit", "activation_offloading", "fsdp_config", "rl") if config.get(key)
    ]
    if asked:
        raise UserError(
            f"{name}: {asked[0]}: the planner does not cover this", hint="it covers full and LoRA runs of SFT"
        )
    if config.get("gradient_checkpointing") not in (True, False, None):
        raise UserError(f"{name}: gradient_checkpointing must be true or false for the planner")
    if config.get("adapter") not in (None, "lora"):
        raise UserError(f"{name}: adapter: the planner knows lora, got {config['adapter']!r}")
    if config.get("attn_implementation") not in _ATTENTION:
        raise UserError(f"{name}: attn_implementation: the planner knows sdpa, flash_attention_2 and eager")
    if not str(config.get("optimizer", "adamw_torch")).startswith("adamw_torch"):
        raise UserError(f"{name}: optimizer: the planner knows adamw_torch and adamw_torch_fused")


def _attention(config: Mapping[str, Any], cpu: bool, half: str) -> str:
    """Packing on a GPU in half precision runs varlen kernels, which see no mask (patch_manager, sdpa_varlen)."""
    kind = config.get("attn_implementation") or "sdpa"
    if kind == "eager":
        return "eager"
    varlen = kind == "flash_attention_2" or (config.get("sample_packing") and not cpu and half != "float32")
    return "varlen" if varlen else "sdpa"


def _evaluated(config: Mapping[str, Any]) -> int:
    """Rows of a batch of evaluation. Packed ones have the micro batch of training, whatever eval_batch_size says
    (axolotl/core/trainers/base.py, `_create_multipack_sampler`)."""
    if not (config.get("test_datasets") or config.get("val_set_size")):
        return 0
    packed = config.get("sample_packing") and config.get("eval_sample_packing") is not False
    rows = config.get("micro_batch_size") or 1
    return int(rows if packed else config.get("eval_batch_size") or rows)


def _checkpointing(config: Mapping[str, Any]) -> str | None:
    """Axolotl's default is reentrant, unless some parameters are frozen by name (axolotl/utils/config)."""
    if not config.get("gradient_checkpointing"):
        return None
    options = config.get("gradient_checkpointing_kwargs") or {}
    reentrant = options.get("use_reentrant", not config.get("unfrozen_parameters"))
    return "reentrant" if reentrant else "non-reentrant"


def _adapter(config: Mapping[str, Any]) -> tuple[int, bool, tuple[str, ...]] | None:
    if not config.get("adapter"):
        return None
    targets = tuple(config.get("lora_target_modules") or ())
    return int(config["lora_r"]), bool(config.get("lora_target_linear")), targets


def _kernels(config: Mapping[str, Any]) -> tuple[str, ...]:
    """Axolotl's LoRA kernels, which it switches on where no key speaks of any (utils/schemas/config.py)."""
    if not config.get("adapter"):
        return ()
    said = [config.get(f"lora_{part}_kernel") for part in (*_KERNELS, "embedding")]
    return tuple(
        part for part, on in zip(_KERNELS, said, strict=False) if on or not any(key is not None for key in said)
    )

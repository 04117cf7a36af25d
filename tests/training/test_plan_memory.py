"""The planner's memory is what a real step takes, continues over layers without error, and is shared as ZeRO does."""

import ast
from pathlib import Path
from typing import Any

import pytest

from tests.training.measured import measured_peak
from training.plan.architecture import KNOWN, count, model_config
from training.plan.memory import _TRACKED
from training.plan.setup import Setup, set_up
from training.plan.tracking import track, track_layers
from training.plan.zero import Sizes, on_host, read_zero, sharded
from training.render import render

ROWS, COLUMNS = 4, 256
FUSED = ("rope", "rms_norm", "glu_activation", "fused_linear_cross_entropy")
LORA = {"adapter": (8, True, ()), "dtype": "bfloat16", "autocast": "bfloat16"}
KERNELS = ("mlp", "qkv", "o")


def shape(layers: int = 3) -> Any:
    from transformers import AutoConfig

    options = {"hidden_size": 128, "intermediate_size": 384, "num_attention_heads": 4, "num_key_value_heads": 2}
    return AutoConfig.for_model("qwen2", vocab_size=2048, num_hidden_layers=layers, tie_word_embeddings=True, **options)


def setup(**keys: Any) -> Setup:
    plain = {"rows": ROWS, "columns": COLUMNS, "dtype": "float32", "autocast": "float32", "attention": "sdpa"}
    rest = {"checkpointing": None, "liger": (), "fp32_embeddings": False, "adapter": None, "unfrozen": (), "zero": None}
    last = {"optimizer": "adamw_torch", "evaluated": 0, "answers": None, "kernels": ()}
    return Setup(**{**plain, **rest, **last, **keys})


def peak(segments: dict[str, dict[str, float]]) -> float:
    return max(sum(kinds.values()) for kinds in segments.values())


@pytest.mark.parametrize("bf16", [False, True])
@pytest.mark.parametrize("checkpointing", [None, "reentrant"])
@pytest.mark.parametrize("rows", [1, ROWS])
def test_the_predicted_peak_is_the_measured_one(rows: int, checkpointing: str | None, bf16: bool) -> None:
    planned = setup(rows=rows, checkpointing=checkpointing, autocast="bfloat16" if bf16 else "float32")
    measured = measured_peak(shape(), rows, COLUMNS, checkpointing is not None, bf16)
    assert peak(track(shape(), planned)) == pytest.approx(measured, rel=0.1)


@pytest.mark.slow
@pytest.mark.parametrize(("checkpointing", "bf16"), [(None, False), (None, True), ("reentrant", False)])
def test_the_predicted_peak_of_smollm2_is_the_measured_one(checkpointing: str | None, bf16: bool) -> None:
    smollm2 = model_config("a run", "HuggingFaceTB/SmolLM2-135M-Instruct")
    planned = setup(rows=1, columns=384, checkpointing=checkpointing, autocast="bfloat16" if bf16 else "float32")
    measured = measured_peak(smollm2, 1, 384, checkpointing is not None, bf16)
    assert peak(track(smollm2, planned)) == pytest.approx(measured, rel=0.1)


@pytest.mark.parametrize(
    "keys",
    [
        {},
        {"checkpointing": "reentrant", "evaluated": 2},
        {**LORA, "attention": "varlen"},
        {"liger": FUSED, "attention": "varlen"},
        {**LORA, "liger": FUSED[1:2] + FUSED[3:], "attention": "varlen", "kernels": KERNELS, "answers": 512},
    ],
)
def test_memory_is_linear_in_the_layers(keys: dict[str, Any]) -> None:
    planned = setup(**keys)
    continued, tracked = track(shape(6), planned), track_layers(shape(6), planned, 6)
    assert continued.keys() == tracked.keys()
    for segment, kinds in tracked.items():
        assert sum(continued[segment].values()) == pytest.approx(sum(kinds.values()), rel=0.01), segment


def test_the_fused_loss_keeps_no_logits_in_training_and_that_of_the_answers_keeps_theirs() -> None:
    plain, fused = (track(shape(), setup(liger=flags, evaluated=ROWS)) for flags in ((), FUSED[3:]))
    answers = track(shape(), setup(liger=FUSED[3:], evaluated=ROWS, answers=512))
    assert plain["backward, top"]["logits"] >= 3 * ROWS * COLUMNS * 2048 * 4
    assert fused["backward, top"]["logits"] == 0
    assert answers["backward, top"]["logits"] == 512 * 2048 * 4
    assert answers["evaluation"]["logits"] <= 512 * 2048 * 4 < fused["evaluation"]["logits"] / 2


def test_axolotls_lora_kernels_keep_fewer_activations() -> None:
    plain, kernels = (track(shape(), setup(**LORA, attention="varlen", kernels=names)) for names in ((), KERNELS))
    assert kernels["forward"]["activations"] < 0.9 * plain["forward"]["activations"]
    assert plain == track(shape(), setup(**LORA, attention="varlen")), "tracking leaves the classes as they were"


def test_frozen_weights_have_no_gradient_and_no_optimizer_state() -> None:
    whole, some = (track(shape(), setup(unfrozen=names))["step"] for names in ((), (r"^model\.layers\.",)))
    embeddings = 2048 * 128 * 4
    assert whole["gradients"] - some["gradients"] == pytest.approx(embeddings, rel=0.01)
    assert whole["optimizer"] - some["optimizer"] >= 2 * embeddings


@pytest.mark.parametrize(
    ("base_model", "millions"),
    [("Qwen/Qwen2.5-0.5B", 494.0), ("deepseek-ai/DeepSeek-R1-Distill-Qwen-1.5B", 1777.1)],
)
def test_the_known_shapes_have_as_many_parameters_as_published(base_model: str, millions: float) -> None:
    assert base_model in KNOWN
    assert count(model_config("a run", base_model)).parameters / 1e6 == pytest.approx(millions, abs=0.05)


@pytest.mark.parametrize("stage", [1, 2, 3])
def test_gpus_share_what_their_zero_stage_parts(stage: int) -> None:
    zero = read_zero(f"deepspeed_configs/zero{stage}.json")
    sizes = Sizes(parameters=1000, trainable=1000, largest=100, hidden=4)
    segments = {"forward": {"weights": 2000.0, "gradients": 0.0, "optimizer": 0.0, "activations": 7.0}}
    one, four = (sharded(zero, sizes, segments, 2, gpus, accumulates=True)["forward"] for gpus in (1, 4))
    assert one["optimizer"] == 12_000
    assert four["optimizer"] == 3_000
    assert (one["gradients"], four["gradients"]) == ((2000, 2000) if stage == 1 else (2000, 500))
    assert four["activations"] == 7
    assert one["weights"] == 2000


@pytest.mark.parametrize(("stage", "copied"), [(1, 2e9), (2, 2e9), (3, 1e9)])
def test_the_gradients_of_a_step_are_copied_whole_but_under_stage_3(stage: int, copied: float) -> None:
    zero = read_zero(f"deepspeed_configs/zero{stage}.json")
    step = sharded(zero, Sizes(2_000_000_000, 2_000_000_000, 100, 4), {}, 2, 1, accumulates=False)["step"]
    assert step["temporaries"] == (2 + 4) * copied, "flat in bf16, and that in fp32 (stage_1_and_2.py and stage3.py)"


def test_offloading_moves_the_optimizer_to_the_host() -> None:
    zero = read_zero("deepspeed_configs/zero3_offload.json")
    sizes = Sizes(parameters=1000, trainable=1000, largest=100, hidden=4)
    segments = {"forward": {"weights": 2000.0, "gradients": 0.0, "optimizer": 0.0, "activations": 7.0}}
    assert sharded(zero, sizes, segments, 2, 1, accumulates=False)["forward"]["optimizer"] == 0
    assert on_host(zero, sizes, 2) == 20_000


def test_a_config_is_read_as_axolotl_reads_it() -> None:
    full = set_up("a run", render("configs/qwen-full.yml"), 2048, 4000)
    assert (full.dtype, full.autocast, full.attention, full.fp32_embeddings) == ("bfloat16", "float32", "varlen", False)
    assert full.answers == 4096
    config = {**render("configs/qwen-full.yml"), "deepspeed": None, "plugins": [], "eval_batch_size": 1}
    plain = set_up("a run", config, 2048, 4000)
    assert (plain.autocast, plain.fp32_embeddings, plain.answers) == ("bfloat16", True, None)
    assert plain.evaluated == 4, "packed rows of evaluation are as many as those of training"
    assert set_up("a run", {**config, "eval_sample_packing": False}, 2048, 1).evaluated == 1
    assert set_up("a run", render("configs/deepseek-full-gc.yml"), 2048, 1).checkpointing == "reentrant"


@pytest.mark.parametrize(
    ("keys", "kernels"),
    [({}, KERNELS), ({"lora_mlp_kernel": True}, ("mlp",)), ({"lora_o_kernel": False}, ())],
)
def test_lora_kernels_are_on_where_no_key_speaks_of_them(keys: dict[str, bool], kernels: tuple[str, ...]) -> None:
    config = {key: value for key, value in render("configs/qwen-lora.yml").items() if not key.endswith("_kernel")}
    found = set_up("a run", {**config, **keys}, 2048, 1)
    assert (found.adapter, found.kernels) == ((16, True, ()), kernels)


def _imported(file: str, root: Path) -> set[str]:
    """The modules of `training`, as files from its folder, that a file imports anywhere."""
    found = set()
    for node in ast.walk(ast.parse((root / "training" / file).read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "training":
            named = [str(node.module), *(f"{node.module}.{alias.name}" for alias in node.names)]
            found |= {f"{name.removeprefix('training.').replace('.', '/')}.py" for name in named}
    return {file for file in found if (root / "training" / file).is_file()}


def test_a_kept_figure_depends_on_every_module_that_tracks_a_step(root: Path) -> None:
    read_as_values = {"plan/setup.py"}
    found, waiting = set(), {"plan/tracking.py"}
    while waiting:
        found |= waiting
        waiting = {other for file in waiting for other in _imported(file, root)} - found - read_as_values
    assert found == set(_TRACKED)

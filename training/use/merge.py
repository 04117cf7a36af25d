"""`just merge`: a LoRA adapter becomes a whole model, by Axolotl's merge-lora."""

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import yaml

from outline import StructureSpec
from settings import UserError, console, read_yaml
from settings.model_folder import has_template
from training.base_models import is_model_folder
from training.use.models import RUN, Model, base_of, draft_in, require_template
from training.use.prompt import keep_system_prompt

MERGED = "merged"
TOKENIZER = ("tokenizer*", "vocab.*", "merges.txt", "special_tokens_map.json", "added_tokens.json", "chat_template.*")
_WEIGHTS = ("*.safetensors", "*.safetensors.index.json", "config.json", "generation_config.json")


def merge(model: Model, spec: StructureSpec) -> Path:
    """Merge the adapter into its base model and return the new folder, `merged` inside the adapter's.

    Tokenizer, chat template and end of turn are the adapter's, so that the merged model is asked and stops as the
    adapter did: Axolotl copies those of the base model. Raises `UserError` for what is no adapter, and for one whose
    base model is not to be had.
    """
    if model.kind != "adapter":
        raise UserError(f"{model.path}: this is no LoRA adapter, so there is nothing to merge")
    adapter, out = model.path, model.path / MERGED
    run = read_yaml(adapter / RUN) if (adapter / RUN).is_file() else {}
    if run.get("adapter") == "qlora" or run.get("load_in_4bit"):
        raise UserError(
            f"{adapter}: it was trained over 4-bit weights, which is not tried here",
            hint=f"on a GPU: axolotl merge-lora {adapter / RUN}",
        )
    base = base_of(adapter)
    tokenizer = adapter if has_template(adapter) else base
    require_template(tokenizer)
    console.print(f"merging {adapter} into {base} (about a minute, most of it imports)")
    with draft_in(adapter) as draft:
        _run_axolotl(adapter, base, draft)
        whole = draft / "whole"
        _collect(draft / MERGED, tokenizer, whole)
        if (adapter / RUN).is_file():
            shutil.copy2(adapter / RUN, whole)
        keep_system_prompt(adapter, whole, spec)
        _end_turns(whole)
        shutil.rmtree(out, ignore_errors=True)
        whole.replace(out)
    return out


def _run_axolotl(adapter: Path, base: Path, draft: Path) -> None:
    """Have Axolotl leave the merged weights in `draft/merged`; its own output is shown only when it fails."""
    config = draft / "merge.yml"
    config.write_text(yaml.safe_dump(_config(adapter, base, draft)), encoding="utf-8")
    command = [sys.executable, "-m", "axolotl.cli.merge_lora", str(config)]
    environment = {**os.environ, "HF_HUB_OFFLINE": "1"}
    done = subprocess.run(
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
    )
    if done.returncode or not any((draft / MERGED).glob("*.safetensors")):
        raise UserError(f"{adapter}: Axolotl could not merge it:\n{done.stdout.strip()[-2000:]}")


def _config(adapter: Path, base: Path, draft: Path) -> dict[str, Any]:
    """The least that Axolotl's schema wants. The run's own config may ask for a GPU, or for data that is not here."""
    return {
        "adapter": "lora",
        "lora_r": 8,  # the schema wants one; what counts is adapter_config.json
        "lora_target_linear": True,
        "base_model": str(base.resolve()),
        "lora_model_dir": str(adapter.resolve()),
        "output_dir": str(draft.resolve()),
        "datasets": [{"path": "none.jsonl", "type": "chat_template"}],
        "micro_batch_size": 1,
        "gradient_accumulation_steps": 1,
        "learning_rate": 1.0e-4,
        "bf16": False,
    }


def _collect(merged: Path, tokenizer: Path, whole: Path) -> None:
    """Take the weights from Axolotl's folder and the tokenizer from its own; leave what else the base model's held."""
    whole.mkdir()
    for folder, patterns in ((merged, _WEIGHTS), (tokenizer, TOKENIZER)):
        for path in {path for pattern in patterns for path in folder.glob(pattern) if path.is_file()}:
            shutil.copy2(path, whole)
    for weights in whole.glob("*.safetensors"):
        weights.chmod(0o644)
    if not is_model_folder(whole):
        raise UserError(f"{merged}: the merge has left no whole model", hint="this is a fault of ours or of Axolotl's")


def _end_turns(whole: Path) -> None:
    """Let generation end where the tokenizer of the training ends a turn, and where the base model ended it too."""
    from transformers import AutoTokenizer, GenerationConfig

    tokenizer = AutoTokenizer.from_pretrained(whole)
    try:
        config = GenerationConfig.from_pretrained(whole)
    except OSError:
        config = GenerationConfig()
    old = config.eos_token_id if isinstance(config.eos_token_id, list) else [config.eos_token_id]
    ends = [id for id in dict.fromkeys([tokenizer.eos_token_id, *old]) if id is not None]
    config.eos_token_id = ends[0] if len(ends) == 1 else ends
    config.pad_token_id = tokenizer.pad_token_id
    config.save_pretrained(whole)

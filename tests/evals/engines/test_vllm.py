"""A model through lm-eval's vLLM class. vLLM wants a GPU: the `vllm` here is a stand-in that says what it got."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from evals.config import EvalConfig
from evals.harness import evaluate
from outline import StructureSpec
from settings import UserError, load_config, read_jsonl

pytestmark = pytest.mark.slow

STAND_IN = {
    "vllm/__init__.py": """
import json, os
from types import SimpleNamespace

class SamplingParams(SimpleNamespace):
    structured_outputs = None

def TokensPrompt(prompt_token_ids):
    return prompt_token_ids

class LLM:
    def __init__(self, **arguments):
        self.llm_engine = SimpleNamespace(model_config=SimpleNamespace(max_model_len=2048))

    def generate(self, prompts, sampling_params, **_):
        held = [getattr(each.structured_outputs, "grammar", None) for each in sampling_params]
        asked = {"prompts": len(prompts), "max_tokens": [each.max_tokens for each in sampling_params],
                 "seeds": [each.seed for each in sampling_params], "grammars": held}
        with open(os.environ["VLLM_RECORD"], "a") as file:
            file.write(json.dumps(asked) + "\\n")
        text = "- rest\\n  - the ankle\\n    - for two days"
        made = [SimpleNamespace(text=text, finish_reason="length" if len(prompt) % 2 else "stop", token_ids=prompt[:7])
                for prompt in prompts]
        return [SimpleNamespace(outputs=[each]) for each in made]
""",
    "vllm/lora/__init__.py": "",
    "vllm/lora/request.py": "class LoRARequest:\n    pass\n",
    "vllm/entrypoints/__init__.py": "",
    "vllm/entrypoints/chat_utils.py": "def resolve_hf_chat_template(**_):\n    return None\n",
    "vllm/tokenizers.py": """
def get_tokenizer(name, **_):
    from transformers import AutoTokenizer
    return AutoTokenizer.from_pretrained(name)
""",
    "vllm/utils/__init__.py": "",
    "vllm/utils/network_utils.py": "def get_open_port():\n    return 0\n",
    "vllm/sampling_params.py": "from types import SimpleNamespace as StructuredOutputsParams\n",
    "vllm-0.20.2.dist-info/METADATA": "Metadata-Version: 2.1\nName: vllm\nVersion: 0.20.2\n",
}
RUN = """
import sys
from evals.config import EvalConfig
from evals.harness import evaluate
from settings import load_config
result = evaluate(load_config(sys.argv[1], EvalConfig, sys.argv[2:])).results[0]
assert result.error is None, result.error
"""


@pytest.fixture
def stand_in(tmp_path: Path) -> Path:
    folder = tmp_path / "site"
    for name, text in STAND_IN.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return folder


def entry(model: Path, **keys: Any) -> str:
    return "models=" + json.dumps([{"name": "served", "path": str(model), "engine": "vllm", **keys}])


def test_completions_come_in_batches_with_reasons_tokens_and_the_grammar(
    stand_in: Path, tmp_path: Path, tiny_model: Path, config_file: Path, root: Path, spec: StructureSpec
) -> None:
    record = tmp_path / "record.jsonl"
    paths = os.pathsep.join([str(stand_in), str(root)])
    environment = {**os.environ, "PYTHONPATH": paths, "VLLM_RECORD": str(record)}
    command = [sys.executable, "-c", RUN, str(config_file), entry(tiny_model, constrained=True)]
    done = subprocess.run(command, env=environment, cwd=root, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-3000:]
    asked = read_jsonl(record)
    assert [each["prompts"] for each in asked] == [2, 2, 1]
    assert {grammar for each in asked for grammar in each["grammars"]} == {spec.grammar()}
    assert {limit for each in asked for limit in each["max_tokens"]} == {12}
    kept = read_jsonl(Path(load_config(config_file, EvalConfig).out, "served/outline/completions.jsonl"))
    assert sorted(row["id"] for row in kept) == [0, 1, 2, 3, 4]
    assert {row["tokens"] for row in kept} == {7}
    assert {row["finish_reason"] for row in kept} <= {"stop", "length"}


def test_without_the_package_the_engine_is_refused(config_file: Path, tiny_model: Path) -> None:
    with pytest.raises(UserError, match="engine: vllm needs the package vllm"):
        evaluate(load_config(config_file, EvalConfig, [entry(tiny_model)]))

"""The house rules that a reader relies on: imports run downward, the contract's numbers stand in one place."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
GROUND = {"pydantic", "pydantic_core", "pyromark", "yaml", "rich", "snowballstemmer"}
MAY_IMPORT = {
    "settings": set(),
    "outline": {"settings"},
    "llm": {"settings"},
    "prep": {"settings", "outline", "llm"},
    "training": {"settings", "outline", "llm"},
    "evals": {"settings", "outline", "llm"},
    "doctor": {"settings"},
    "docs": {"settings", "outline", "llm", "prep", "training", "evals"},
    "benchmarks": {"settings", "outline", "llm", "prep", "training", "evals"},
}
HEAVY = {
    *("torch", "transformers", "datasets", "langchain_core", "lm_eval", "openai", "axolotl", "evaluate"),
    *("pandas", "rouge_score", "scipy", "sentence_transformers", "statsmodels"),
}
ADAPTERS = {
    "benchmarks/clients/langchain.py": {"langchain_core"},
    "benchmarks/clients/processes.py": {"openai"},
    "benchmarks/train_meter.py": {"transformers"},
    "benchmarks/train_plugin.py": {"axolotl"},
    "prep/prompts.py": {"langchain_core"},
    "llm/batch_answers.py": {"openai"},
    "llm/batches.py": {"openai"},
    "llm/client.py": {"openai"},
    "llm/faults.py": {"openai"},
    "training/cpu.py": {"axolotl"},
    "training/dpo.py": {"axolotl"},
    "training/loss.py": {"axolotl", "torch"},
    "training/plan/tracker.py": {"torch"},
    "training/rewards/structure.py": {"axolotl"},
    "evals/engines/endpoint.py": {"lm_eval"},
    "evals/engines/hf.py": {"lm_eval", "transformers"},
    "evals/engines/recording.py": {"lm_eval"},
    "evals/engines/vllm.py": {"lm_eval"},
    "evals/metrics/reference_agreement/reference_agreement.py": {"datasets", "evaluate"},
    "evals/metrics/rouge_l/rouge_l.py": {"datasets", "evaluate"},
    "evals/metrics/structure_compliance/structure_compliance.py": {"datasets", "evaluate"},
    "evals/metrics/unsupported_numbers/unsupported_numbers.py": {"datasets", "evaluate"},
}
"""Modules whose subject is such a library: they are imported only by the command that needs them."""


def modules(package: str) -> list[Path]:
    found = sorted((ROOT / package).rglob("*.py"))
    assert found, f"{package} holds no module"
    return found


def imported(nodes: list[ast.AST]) -> set[str]:
    names = {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
    names |= {node.module or "" for node in nodes if isinstance(node, ast.ImportFrom)}
    return {name.split(".")[0] for name in names}


@pytest.mark.parametrize("package", MAY_IMPORT)
def test_imports_run_downward_only(package: str) -> None:
    for module in modules(package):
        ours = imported(list(ast.walk(ast.parse(module.read_text())))) & set(MAY_IMPORT)
        assert ours <= MAY_IMPORT[package] | {package}, f"{module.relative_to(ROOT)} imports {ours}"


@pytest.mark.parametrize("package", ["outline", "settings", "doctor"])
def test_the_ground_floor_needs_only_its_few_libraries(package: str) -> None:
    for module in modules(package):
        others = imported(list(ast.parse(module.read_text()).body)) - set(MAY_IMPORT) - set(sys.stdlib_module_names)
        assert others <= GROUND, f"{module.relative_to(ROOT)} imports {others}"


@pytest.mark.parametrize("package", MAY_IMPORT)
def test_only_an_adapter_imports_a_heavy_library_at_its_top(package: str) -> None:
    for module in modules(package):
        name = module.relative_to(ROOT).as_posix()
        heavy = imported(list(ast.parse(module.read_text()).body)) & HEAVY
        assert heavy <= ADAPTERS.get(name, set()), f"{name} imports {heavy} at its top"


@pytest.mark.parametrize(
    "command",
    [
        *("outline.__main__", "doctor.__main__", "prep.pipeline", "training.__main__", "evals.__main__"),
        "benchmarks.train_gpu",
    ],
)
def test_a_command_starts_without_the_heavy_libraries(command: str) -> None:
    script = f"import sys, {command}; print(*sorted(set(sys.modules) & {HEAVY}))"
    loaded = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, cwd=ROOT)
    assert loaded.stdout.split() == []

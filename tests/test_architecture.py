"""The house rules that a reader relies on: imports run downward, the contract's numbers stand in one place."""

import ast
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
GROUND = {"markdown_it", "pydantic", "pydantic_core", "yaml", "rich", "snowballstemmer"}
MAY_IMPORT = {
    "settings": set(),
    "outline": {"settings"},
    "llm": {"settings"},
    "prep": {"settings", "outline", "llm"},
    "training": {"settings", "outline", "llm"},
    "evals": {"settings", "outline", "llm"},
}
HEAVY = {"torch", "transformers", "datasets", "langchain_core", "lm_eval", "openai", "axolotl", "evaluate"}


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


@pytest.mark.parametrize("package", ["outline", "settings"])
def test_the_ground_floor_needs_only_its_few_libraries(package: str) -> None:
    for module in modules(package):
        others = imported(list(ast.parse(module.read_text()).body)) - set(MAY_IMPORT) - set(sys.stdlib_module_names)
        assert others <= GROUND, f"{module.relative_to(ROOT)} imports {others}"


@pytest.mark.parametrize("package", ["outline", "settings", "prep"])
def test_a_module_of_the_domain_loads_without_the_heavy_libraries(package: str) -> None:
    # llm, training and evals have modules whose subject is such a library; their commands import those late.
    for module in modules(package):
        heavy = imported(list(ast.parse(module.read_text()).body)) & HEAVY
        assert not heavy, f"{module.relative_to(ROOT)} imports {heavy} at its top"

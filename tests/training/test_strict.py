"""Problems with a config, told against a schema small enough to read."""

from typing import Any

import pytest

from training.strict import find_problems

DATASET = {"type": "object", "properties": {"path": {"type": "string"}, "split": {"type": "string"}}}
PREFERENCES = {"type": "object", "properties": {"chosen": {"type": "string"}, "rejected": {"type": "string"}}}
SCHEMA = {
    "type": "object",
    "properties": {
        "learning_rate": {"anyOf": [{"type": "string"}, {"type": "number"}]},
        "bf16": {"anyOf": [{"const": "auto"}, {"type": "boolean"}, {"type": "null"}]},
        "epochs": {"type": "integer", "minimum": 1},
        "datasets": {
            "anyOf": [{"type": "array", "items": {"anyOf": [DATASET, PREFERENCES]}}, {"type": "null"}],
        },
        "kwargs": {"type": "object", "additionalProperties": True, "properties": {}},
    },
    "required": ["learning_rate"],
}


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"learning_rte": 1}, "learning_rte is not a key of Axolotl; did you mean learning_rate?"),
        ({"zzz": 1}, "zzz is not a key of Axolotl, and none of its keys is spelled nearly so"),
        ({"datasets": [{"path": "a", "splt": "b"}]}, "datasets.0.splt is not a key of Axolotl; did you mean split?"),
        ({"datasets": "a"}, "datasets must be array or null, got 'a'"),
        ({"epochs": 0}, "epochs must be integer at least 1, got 0"),
        ({"bf16": "yes"}, "bf16 must be 'auto' or boolean or null, got 'yes'"),
    ],
)
def test_a_mistake_is_told_with_its_place_and_remedy(change: dict[str, Any], problem: str) -> None:
    assert find_problems({"learning_rate": 0.1, **change}, SCHEMA) == [problem]


def test_a_missing_key_is_named() -> None:
    assert find_problems({}, SCHEMA) == ["learning_rate is missing"]


def test_every_mistake_is_told_at_once() -> None:
    assert len(find_problems({"a": 1, "b": 2, "epochs": "x"}, SCHEMA)) == 4


def test_what_the_schema_leaves_open_stays_open() -> None:
    assert find_problems({"learning_rate": "1e-4", "kwargs": {"anything": 1}, "datasets": None}, SCHEMA) == []

"""A GRPO run rewards the structure that its config names."""

from collections.abc import Iterator

import pytest

from outline import StructureSpec
from training.rewards import compliance
from training.rewards.form import hold_to
from training.rewards.structure import StructurePlugin

TWO_LEVELS = "- Restart it\n  - It clears the cache"


@pytest.fixture
def plugin() -> Iterator[StructurePlugin]:
    yield StructurePlugin()
    hold_to(StructureSpec.load())


def rewarded() -> bool:
    """Whether an outline of two levels gets all that there is to get."""
    prompt = [{"role": "user", "content": "it is slow"}]
    return compliance(prompts=[prompt], completions=[[{"role": "assistant", "content": TWO_LEVELS}]]) == [1]


def test_the_structure_that_is_rewarded_is_the_one_that_the_run_names(plugin: StructurePlugin) -> None:
    assert not rewarded()
    plugin.register({"spec": "configs/it-support/outline.yml"})
    assert rewarded()


@pytest.mark.parametrize("config", [{}, {"spec": None}])
def test_a_run_that_names_none_rewards_the_shipped_one(plugin: StructurePlugin, config: dict[str, None]) -> None:
    plugin.register({"spec": "configs/it-support/outline.yml"})
    plugin.register(config)
    assert not rewarded()

"""The system message that a model is asked under is, to the letter, the one that the dataset was written with."""

from pathlib import Path

import pytest
import yaml

from outline import StructureSpec
from prep.chat import system_prompt as of_the_dataset
from training.use.prompt import project_prompt


@pytest.mark.parametrize("template", ["You are a doctor. {structure}\n", 'Answer {"a": 1} never. {structure} {', "{0}"])
def test_the_projects_message_is_that_of_its_dataset(
    template: str, spec: StructureSpec, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "configs").mkdir()
    (tmp_path / "configs/prep.yml").write_text(yaml.safe_dump({"chat": {"system": template}}), encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    assert project_prompt(spec) == of_the_dataset(template, spec)

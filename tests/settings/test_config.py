from pathlib import Path
from typing import Annotated, Literal

import pytest
from pydantic import Field

from settings import Settings, UserError, load_config, split_overrides


class Limits(Settings):
    concurrency: int = Field(ge=1)
    seconds: float = 1.0


class Config(Settings):
    limits: Limits
    names: tuple[str, ...] = ()


class Listed(Settings):
    runs: tuple[Config, ...] = Field(min_length=1)
    title: str = Field(default="x", min_length=1)


class Limited(Limits):
    kind: Literal["limited"]


class Free(Settings):
    kind: Literal["free"]


class Tagged(Settings):
    one: Annotated[Limited | Free, Field(discriminator="kind")]
    many: tuple[Limits, ...]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "run.yml"
    path.write_text("limits: {concurrency: 4}\nnames: [a, b]\n")
    return path


def test_overrides_reach_nested_keys_and_are_read_as_yaml(file: Path) -> None:
    config = load_config(file, Config, ["limits.concurrency=64", "names=[c]", "limits.seconds=0.5"])
    assert config == Config(limits=Limits(concurrency=64, seconds=0.5), names=("c",))


def test_an_override_reaches_an_entry_of_a_list_and_leaves_its_other_keys(tmp_path: Path) -> None:
    (tmp_path / "run.yml").write_text("runs: [{limits: {concurrency: 1}}, {limits: {concurrency: 2}, names: [a, b]}]")
    config = load_config(tmp_path / "run.yml", Listed, ["runs.1.limits.concurrency=9", "runs.1.names.0=c"])
    assert [run.limits.concurrency for run in config.runs] == [1, 9]
    assert config.runs[1].names == ("c", "b")
    with pytest.raises(UserError, match=r"runs\.1\.names\.2: there is no such entry"):
        load_config(tmp_path / "run.yml", Listed, ["runs.1.names.2=c"])


@pytest.mark.parametrize(
    ("overrides", "message"),
    [
        (["names.²=c"], "names must be a valid tuple"),
        (["names.2=c"], "names.2: there is no such entry, the list holds 2 (the first is names.0)"),
        (["limits.concurrency=0"], "limits.concurrency must be greater than or equal to 1, got 0"),
        (["limits.concurency=3"], "limits.concurency is not a known key; did you mean concurrency?"),
        (["colour=red"], "colour is not a known key; allowed: limits, names"),
        (["limits.concurrency=many"], "limits.concurrency must be a valid integer"),
        (["limits=[]"], "limits must be a valid dictionary"),
        (["names=[a"], "the value is not valid YAML"),
    ],
)
def test_a_mistake_is_named_with_its_place(file: Path, overrides: list[str], message: str) -> None:
    with pytest.raises(UserError) as caught:
        load_config(file, Config, overrides)
    assert message in str(caught.value)


def test_the_tag_of_a_union_is_no_part_of_a_key(tmp_path: Path) -> None:
    (tmp_path / "run.yml").write_text("one: {kind: limited, concurrency: 0}\nmany: [{concurrency: 0}]")
    with pytest.raises(UserError) as caught:
        load_config(tmp_path / "run.yml", Tagged)
    assert "run.yml: one.concurrency must be" in str(caught.value)
    assert "run.yml: many.0.concurrency must be" in str(caught.value)


def test_all_mistakes_are_told_at_once(file: Path) -> None:
    with pytest.raises(UserError) as caught:
        load_config(file, Config, ["limits.concurrency=0", "colour=red"])
    assert len(str(caught.value).splitlines()) == 2


def test_a_mistake_deep_in_a_list_is_the_only_one_told(file: Path) -> None:
    file.write_text("runs: [{limits: {concurrency: 0}}]")
    with pytest.raises(UserError) as caught:
        load_config(file, Listed)
    assert str(caught.value) == f"{file}: runs.0.limits.concurrency must be greater than or equal to 1, got 0"


def test_what_is_empty_is_told_in_plain_words(file: Path) -> None:
    file.write_text("runs: []\ntitle: ''")
    with pytest.raises(UserError) as caught:
        load_config(file, Listed)
    said = ["runs must have at least 1 entry, got []", "title must have at least 1 character, got ''"]
    assert str(caught.value).splitlines() == [f"{file}: {each}" for each in said]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a: [", "not valid YAML"),
        ("- 1", "mapping"),
        ("{}", "limits is missing"),
        ("limits:\n  concurrency: 4\n  seconds: 2\n  concurrency: 64", "concurrency stands twice .* line 4"),
        ("limits: {concurrency: 4, concurrency: 4}", "concurrency stands twice .* line 1"),
    ],
)
def test_a_file_that_is_no_config_is_refused(file: Path, text: str, message: str) -> None:
    file.write_text(text)
    with pytest.raises(UserError, match=message):
        load_config(file, Config)


def test_a_key_may_stand_beside_a_mapping_that_is_merged_in(file: Path) -> None:
    file.write_text("limits: {<<: {concurrency: 4, seconds: 2}, concurrency: 8}")
    assert load_config(file, Config).limits == Limits(concurrency=8, seconds=2)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"gone\.yml: the config cannot be read"):
        load_config(tmp_path / "gone.yml", Config)


def test_overrides_are_told_from_options_and_paths() -> None:
    assert split_overrides(["--limit", "16", "teacher.model=x=y", "data/a=b.jsonl"]) == (
        ["teacher.model=x=y"],
        ["--limit", "16", "data/a=b.jsonl"],
    )


def test_a_long_wrong_value_does_not_hide_what_is_said(file: Path) -> None:
    with pytest.raises(UserError) as error:
        load_config(file, Config, [f"limits.concurrency={'x' * 5000}"])
    assert "limits.concurrency must be a valid integer" in error.value.message
    assert len(error.value.message) < 400

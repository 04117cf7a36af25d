"""docs/config.md says what the schemas say, today."""

import datetime
from pathlib import Path
from typing import Annotated, Any, Literal

import pytest
import yaml
from pydantic import Field, FilePath

from docs.__main__ import main
from docs.config import SCHEMAS, render
from docs.keys import Key, meanings, sections
from llm.endpoint import Url
from settings import Settings, UserError, load_config


class Inner(Settings):
    """Of one kind.

    Beyond the first paragraph.
    """

    name: Literal["inner"]
    share: float = Field(ge=0, lt=1, description="of all | of them")


class Other(Settings):
    """Of another kind."""

    name: Literal["other"]


class Outer(Settings):
    kind: Annotated[Inner | Other, Field(discriminator="name")]
    many: tuple[Inner, ...] = ()
    pairs: tuple[tuple[str, str], ...] | None = None
    url: Url
    file: FilePath
    mode: Literal["a", "b"] | None = None
    """which one"""
    day: datetime.date = datetime.date(2025, 1, 2)
    extra: dict[str, Any] = Field(default_factory=dict)
    big: int = Field(default=20000, gt=0, le=50000)
    label: str = Field(default="", pattern="^x")


def keys(schema: type[Settings]) -> dict[str, Key]:
    return {key.path: key for section in sections(schema) for key in section.keys}


def test_the_page_is_current() -> None:
    page = Path("docs/config.md").read_text(encoding="utf-8")
    assert page == render(), "docs/config.md is not what the schemas say: `just docs` rewrites it"


def test_check_tells_a_page_that_is_not_and_writes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert main(["--check"]) == 0
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UserError, match="not what the schemas say"):
        main(["--check"])
    assert list(tmp_path.iterdir()) == []
    assert main([]) == 0
    assert main(["--check"]) == 0


@pytest.mark.parametrize("name", SCHEMAS)
def test_every_key_has_a_meaning(name: str) -> None:
    assert [path for path, key in keys(SCHEMAS[name]).items() if not key.meaning] == []


SHIPPED = [
    (name, path)
    for name in ("outline", "prep", "questions", "eval", "prices")
    for path in sorted(Path("configs").rglob(f"{name}*.yml"))
]


@pytest.mark.parametrize(("name", "path"), SHIPPED, ids=[str(path) for _, path in SHIPPED])
def test_every_key_of_a_shipped_config_stands_in_the_page(name: str, path: Path) -> None:
    documented = keys(SCHEMAS[name])
    for key in _dotted(yaml.safe_load(path.read_text(encoding="utf-8"))):
        assert key in documented or any(
            key.startswith(f"{known}.") for known, told in documented.items() if _open(told)
        )


def _dotted(values: Any, path: str = "") -> list[str]:
    if isinstance(values, dict):
        return [key for name, value in values.items() for key in _dotted(value, f"{path}.{name}" if path else name)]
    if isinstance(values, list) and values and isinstance(values[0], dict):
        return [key for value in values for key in _dotted(value, f"{path}[]")]
    return [path]


def _open(key: Key) -> bool:
    """Whether a key's own keys are free, or told at another one."""
    return key.type.startswith("mapping of") or "Keys as in" in key.meaning


def test_types_defaults_and_bounds_are_told_as_yaml_has_them() -> None:
    told = keys(Outer)  # of the two `kind.name` the later one
    assert [(key.type, key.default, key.allowed) for key in told.values()] == [
        ("mapping", "required", ""),
        ("list of mapping", "`[]`", ""),
        ("list of [text, text] or null", "`null`", ""),
        ("URL", "required", ""),
        ("path of an existing file", "required", ""),
        ("text or null", "`null`", "`a`, `b`"),
        ("date", "`2025-01-02`", ""),
        ("mapping of text to anything", "`{}`", ""),
        ("whole number", "`20000`", "more than 0, at most 50,000"),
        ("text", '`""`', "`^x`"),
        ("text", "required", "`other`"),
        ("number", "required", "at least 0, less than 1"),
    ]


def test_meanings_come_from_descriptions_docstrings_and_the_schema_below() -> None:
    assert meanings(Outer) == {"mode": "which one"}
    assert keys(Outer)["mode"].meaning == "Which one."
    assert keys(Outer)["kind"].meaning == "Of one kind. Of another kind."
    assert keys(Outer)["many"].meaning == "Keys as in `kind`."
    assert keys(Outer)["kind.share"].meaning == "Of all | of them."


def test_each_schema_within_has_a_section_named_by_its_place_and_tag() -> None:
    assert [section.heading for section in sections(Outer)] == [
        "",
        "`kind`, `name: inner`",
        "`kind`, `name: other`",
    ]


def test_a_default_that_is_shown_loads(tmp_path: Path) -> None:
    file = tmp_path / "x.txt"
    file.touch()
    shown = {path: key.default.strip("`") for path, key in keys(Outer).items() if key.default.startswith("`")}
    given = {"kind": {"name": "other"}, "url": "http://127.0.0.1", "file": str(file), "label": "x"}
    text = yaml.safe_dump(given) + "\n".join(f"{path}: {text}" for path, text in shown.items() if path != "label")
    (tmp_path / "outer.yml").write_text(text)
    loaded = load_config(tmp_path / "outer.yml", Outer)
    assert loaded == Outer.model_validate(given)

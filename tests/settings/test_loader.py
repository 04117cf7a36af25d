"""What an unquoted value is, in a config and behind a command alike."""

from pathlib import Path
from typing import Any

import pytest

from settings import Settings, UserError, apply_overrides, load_config, read_yaml


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("010", 10),
        ("08", 8),
        ("-7", -7),
        ("1_000", 1000),
        ("0x10", 16),
        ("0o10", 8),
        ("1e-5", 1e-5),
        ("2E3", 2000.0),
        ("1_0.5", 10.5),
        ("2024_", "2024_"),
        ("1__0", "1__0"),
        (".5", 0.5),
        ("-.inf", float("-inf")),
        ("1:30", "1:30"),
        ("190:20:30.15", "190:20:30.15"),
        ("2025-11-30", "2025-11-30"),
        ("1,000", "1,000"),
        ("1e5x", "1e5x"),
        ("0x", "0x"),
        ("=", "="),
        ("+", "+"),
        ("no", False),
        ("on", True),
        ("~", None),
        ('"4"', "4"),
    ],
)
def test_an_unquoted_value_is_what_a_person_reads(tmp_path: Path, text: str, value: Any) -> None:
    (tmp_path / "run.yml").write_text(f"key: {text}\n")
    read = [apply_overrides({}, [f"key={text}"])["key"], read_yaml(tmp_path / "run.yml")["key"]]
    assert read == [value, value]
    assert [type(each) for each in read] == [type(value)] * 2


class Named(Settings):
    name: str
    out: Path


def test_a_word_or_a_number_where_text_is_wanted_is_told_with_the_remedy(tmp_path: Path) -> None:
    (tmp_path / "run.yml").write_text("name: no\nout: 12\n")
    with pytest.raises(UserError) as caught:
        load_config(tmp_path / "run.yml", Named)
    first, second = str(caught.value).splitlines()
    assert first.endswith("""name must be text, got False: put it in quotes, in a shell in both kinds: name='"..."'""")
    assert "out must be text, got 12" in second


def test_a_path_may_begin_at_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / "run.yml").write_text("name: ~/x\nout: ~/data\n")
    assert load_config(tmp_path / "run.yml", Named) == Named(name="~/x", out=tmp_path / "data")
    assert load_config(tmp_path / "run.yml", Named, ["out=a/~/b"]).out == Path("a/~/b")

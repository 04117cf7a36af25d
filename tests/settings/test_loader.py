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


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ("!!int abc", "'abc' is no int, line 2"),
        ("!!int", "'' is no int, line 2"),
        ("!!float 1,5", "'1,5' is no float, line 2"),
        ("!!bool maybe", "'maybe' is no bool, line 2"),
        ("!!timestamp nonsense", "'nonsense' is no timestamp, line 2"),
        ("!!timestamp 2025-13-45", "'2025-13-45' is no timestamp, line 2"),
        ("9" * 5000, f"'{'9' * 40}…' is no int, line 2"),
    ],
)
def test_a_value_that_is_not_of_its_tag_is_one_message(tmp_path: Path, value: str, said: str) -> None:
    (tmp_path / "run.yml").write_text(f"first: 1\nkey: {value}\n")
    with pytest.raises(UserError) as caught:
        read_yaml(tmp_path / "run.yml")
    assert str(caught.value) == f"{tmp_path / 'run.yml'}: this is not valid YAML: {said}"
    with pytest.raises(UserError, match="the value is not valid YAML: '"):
        apply_overrides({}, [f"key={value}"])


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

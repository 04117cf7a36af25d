import pytest

from settings import is_variable


@pytest.mark.parametrize(
    "name", ["DEEPSEEK_API_KEY", "KEY", "_KEY", "GPT4O_KEY_2", "my_key", "api_key_2", "HUGGINGFACEHUB_API_TOKEN"]
)
def test_a_name_as_one_writes_it_is_a_variable_though_it_is_not_set(name: str) -> None:
    assert is_variable(name)


@pytest.mark.parametrize(
    "key",
    [
        "sk-abc",
        "gsk_a1b2c3",
        "abc123def456",
        "hunter",
        "monkey",
        "AKIAIOSFODNN7EXAMPLE",
        "X9" * 9,
        "K\u00c9Y",
        "1A",
        "",
    ],
)
def test_what_may_be_a_key_is_none(key: str) -> None:
    assert not is_variable(key)


def test_whatever_is_set_is_a_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    assert not is_variable("provider2x")
    monkeypatch.setenv("provider2x", "sk-abc")
    assert is_variable("provider2x")

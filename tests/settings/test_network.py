import pytest

from settings import is_loopback


@pytest.mark.parametrize("host", ["127.0.0.1", "127.9.9.9", "::1", "[::1]", "localhost"])
def test_this_machine_is_loopback(host: str) -> None:
    assert is_loopback(host)


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "10.0.0.1", "name.example", "127.evil.example", "", None])
def test_any_other_is_not_whatever_its_name_begins_with(host: str | None) -> None:
    assert not is_loopback(host)

"""A proxy that the environment names."""

import asyncio

import pytest

from benchmarks.teacher_server import ChatServer
from settings import UserError


def test_a_proxy_of_the_environment_stands_before_no_server_on_this_machine(
    ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.delenv("NO_PROXY", raising=False)
    monkeypatch.delenv("no_proxy", raising=False)
    assert asyncio.run(ask()).content == "fine"


def test_a_proxy_that_lets_nothing_through_is_one_message(
    server: ChatServer, ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", server.url.removesuffix("/v1").replace("//", "//user:topsecret@"))
    with pytest.raises(
        UserError, match=r"cannot be reached after 3 attempts: .* the proxy http://127.* said 4\d\d"
    ) as raised:
        asyncio.run(ask(base_url="https://teacher.invalid/v1"))
    assert "topsecret" not in str(raised.value)

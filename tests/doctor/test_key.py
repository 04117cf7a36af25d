"""The teacher's key: accepted or not, and never shown or sent elsewhere."""

import json
import os
import subprocess
from collections.abc import Callable
from typing import Any

import pytest

from doctor.finding import Finding
from doctor.network import check_key
from tests.doctor.conftest import KEY, Provider

Run = Callable[..., subprocess.CompletedProcess[str]]


def check(provider: Provider, key: str = KEY, offline: bool = False, **changed: Any) -> Finding:
    os.environ["DOCTOR_KEY"] = key
    teacher = {"name": "openai", "base_url": provider.url, "model": "outliner-1", "api_key_env": "DOCTOR_KEY"}
    try:
        return check_key(teacher | changed, offline, 0.5)
    finally:
        del os.environ["DOCTOR_KEY"]


def told(finding: Finding) -> str:
    return json.dumps(finding.as_dict()) + finding.title()


@pytest.mark.parametrize(
    ("key", "changed", "state", "case"),
    [
        (KEY, {}, "ok", "accepted"),
        (KEY, {"model": "outliner-9"}, "warn", "unlisted"),
        (f" {KEY}\n", {}, "ok", "accepted"),
        ("sk-another-81d0f3", {}, "no", "refused"),
        ("", {}, "no", "unset"),
        ("sk-\u2028-81d0f3", {}, "no", "unsendable"),
        ("sk-81d0\r\nX-Header: f3", {}, "no", "unsendable"),
        (KEY, {"api_key_env": None}, "no", "refused"),
        (KEY, {"api_key_env": KEY}, "no", "unset"),
        (KEY, {"api_key_env": "SK-81D0F3"}, "no", "unset"),
        (KEY, {"base_url": "file:///etc/passwd"}, "no", "address"),
        (KEY, {"base_url": f"http://user:{KEY}@127.0.0.1"}, "no", "address"),
        (KEY, {"base_url": "http://[::1"}, "no", "address"),
        (KEY, {"base_url": "http://127.0.0.1:99999"}, "no", "address"),
        (KEY, {"base_url": None}, "no", "address"),
        (KEY, {"base_url": "http://127.0.0.1:1"}, "no", "unreachable"),
        (KEY, {"name": "rules"}, "ok", "unneeded"),
        (KEY, {"name": None}, "no", "no_teacher"),
    ],
)
def test_each_kind_of_key_and_address_is_told(
    provider: Provider, key: str, changed: dict[str, Any], state: str, case: str
) -> None:
    finding = check(provider, key, **changed)
    assert (finding.state, finding.case) == (state, case)
    assert KEY not in told(finding)
    assert "81d0" not in told(finding).lower()
    assert state == "ok" or finding.remedy()


def test_a_config_without_a_teacher_is_told() -> None:
    assert check_key(None, False, 0.5).case == "no_teacher"


@pytest.mark.parametrize(
    ("changed", "case"),
    [
        ({"seconds": 2.0}, "unreachable"),
        ({"status": 500}, "untold"),
        ({"status": 404}, "untold"),
        ({"status": 403}, "refused"),
        ({"content": b"<html>"}, "untold"),
        ({"content": b"\xff\xfe"}, "untold"),
        ({"content": [1]}, "untold"),
        ({"content": {"data": ["outliner-1", None]}}, "unlisted"),
    ],
)
def test_a_server_that_does_not_answer_as_it_should_is_told_apart(
    provider: Provider, changed: dict[str, Any], case: str
) -> None:
    for name, value in changed.items():
        setattr(provider, name, value)
    finding = check(provider)
    assert finding.case == case
    if case == "untold":
        assert ("no list of models" if "content" in changed else f"answered with {provider.status}") in told(finding)
    assert KEY not in told(finding)


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_the_key_follows_no_redirect(provider: Provider, other: Provider, status: int) -> None:
    provider.status, provider.location = status, f"{other.url}/models"
    finding = check(provider)
    assert (finding.state, finding.case) == ("warn", "untold")
    assert provider.keys == [f"Bearer {KEY}"]
    assert other.keys == []


def test_offline_asks_nobody(provider: Provider) -> None:
    assert check(provider, offline=True).case == "skipped"
    assert provider.keys == []


@pytest.mark.parametrize("options", [[], ["--json"]])
@pytest.mark.parametrize("key", [KEY, "sk-another-81d0f3"])
def test_the_command_sends_the_key_and_prints_none_of_it(
    run_module: Run, provider: Provider, key: str, options: list[str]
) -> None:
    overrides = [f"teacher.base_url={provider.url}", "teacher.model=outliner-1", "teacher.api_key_env=DOCTOR_KEY"]
    done = run_module("doctor", *options, *overrides, DOCTOR_KEY=key, HF_HUB_OFFLINE="1")
    assert provider.keys == [f"Bearer {key}"]
    said = done.stdout + done.stderr
    assert ("accepted" if key == KEY else "refused with 401") in said
    assert key not in said
    assert "Traceback" not in said

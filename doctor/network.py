"""The model hub and the teacher's endpoint. No answer's text is shown: a server may send a key back."""

import json
import os
import urllib.error
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from http.client import HTTPException
from typing import Any
from urllib.parse import urlsplit

from doctor.finding import Finding
from settings import is_variable

_SENDER = {"User-Agent": "outline-tuning doctor"}
"""urllib's own name is turned away by some providers with a 403, which would read as a refused key."""
_LONGEST = 4_000_000
"""Bytes of a list of models that are read."""


@dataclass(frozen=True)
class Answer:
    """Of a server: its status, or why there is none; and the JSON that came with a 200."""

    status: int | None
    reason: str = ""
    content: Any = None


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """A redirect is an answer: the key that was meant for one host goes to no other."""

    def redirect_request(self, *_: Any) -> None:
        return None


def get_json(url: str, seconds: float, headers: Mapping[str, str]) -> Answer:
    """Return what a server answers to a GET, redirects not followed. Proxies and certificates are the environment's."""
    opener = urllib.request.build_opener(_NoRedirect)
    try:
        request = urllib.request.Request(url, headers={**_SENDER, **headers})
        with opener.open(request, timeout=seconds) as response:
            text = response.read(_LONGEST)
    except urllib.error.HTTPError as error:
        return Answer(error.code)
    except (OSError, ValueError, HTTPException) as error:
        return Answer(None, _reason(getattr(error, "reason", error)))
    try:
        return Answer(200, content=json.loads(text))
    except ValueError:
        return Answer(200)


def _reason(error: object) -> str:
    if isinstance(error, TimeoutError):
        return "no answer in time"
    # Of other kinds the text may hold what was sent.
    return (isinstance(error, OSError) and error.strerror) or type(error).__name__


def check_hub(offline: bool, seconds: float) -> Finding:
    """Ask the hub that HF_ENDPOINT names, or the usual one, for its models; HF_HUB_OFFLINE forbids it."""
    try:
        from huggingface_hub import constants
    except ImportError:
        return Finding("hub", "warn", "skipped", "not asked: its client is not installed yet")
    if constants.HF_HUB_OFFLINE:
        return Finding("hub", "warn", "forbidden", "HF_HUB_OFFLINE is set")
    if offline:
        return Finding("hub", "warn", "skipped", "not asked (--offline)")
    host = urlsplit(constants.ENDPOINT).hostname
    answer = get_json(f"{constants.ENDPOINT}/api/models?limit=1", seconds, {})
    if answer.status == 200 and isinstance(answer.content, list):
        return Finding("hub", "ok", "reachable", str(host))
    said = answer.reason or f"it answered with {answer.status}"
    return Finding("hub", "no", "unreachable", f"{host}: {said}")


def check_key(teacher: Any, offline: bool, seconds: float) -> Finding:
    """Ask a prep config's teacher for its models under the key, which is sent to its host alone and never shown."""
    if not isinstance(teacher, Mapping) or not teacher.get("name"):
        return Finding("key", "no", "no_teacher", "the config names no teacher")
    if teacher["name"] == "rules":
        return Finding("key", "ok", "unneeded", "the rules teacher asks nobody")
    host, variable = _host(str(teacher.get("base_url"))), teacher.get("api_key_env")
    if host is None:
        return Finding("key", "no", "address", "teacher.base_url is no http:// or https:// address without credentials")
    key = os.environ.get(str(variable), "").strip() if variable else ""
    if variable and not key:
        # Whoever wrote the key itself there is not shown it.
        named = variable if is_variable(str(variable)) else "the variable of teacher.api_key_env"
        return Finding("key", "no", "unset", f"{named} is not set, {host} wants it")
    if not (key.isascii() and key.isprintable()):
        return Finding("key", "no", "unsendable", f"{variable} holds characters that no HTTP header can carry")
    if offline:
        return Finding("key", "warn", "skipped", f"{variable or 'no key'} for {host}, not asked (--offline)")
    headers = {"Authorization": f"Bearer {key}"} if key else {}
    answer = get_json(f"{str(teacher['base_url']).rstrip('/')}/models", seconds, headers)
    return _judge(answer, f"{variable or 'no key'} at {host}", str(teacher.get("model")))


def _judge(answer: Answer, who: str, model: str) -> Finding:
    if answer.status in (401, 403):
        return Finding("key", "no", "refused", f"{who}: refused with {answer.status}")
    if answer.status is None:
        return Finding("key", "no", "unreachable", f"{who}: {answer.reason}")
    rows = answer.content.get("data") if isinstance(answer.content, dict) else None
    if answer.status != 200 or not isinstance(rows, list):
        said = "no list of models" if answer.status == 200 else f"answered with {answer.status}"
        return Finding("key", "warn", "untold", f"{who}: {said}")
    if model not in [row.get("id") for row in rows if isinstance(row, dict)]:
        return Finding("key", "warn", "unlisted", f"{who}: accepted, {model} is not among its models")
    return Finding("key", "ok", "accepted", f"{who}: accepted, {model} is there")


def _host(address: str) -> str | None:
    """The host of an HTTP address that holds no credentials, else None."""
    try:
        parts = urlsplit(address)
        plain = parts.scheme in ("http", "https") and not (parts.username or parts.password)
        return parts.hostname if plain and parts.port != 0 else None
    except ValueError:
        return None

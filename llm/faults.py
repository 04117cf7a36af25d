"""What can go wrong with one request, and what is to be done about it."""

import datetime
import email.utils
import json
import math
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import aiohttp
import openai

from llm.endpoint import Endpoint
from llm.request import FLAGGED, Reply, RequestFailed, read_reply, require_whole
from settings import UserError

FAULTS = (openai.OpenAIError, aiohttp.ClientError, TimeoutError, ConnectionError)
"""What sending a request raises when the network or the server fails."""
_UNREACHABLE = (aiohttp.ClientConnectorError, aiohttp.ClientHttpProxyError)

_REFUSALS = {
    401: "refused the API key",
    402: "asks for payment: nothing is left on the account",
    404: "does not know the address or the model",
}
"""Statuses that every further request would meet too."""
DENIED = 403
"""A key that may do nothing, or one text that a filter of the provider's or of a firewall's lets not through: only what
becomes of other requests tells which."""
_FILTERED = re.compile(
    r"\b(input|prompt|content|message|text)s? (was|were|has been|have been) flagged|flagged_input"  # OpenRouter, OpenAI
    r"|content_?filter|content_policy_violation"  # Azure, OpenAI, Zhipu
    r"|content exists risk|considered high risk|data_?inspection_?failed",  # DeepSeek, Moonshot, Alibaba
    re.IGNORECASE,
)
"""What they say of it, with status 400 or 403. An account that was flagged is another thing."""
_UNKNOWN_FIELD = re.compile(
    r"(unrecogni[sz]ed|unknown|unexpected|unsupported) (\w+ )?(argument|parameter|field|keyword|key|property)\b"
    r"|extra (inputs|fields)|extra_forbidden",
    re.IGNORECASE,
)
"""What they say of a field of the request, which may be called content_filter."""
OVERLOADED = 429
LONGEST_PAUSE = 3600.0
"""Seconds of a Retry-After that a run waits out; for longer ones it ends."""
_RETRIED = frozenset({408, 409, 425, OVERLOADED})
_USED_UP = re.compile(
    r"(?!.*per[ _-]?(?:min|sec)).*(insufficient_quota|(per|by)[ _-]?(day|month)|\ba[ _-](day|month)\b|daily|monthly)",
    re.IGNORECASE | re.DOTALL,
)
"""What a 429 says of a quota that no minute fills again; insufficient_quota, OpenAI's for an account that cannot pay,
is at others one of a minute: only the attempts of a request tell which."""
_NO_SUCH_PATH = "Unexpected endpoint or method"
"""What LM Studio says, with status 200, to an address that lacks its /v1."""


def read_fault(error: Exception, timeout: float, redact: Callable[[str], str]) -> RequestFailed:
    """Sort an exception of `FAULTS` into a `RequestFailed`; `timeout` in seconds is for the message.

    `redact` masks what a server repeats of the key, before anything is cut short.
    """
    if isinstance(error, openai.APIStatusError):
        return read_status(error.status_code, redact(error.response.text), retry_after(error.response.headers))
    if isinstance(error, TimeoutError | openai.APITimeoutError) and not _from_connection(error):
        return RequestFailed(f"no answer within {timeout:g} s", retriable=True)
    unreachable = any(isinstance(cause, _UNREACHABLE) for cause in _causes(error))
    last = list(_causes(error))[-1]
    reason = str(last) or type(error).__name__
    if isinstance(last, aiohttp.ClientHttpProxyError):
        reason = f"the proxy {last.request_info.real_url} said {last.status} {last.message}"
    return RequestFailed(f"connection failed: {redact(reason)}", retriable=True, unreachable=unreachable)


def read_status(status: int, body: str, wait: float | None = None) -> RequestFailed:
    """Return the failure that an HTTP status other than 200 means; `wait`: seconds that the server asked for."""
    # The body of a 401 often repeats a part of the key.
    said = "" if status == 401 else f": {' '.join(body.split())[:300]}"
    retriable = status in _RETRIED or status >= 500
    failure = RequestFailed(f"HTTP {status}{said}", retriable=retriable, wait=wait, status=status)
    failure.body = None if status == 401 else body
    if status in (400, DENIED) and _FILTERED.search(body) and not _UNKNOWN_FIELD.search(body):
        failure.kind = FLAGGED
    return failure


def read_answer(body: Any) -> Reply:
    """Return the reply that came with status 200; raises `RequestFailed` where it is an error, or broken off by one.

    OpenRouter tells an error so once a model has begun: in the place of the choices, or in the choice.
    """
    choices = body.get("choices") if isinstance(body, dict) else None
    choice = choices[0] if isinstance(choices, list) and choices else None
    holder = choice if isinstance(choice, dict) else body if isinstance(body, dict) else {}
    if holder.get("error") or holder.get("finish_reason") == "error":
        raise _read_error(holder.get("error"))
    return require_whole(read_reply(body))


def _read_error(error: Any) -> RequestFailed:
    if not error:
        return RequestFailed("the answer ended in an error that says no more", retriable=True)
    said = json.dumps(error, ensure_ascii=False)
    code = error.get("code") if isinstance(error, dict) else None
    status = 404 if _NO_SUCH_PATH in said else code
    if not (isinstance(status, int) and 400 <= status < 600):
        return RequestFailed(f"an error came in place of the answer: {said[:200]}", retriable=True)
    failure = read_status(status, said)
    # Who read this has all that came, which is more.
    failure.body = None
    return failure


def is_overload(failure: RequestFailed) -> bool:
    """Whether the server said that it is asked too much, rather than that something broke."""
    return failure.status == OVERLOADED or (failure.status == 503 and failure.wait is not None)


def stop_for(failure: RequestFailed, endpoint: Endpoint) -> UserError | None:
    """Return the message that ends the whole run, where no other request could fare better; else None."""
    if failure.status in _REFUSALS:
        return _refusal(_REFUSALS[failure.status], failure, endpoint)
    if failure.status == OVERLOADED and _USED_UP.match(failure.body or ""):
        return UserError(
            f"{endpoint.base_url} goes on saying that the account's quota is used up ({failure.reason})",
            hint="what was answered so far is kept in the journal: start the same command again once there is more; "
            "a lower requests_per_minute or tokens_per_minute where it is one of a minute",
        )
    if failure.wait is not None and failure.wait > LONGEST_PAUSE:
        return UserError(
            f"{endpoint.base_url} takes no further request for {failure.wait / 3600:.1f} hours ({failure.reason})",
            hint="what was answered so far is kept in the journal: start the same command again then",
        )
    if failure.unreachable:
        return UserError(
            f"{endpoint.base_url} cannot be reached after {endpoint.attempts} attempts: {failure.reason}",
            hint="check the address, the network and its proxy (HTTPS_PROXY); what was answered so far is kept in the "
            "journal",
        )
    return None


def denial(failure: RequestFailed, endpoint: Endpoint) -> UserError:
    """Return the message that ends the run where the key is refused whatever is asked."""
    return _refusal("denies access with this API key", failure, endpoint)


def drought(failure: RequestFailed, minutes: float, endpoint: Endpoint) -> UserError:
    """Return the message that ends the run where the server has long refused everything for want of a quota."""
    return UserError(
        f"{endpoint.base_url} has answered nothing but HTTP 429 for {minutes:.0f} minutes ({failure.reason})",
        hint="what was answered so far is kept in the journal: start the same command again later, or tomorrow where "
        "the provider counts by the day",
    )


def _refusal(said: str, failure: RequestFailed, endpoint: Endpoint) -> UserError:
    key = f" of {endpoint.api_key_env}" if endpoint.api_key_env and failure.status != 404 else ""
    return UserError(
        f"{endpoint.base_url} {said}{key} ({failure.reason})",
        hint="what was answered so far is kept in the journal: mend this and start the same command again",
    )


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Return the seconds that a Retry-After header asks for, as a number or as a date (RFC 9110, 10.2.3)."""
    value = headers.get("retry-after")
    if value is None:
        return None
    try:
        seconds = float(value)
        return max(0.0, seconds) if math.isfinite(seconds) else None
    except ValueError:
        pass
    try:
        due = email.utils.parsedate_to_datetime(value)
    except ValueError:
        return None
    return max(0.0, (due - datetime.datetime.now(due.tzinfo)).total_seconds())


def _from_connection(error: BaseException) -> bool:
    """The aiohttp transport reports a connection that broke as a time-out of connecting."""
    return any(
        isinstance(cause, aiohttp.ClientConnectionError) and not isinstance(cause, TimeoutError)
        for cause in _causes(error)
    )


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__

import json
import logging
from pathlib import Path

import pytest
from pydantic import ValidationError

from llm import Endpoint, Prices, Usage
from llm.endpoint import read_api_key
from llm.estimate import Estimate
from llm.redact import Redactor
from llm.request import Request
from settings import Settings, UserError, load_config


class Judged(Settings):
    judge: Endpoint


def test_cost_counts_cached_tokens_at_their_own_price() -> None:
    prices = Prices.model_validate({"date": "2025-01-01", "input": 1, "cached_input": 0.1, "output": 2})
    assert Usage(1, 1_000_000, 400_000, 500_000).cost(prices) == pytest.approx(0.6 + 0.04 + 1.0)


@pytest.mark.parametrize(
    ("counted", "expected"),
    [
        ({"prompt_tokens": 9, "completion_tokens": 2}, Usage(1, 9, 0, 2)),
        ({"prompt_tokens": 9, "completion_tokens": 2, "prompt_cache_hit_tokens": 4}, Usage(1, 9, 4, 2)),
        (
            {"prompt_tokens": 9, "completion_tokens": 2, "prompt_tokens_details": {"cached_tokens": 3}},
            Usage(1, 9, 3, 2),
        ),
        ({"prompt_tokens": 9, "prompt_tokens_details": None}, Usage(1, 9, 0, 0)),
        ({"prompt_tokens": 9, "completion_tokens": 2, "total_tokens": 11}, Usage(1, 9, 0, 2)),
        (
            {
                "prompt_tokens": 9,
                "completion_tokens": 2,
                "total_tokens": 41,
                "completion_tokens_details": {"reasoning_tokens": 30},
            },
            Usage(1, 9, 0, 32),
        ),
        ({"prompt_tokens": 9, "total_tokens": 41}, Usage(1, 9, 0, 32)),
        ({"total_tokens": 41}, Usage(1, 0, 0, 0)),
        (None, Usage(1, 0, 0, 0)),
    ],
)
def test_usage_is_read_as_each_provider_writes_it(counted: object, expected: Usage) -> None:
    assert Usage.of_response(counted) == expected


@pytest.mark.parametrize("key", ["", "   "])
def test_a_missing_key_names_its_variable(endpoint: Endpoint, monkeypatch: pytest.MonkeyPatch, key: str) -> None:
    monkeypatch.setenv("TEACHER_KEY", key)
    with pytest.raises(UserError, match="TEACHER_KEY is not set") as raised:
        endpoint.api_key()
    assert "api_key_env: null" in str(raised.value.hint)


def test_a_key_that_no_header_can_carry_is_refused_unseen(endpoint: Endpoint, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TEACHER_KEY", "sk-\u00fcber")
    with pytest.raises(UserError, match="TEACHER_KEY") as raised:
        endpoint.api_key()
    assert "ber" not in str(raised.value)


def test_a_server_without_a_key_needs_none(endpoint: Endpoint) -> None:
    assert endpoint.model_copy(update={"api_key_env": None}).api_key() is None


@pytest.mark.parametrize(
    ("extra", "said"),
    [
        ({"max_tokens": 100_000}, "must not hold max_tokens"),
        ({"top_p": 1, "n": 4, "stream": True}, "must not hold n, stream"),
        ({"system_role": False}, "must not hold system_role"),
        ({"max_completion_tokens": "many"}, "max_completion_tokens must be a whole number"),
    ],
)
def test_extra_fields_cannot_make_an_answer_cost_more_than_is_counted(
    endpoint: Endpoint, extra: dict, said: str
) -> None:
    with pytest.raises(ValidationError, match=said):
        Endpoint.model_validate({**endpoint.model_dump(), "extra": extra})


def test_a_temperature_of_null_is_not_sent(endpoint: Endpoint) -> None:
    none = Endpoint.model_validate({**endpoint.model_dump(), "temperature": None})
    assert none.parameters() == {"model": "teacher", "max_tokens": 64}


def test_a_model_without_a_system_role_gets_its_words_before_the_first_question(endpoint: Endpoint) -> None:
    without = endpoint.model_copy(update={"system_role": False})
    asked = [{"role": "user", "content": "a"}, {"role": "assistant", "content": "b"}, {"role": "user", "content": "c"}]
    told = [{"role": "system", "content": "s"}, *asked]
    assert endpoint.body(told) == {"messages": told, **endpoint.parameters()}
    assert without.body(told)["messages"] == [{"role": "user", "content": "s\n\na"}, *asked[1:]]
    assert without.body(asked)["messages"] == asked
    assert "system_role" not in without.body(told)
    # The answers of either way are not taken for those of the other.
    assert endpoint.parameters() != without.parameters()


def test_the_other_limit_of_an_answer_takes_the_place_of_the_first_and_is_what_is_counted(endpoint: Endpoint) -> None:
    given = {**endpoint.model_dump(), "max_tokens": 500, "extra": {"max_completion_tokens": 9000, "top_p": 0.9}}
    other = Endpoint.model_validate(given)
    request = Request("fingerprint", "row 1", 1, [{"role": "user", "content": "a"}])
    assert "max_tokens" not in other.parameters()
    assert other.parameters()["max_completion_tokens"] == other.longest == 9000
    priced = other.model_copy(update={"prices": other.prices.model_copy(update={"output": 1.0})})
    assert Estimate(priced).worst(request) > 9000 / 1e6


@pytest.mark.parametrize("url", ["api.deepseek.com", "ftp://host/v1", "https://", "https://h/v1/chat/completions/"])
def test_an_address_must_be_a_plain_url(endpoint: Endpoint, url: str) -> None:
    with pytest.raises(ValidationError, match="base_url"):
        Endpoint.model_validate({**endpoint.model_dump(), "base_url": url})


@pytest.mark.parametrize(
    ("override", "said"),
    [
        ("judge.base_url=https://user:topsecret@host/v1", "must hold no credentials"),
        ("judge.base_url=https://n.example/openai/deployments/d?api-key=topsecret", "/openai/v1"),
        ("judge.api_key_env=sk-topsecret", "not the key itself"),
        ("judge.api_key_env=gsk_topsecret" + "aB3" * 16, "not the key itself"),
        ("judge.api_key_env=topsecret51f3", "not the key itself"),
    ],
)
def test_a_secret_in_a_config_is_refused_unseen(endpoint: Endpoint, tmp_path: Path, override: str, said: str) -> None:
    config = tmp_path / "config.yml"
    config.write_text(json.dumps({"judge": endpoint.model_dump(mode="json")}), encoding="utf-8")
    with pytest.raises(UserError, match=said) as raised:
        load_config(config, Judged, [override])
    assert "topsecret" not in str(raised.value)


@pytest.mark.parametrize("key", ["sk-topsecret", "gsk_topsecret9f", "topsecret"])
def test_a_key_in_the_place_of_its_variable_is_refused_unseen(key: str) -> None:
    with pytest.raises(UserError, match="not the key itself") as raised:
        read_api_key(key, "https://host/v1")
    assert "topsecret" not in str(raised.value)


def test_logged_messages_and_tracebacks_hold_no_secret(caplog) -> None:
    log = logging.getLogger("test.redact")
    caplog.handler.addFilter(Redactor(["hunter2hunter2"]))
    try:
        raise RuntimeError("the key is hunter2hunter2")
    except RuntimeError:
        log.exception("failed with %s", "hunter2hunter2")
    assert "hunter2hunter2" not in caplog.text
    assert "failed with [redacted]" in caplog.text
    assert "the key is [redacted]" in caplog.text

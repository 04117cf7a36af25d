import json
from pathlib import Path

import pytest

from evals.config import Generation
from evals.engines.config import EndpointModel
from outline import StructureSpec
from settings import Settings, UserError, load_config

PLAIN = {"base_url": "http://127.0.0.1:8000/v1/", "model": "served"}


def test_an_address_and_a_model_are_enough() -> None:
    endpoint = EndpointModel.model_validate(PLAIN).endpoint(512)
    assert endpoint.base_url == "http://127.0.0.1:8000/v1"
    assert endpoint.parameters() == {"model": "served", "temperature": 0, "max_tokens": 512}
    assert (endpoint.api_key(), endpoint.max_cost, endpoint.prices.output) == (None, None, 0)


def test_sampling_and_further_fields_go_into_the_body() -> None:
    model = EndpointModel.model_validate(
        PLAIN | {"temperature": 0.7, "top_p": 0.9, "seed": 3, "extra": {"min_p": 0.1, "seed": 4}}
    )
    sampled = {"temperature": 0.7, "top_p": 0.9, "seed": 4, "min_p": 0.1}
    assert model.endpoint(8).parameters() == {"model": "served", "max_tokens": 8} | sampled


@pytest.mark.parametrize(
    ("field", "sent"),
    [("llama.cpp", {"grammar": "G"}), ("vllm", {"structured_outputs": {"grammar": "G"}})],
)
def test_a_grammar_stands_where_the_server_reads_it(field: str, sent: dict[str, object]) -> None:
    assert EndpointModel.model_validate(PLAIN | {"grammar_field": field}).endpoint(8, "G").extra == sent


def test_a_grammar_that_the_server_would_not_see_is_refused(spec: StructureSpec) -> None:
    with pytest.raises(UserError, match="needs grammar_field") as raised:
        EndpointModel.model_validate(PLAIN).endpoint(8, spec.grammar())
    assert raised.value.hint


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"base_url": "localhost:8000"}, r"served\.base_url must be a URL that begins with http"),
        ({"base_url": "http://me:secret@host/v1"}, "must hold no credentials"),
        ({"model": ""}, r"served\.model"),
        ({"grammar_field": "ollama"}, r"served\.grammar_field must be 'llama\.cpp' or 'vllm', got 'ollama'"),
        ({"max_tokens": 5}, r"served\.max_tokens is not a known key"),
        ({"max_cost": 1}, "max_cost needs prices"),
        ({"concurrency": 0}, r"served\.concurrency"),
    ],
)
def test_a_mistake_is_one_message(tmp_path: Path, changed: dict[str, object], message: str) -> None:
    class Config(Settings):
        served: EndpointModel

    path = tmp_path / "eval.yml"
    path.write_text(json.dumps({"served": PLAIN | changed}), encoding="utf-8")
    with pytest.raises(UserError, match=message):
        load_config(path, Config)


def test_without_cuda_the_device_is_the_cpu_whatever_else_is_there(monkeypatch: pytest.MonkeyPatch) -> None:
    """lm-eval takes no Mac's GPU by itself."""
    monkeypatch.setattr("torch.cuda.is_available", lambda: False)
    monkeypatch.setattr("torch.backends.mps.is_available", lambda: True)
    assert Generation(max_new_tokens=8, batch_size=1).device_name() == "cpu"
    assert Generation(max_new_tokens=8, batch_size=1, device="mps").device_name() == "mps"

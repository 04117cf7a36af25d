"""A model behind an endpoint, as lm-eval asks it; everything here shares one import of lm-eval."""

import json
from typing import Any

import pytest

from benchmarks.teacher_server import Act, ChatServer, Seen
from outline import extract_answer
from settings import UserError
from tests.evals.engines.conftest import KEY, Asking, requests

pytestmark = pytest.mark.slow


def echo(seen: Seen, times: int = 1) -> Act:
    return Act(content=f"- about {seen.text}", usage=(10, 7, 0))


def only(text: str, act: Act):
    return lambda seen, times: act if seen.text == text else echo(seen)


def test_completions_come_in_the_order_of_the_requests_and_are_handed_out(server: ChatServer, asking: Asking) -> None:
    server.script = lambda seen, times: Act(content=f"- {seen.text}", delay=0.2 if seen.text == "a" else 0)
    asked = requests("a", "b", "c")
    assert asking.lm().generate_until(asked) == ["- a", "- b", "- c"]
    assert [made.id for made in asking.kept][-1] == 0
    assert {made.id: made.prompt for made in asking.kept} == {request.doc_id: request.args[0] for request in asked}


def test_a_completion_tells_why_it_ended_and_its_tokens(server: ChatServer, asking: Asking) -> None:
    server.script = lambda seen, times: Act(content="- cut", finish_reason="length", usage=(10, 64, 0))
    asking.lm().generate_until(requests("a"))
    (made,) = asking.kept
    assert (made.completion, made.finish_reason, made.tokens) == ("- cut", "length", 64)


def test_what_is_done_is_not_asked_for(server: ChatServer, asking: Asking) -> None:
    server.script = echo
    asking.lm().generate_until(requests("a", "b"))
    done = {asking.kept[0].id: asking.kept[0]}
    answers = asking.lm(done).generate_until(requests("a", "b", "c"))
    assert answers == ["- about a", "- about b", "- about c"]
    # The journal had what `done` had not.
    assert sorted(seen.text for seen in server.seen) == ["a", "b", "c"]


def test_a_run_that_dies_pays_for_no_answer_twice(server: ChatServer, asking: Asking) -> None:
    server.script = echo
    questions = requests(*(f"question {number}" for number in range(20)))
    lm = asking.lm()
    asking.kept = Dying(5)
    with pytest.raises(OSError, match="disk"):
        lm.generate_until(questions)
    asking.kept = []
    assert len(set(asking.lm().generate_until(questions))) == 20
    assert len(asking.kept) == 20
    assert server.ledger.paid_twice == 0
    assert len(server.seen) == 20


class Dying(list):
    """A store that breaks after so many completions."""

    def __init__(self, room: int) -> None:
        super().__init__()
        self._room = room

    def extend(self, batch: Any) -> None:
        super().extend(batch)
        if len(self) > self._room:
            raise OSError("the disk broke")


@pytest.mark.parametrize(
    "changed", [{"model": "other"}, {"temperature": 0.5}, {"seed": 1}, {"extra": {"min_p": 0.1}}], ids=str
)
def test_another_model_or_parameter_never_gets_the_recorded_answer(
    server: ChatServer, asking: Asking, changed: dict[str, Any]
) -> None:
    asking.lm().generate_until(requests("a"))
    asking.lm(**changed).generate_until(requests("a"))
    assert len(server.seen) == 2


def test_another_address_never_gets_the_recorded_answer(server: ChatServer, asking: Asking) -> None:
    asking.lm().generate_until(requests("a"))
    with pytest.raises(UserError, match="cannot be reached"):
        asking.lm(base_url="http://127.0.0.1:9/v1").generate_until(requests("a"))


@pytest.mark.parametrize(
    "act",
    [Act(hang=True), Act(reset=True), Act(status=500), Act(status=400, raw="too long"), Act(raw="<html>")],
    ids=lambda act: act.fault,
)
def test_a_request_that_fails_leaves_its_question_without_a_completion(
    server: ChatServer, asking: Asking, act: Act
) -> None:
    server.script = only("b", act)
    lm = asking.lm()
    assert lm.generate_until(requests("a", "b", "c")) == ["- about a", "", "- about c"]
    assert sorted(made.id for made in asking.kept) == [0, 2]
    assert list(lm.failures) == [1]
    assert lm.failures[1]


def test_a_blank_answer_is_the_models_own(server: ChatServer, asking: Asking) -> None:
    server.script = lambda seen, times: Act(content=None, finish_reason="length")
    lm = asking.lm()
    assert lm.generate_until(requests("a")) == [""]
    assert [made.completion for made in asking.kept] == [""]
    assert lm.failures == {}


def test_questions_that_say_the_same_are_paid_for_once(server: ChatServer, asking: Asking) -> None:
    server.script = echo
    assert asking.lm().generate_until(requests("a", "a")) == ["- about a"] * 2
    assert sorted(made.id for made in asking.kept) == [0, 1]
    assert len(server.seen) == 1


@pytest.mark.parametrize(
    ("act", "changed", "message"),
    [
        (Act(status=401), {"api_key_env": "MODEL_KEY"}, "refused the API key of MODEL_KEY"),
        (Act(status=404, raw="no such model"), {}, "does not know the address or the model"),
        (Act(status=400, raw="Model Not Exist"), {}, "refused all requests: HTTP 400: Model Not Exist"),
        (Act(), {"base_url": "http://127.0.0.1:9/v1"}, "cannot be reached after 2 attempts"),
    ],
)
def test_an_endpoint_that_refuses_is_one_message(
    server: ChatServer,
    asking: Asking,
    monkeypatch: pytest.MonkeyPatch,
    act: Act,
    changed: dict[str, Any],
    message: str,
) -> None:
    monkeypatch.setenv("MODEL_KEY", KEY)
    server.script = lambda seen, times: act
    with pytest.raises(UserError, match=message) as raised:
        asking.lm(**changed).generate_until(requests("a", "b"))
    assert raised.value.hint
    assert KEY not in asking.journal.read_text(encoding="utf-8")


def test_a_missing_key_is_told_before_anything_is_asked(asking: Asking, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("MODEL_KEY", raising=False)
    with pytest.raises(UserError, match="MODEL_KEY is not set"):
        asking.lm(api_key_env="MODEL_KEY")


@pytest.mark.parametrize(
    ("said", "kept"), [(None, "unknown"), ("eos", "stop"), ("MAX_TOKENS", "length"), ("content_filter", "unknown")]
)
def test_why_an_answer_ended_is_kept_in_the_words_that_are_scored(
    server: ChatServer, asking: Asking, said: str | None, kept: str
) -> None:
    choice = {"message": {"content": "- a"}, "finish_reason": said}
    server.script = lambda seen, times: Act(raw=json.dumps({"choices": [choice]}))
    asking.lm().generate_until(requests("a"))
    assert [made.finish_reason for made in asking.kept] == [kept]


def test_generation_arguments_come_before_the_models_own(server: ChatServer, asking: Asking) -> None:
    asked = requests("a", until=["\n\n"], max_gen_toks=5, temperature=0.3, top_p=0.8)
    asking.lm(temperature=1, seed=2).generate_until(asked)
    sent = {name: value for name, value in server.seen[0].body.items() if name not in ("messages", "model")}
    assert sent == {"stop": ["\n\n"], "max_tokens": 5, "temperature": 0.3, "top_p": 0.8, "seed": 2}


def test_a_model_that_refuses_a_temperature_is_told_none_by_a_task_either(server: ChatServer, asking: Asking) -> None:
    asking.lm(temperature=None).generate_until(requests("a", temperature=0.3))
    assert "temperature" not in server.seen[0].body


def test_each_sample_of_a_question_has_a_seed_of_its_own(server: ChatServer, asking: Asking) -> None:
    for sample in range(3):
        asking.lm(sample=sample, seed=7, temperature=0.7).generate_until(requests("a"))
    assert [seen.body["seed"] for seen in server.seen] == [7, 8, 9]


def test_a_request_sends_what_is_needed_and_no_more(server: ChatServer, asking: Asking) -> None:
    asking.lm().generate_until(requests("a"))
    assert server.seen[0].body == {
        "messages": [{"role": "user", "content": "a"}],
        "model": "served",
        "temperature": 0,
        "max_tokens": 64,
    }


def test_a_grammar_is_sent_and_makes_another_answer(server: ChatServer, asking: Asking) -> None:
    asking.lm().generate_until(requests("a"))
    asking.lm(grammar='root ::= "- a"', grammar_field="llama.cpp").generate_until(requests("a"))
    asking.lm(grammar='root ::= "- a"', grammar_field="vllm").generate_until(requests("a"))
    assert server.seen[1].body["grammar"] == 'root ::= "- a"'
    assert server.seen[2].body["structured_outputs"] == {"grammar": 'root ::= "- a"'}
    assert len(server.seen) == 3


def test_thoughts_that_never_end_are_no_answer(server: ChatServer, asking: Asking) -> None:
    server.script = only("b", Act(content="well</think>\n- rest"))
    asking.lm(opens_thinking=True).generate_until(requests("a", "b"))
    answers = {made.id: extract_answer(made.completion) for made in asking.kept}
    assert answers == {0: None, 1: "- rest"}


def test_the_template_is_the_servers(asking: Asking) -> None:
    history = [{"role": "system", "content": "répondez"}, {"role": "user", "content": 'a "quoted" text\n'}]
    lm = asking.lm()
    assert json.loads(lm.apply_chat_template(history)) == history
    assert lm.tokenizer_name != asking.lm(model="other").tokenizer_name
    with pytest.raises(UserError, match="cannot continue an answer"):
        lm.apply_chat_template(history, add_generation_prompt=False)


@pytest.mark.parametrize("method", ["loglikelihood", "loglikelihood_rolling"])
def test_log_likelihoods_are_refused_with_the_task_named(asking: Asking, method: str) -> None:
    with pytest.raises(UserError, match="no log-likelihoods, which the task outline needs"):
        getattr(asking.lm(), method)(requests("a"))

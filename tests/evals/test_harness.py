"""The harness on a tiny model of random weights; everything here shares one import of torch and lm-eval."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from evals.config import EvalConfig
from evals.summary import Result
from outline import StructureSpec, check_compliance
from settings import UserError, load_config, read_jsonl, write_jsonl

pytestmark = pytest.mark.slow
Run = Callable[..., list[Result]]


def models(*folders: Path) -> str:
    return "models=" + json.dumps([{"name": folder.name, "path": str(folder)} for folder in folders])


def copy(model: Path, target: Path, **changed: Any) -> Path:
    """Copy a model; `changed` are files (their stem) and the keys to set in them."""
    shutil.copytree(model, target)
    for name, keys in changed.items():
        path = target / f"{name}.json"
        path.write_text(json.dumps(json.loads(path.read_text()) | keys))
    return target


def texts(result: Result) -> list[str]:
    return [result.completions[key].completion for key in sorted(result.completions)]


def raw_tokens(model: Path, prompt: str) -> list[int]:
    """What the model generates, before it is decoded: its noise is no valid UTF-8."""
    from transformers import AutoModelForCausalLM, AutoTokenizer

    inputs = AutoTokenizer.from_pretrained(model)(prompt, return_tensors="pt")
    output = AutoModelForCausalLM.from_pretrained(model).generate(**inputs, max_new_tokens=12, do_sample=False)
    return output[0, inputs["input_ids"].shape[1] :].tolist()


def mtimes(folder: Path) -> list[float]:
    return [path.stat().st_mtime_ns for path in sorted(folder.rglob("completions.jsonl"))]


def test_second_run_generates_nothing(run: Run, tmp_path: Path) -> None:
    first = run()[0]
    before = mtimes(tmp_path / "results")
    assert run()[0].completions == first.completions
    assert mtimes(tmp_path / "results") == before


def test_one_changed_weight_regenerates_that_model_alone(run: Run, tiny_model: Path, tmp_path: Path) -> None:
    from safetensors.torch import load_file, save_file

    other = copy(tiny_model, tmp_path / "other")
    first = run(models(tiny_model, other))
    assert texts(first[0]) == texts(first[1])
    weights = load_file(other / "model.safetensors")
    weights["model.norm.weight"][0] = -40.0
    save_file(weights, other / "model.safetensors", metadata={"format": "pt"})
    kept, changed = run(models(tiny_model, other))
    assert kept.completions == first[0].completions
    assert texts(changed) != texts(first[1])


@pytest.mark.parametrize("override", ["generation.max_new_tokens=7", "generation.repetition_penalty=9.0"])
def test_changed_generation_argument_regenerates(run: Run, override: str) -> None:
    first = run()[0]
    assert texts(run(override)[0]) != texts(first)


def test_added_question_is_the_only_one_generated(run: Run, questions_file: Path) -> None:
    first = run()[0]
    rows = read_jsonl(questions_file)
    new = json.loads(json.dumps(rows[0]).replace("ankle", "elbow"))
    write_jsonl(questions_file, [new, *rows])
    second = run()[0]
    before, after = first.completions, second.completions
    assert [after[id + 1, 0].seconds for id in range(5)] == [before[id, 0].seconds for id in range(5)]
    assert "elbow" in after[0, 0].prompt


def test_batches_change_no_answer(run: Run) -> None:
    assert texts(run("generation.batch_size=1")[0]) == texts(run("generation.batch_size=5")[0])


def test_prompt_is_the_chat_template_with_the_rows_system_message(run: Run) -> None:
    prompt = run()[0].completions[4, 0].prompt
    assert prompt == (
        "<|im_start|>system\nAnswer as a list.<|im_end|>\n"
        "<|im_start|>user\nwhat helps<|im_end|>\n"
        "<|im_start|>assistant\n"
    )


def test_generation_config_of_a_model_gives_it_no_arguments_of_its_own(
    run: Run, tiny_model: Path, tmp_path: Path
) -> None:
    odd = copy(tiny_model, tmp_path / "odd", generation_config={"repetition_penalty": 9.0, "temperature": 3.0})
    plain, own = run(models(tiny_model, odd))
    assert texts(plain) == texts(own)


def test_each_sequence_of_a_batch_stops_at_its_own_end_token(run: Run, tiny_model: Path, tmp_path: Path) -> None:
    free = run("generation.batch_size=5")[0]
    made = raw_tokens(tiny_model, free.completions[0, 0].prompt)
    ending = copy(tiny_model, tmp_path / "ending", generation_config={"eos_token_id": made[3]})
    stopped = run(models(ending), "generation.batch_size=5")[0].completions
    assert (stopped[0, 0].finish_reason, stopped[0, 0].tokens) == ("stop", made.index(made[3]))
    assert {completion.finish_reason for completion in stopped.values()} == {"stop", "length"}
    for key, completion in stopped.items():
        assert free.completions[key].completion.startswith(completion.completion.rstrip("\ufffd"))


def test_template_that_opens_a_think_block_leaves_an_unclosed_one_unanswered(
    run: Run, tiny_model: Path, tmp_path: Path
) -> None:
    thinker = copy(tiny_model, tmp_path / "thinker")
    template = thinker / "chat_template.jinja"
    template.write_text(template.read_text().replace("assistant\\n", "assistant\\n<think>\\n"))
    scores = run(models(thinker))[0].scores
    assert {(score.answered, score.compliant) for score in scores.values()} == {(False, False)}


@pytest.mark.parametrize(
    "says", ["{{ raise_exception('System role not supported') }}", "{% set messages = messages[1:] %}"]
)
def test_a_template_without_a_place_for_the_system_message_is_not_asked_without_it_nor_found_late(
    run: Run, tiny_model: Path, config_file: Path, tmp_path: Path, says: str
) -> None:
    deaf = copy(tiny_model, tmp_path / "deaf")
    template = deaf / "chat_template.jinja"
    template.write_text("{% if messages[0].role == 'system' %}" + says + "{% endif %}" + template.read_text())
    with pytest.raises(UserError, match=r"template in .*deaf takes no system message"):
        run(models(tiny_model, deaf))
    assert not list(load_config(config_file, EvalConfig).out.glob("*/*/completions.jsonl"))


def test_adapter_is_laid_over_its_base(run: Run, tiny_model: Path, tmp_path: Path) -> None:
    import torch
    from peft import LoraConfig, get_peft_model
    from transformers import AutoModelForCausalLM

    torch.manual_seed(0)
    base = AutoModelForCausalLM.from_pretrained(tiny_model)
    tuned = get_peft_model(base, LoraConfig(r=4, target_modules=["q_proj"], init_lora_weights=False))
    adapter = tmp_path / "adapter"
    tuned.save_pretrained(adapter)
    # Axolotl leaves the base's own beside it.
    shutil.copy(tiny_model / "config.json", adapter)
    by_key = json.dumps([{"name": "x", "path": str(tiny_model), "adapter": str(adapter)}])
    plain, by_path = run(models(tiny_model, adapter))
    assert texts(plain) != texts(by_path)
    assert texts(run(f"models={by_key}")[0]) == texts(by_path)


def test_every_checkpoint_of_a_run_answers_beside_its_validation_loss(
    run: Run, tiny_model: Path, tmp_path: Path
) -> None:
    folder = copy(tiny_model, tmp_path / "trained")
    for step in (20, 100):
        checkpoint = copy(tiny_model, folder / f"checkpoint-{step}", generation_config={"eos_token_id": 40 + step})
        history = [{"step": step, "eval_loss": 100 / step}]
        (checkpoint / "trainer_state.json").write_text(json.dumps({"log_history": history}))
    entry = json.dumps([{"name": "trained", "path": str(folder), "checkpoints": True}])
    results = run(f"models={entry}")
    seen = [(result.subject.step, result.subject.validation_loss, len(result.scores)) for result in results]
    assert seen == [(20, 5.0, 5), (100, 1.0, 5), (None, None, 5)]


def test_broken_weights_are_the_systems_failure_and_the_next_model_still_runs(
    run: Run, tiny_model: Path, tmp_path: Path
) -> None:
    broken = copy(tiny_model, tmp_path / "broken")
    (broken / "model.safetensors").write_bytes(b"nothing")
    failed, fine = run(models(broken, tiny_model))
    assert failed.error
    assert (len(failed.scores), len(fine.scores)) == (0, 5)


@pytest.mark.parametrize(
    ("override", "message"),
    [
        ("generation.max_new_tokens=2040", "context holds 2048"),
        ("generation.max_new_tokens=3", "must hold every reference outline"),
    ],
)
def test_limit_of_new_tokens_that_cannot_work_is_refused(
    run: Run, questions_file: Path, override: str, message: str
) -> None:
    rows = read_jsonl(questions_file)
    rows[1]["messages"].append({"role": "assistant", "content": "- a long reference outline"})
    write_jsonl(questions_file, rows)
    with pytest.raises(UserError, match=message):
        run(override)


def test_under_the_grammar_an_answer_that_ends_complies(run: Run, tiny_model: Path, spec: StructureSpec) -> None:
    """Random weights; the end token is made likely, so that some answers end."""
    held = json.dumps([{"name": "held", "path": str(tiny_model), "constrained": True}])
    result = run(f"models={held}", "generation.max_new_tokens=400", "generation.batch_size=5")[0]
    answers = list(result.completions.values())
    ended = [made for made in answers if made.finish_reason == "stop"]
    cut = [made for made in answers if made.finish_reason == "length"]
    assert ended
    assert all(check_compliance(made.completion, spec).compliant for made in ended)
    # What was cut keeps to one list all the same: only its last line may be unfinished.
    assert all(check_compliance(made.completion, spec).criteria["list_only"] for made in cut)


def test_under_the_grammar_no_other_answer_is_taken_up(run: Run, tiny_model: Path) -> None:
    entry = {"name": "tiny", "path": str(tiny_model)}
    free = run(f"models={json.dumps([entry])}")[0]
    held = run(f"models={json.dumps([entry | {'constrained': True}])}")[0]
    assert texts(free) != texts(held)


def test_samples_differ_and_a_run_with_more_of_them_makes_only_those(run: Run) -> None:
    sampling = ["generation.temperature=1.0", "generation.seed=5"]
    two = run("generation.samples=2", *sampling)[0].completions
    three = run("generation.samples=3", *sampling)[0].completions
    assert {key: three[key] for key in two} == two
    assert sorted(three.keys() - two.keys()) == [(id, 2) for id in range(5)]
    assert len({made.completion for (id, _), made in three.items() if id == 0}) > 1
    again = run("generation.samples=2", *sampling, "run=again")[0].completions
    assert {key: made.completion for key, made in again.items()} == {key: made.completion for key, made in two.items()}

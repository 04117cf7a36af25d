"""What a run is planned to do with its data, time and money, and what the command says to a mistake."""

import json
import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest

from settings import UserError, read_jsonl, read_yaml
from training.plan.architecture import count, model_config
from training.plan.batches import first_fit, schedule
from training.plan.cards import CARDS, find_cards
from training.plan.plan import why_not
from training.plan.prices import read_prices
from training.plan.setup import set_up
from training.plan.timing import Work, predict_time, run_work, useful_flops
from training.plan.tokens import estimate, read_lengths
from training.render import render

Run = Callable[..., subprocess.CompletedProcess[str]]
PACKED = {"sequence_len": 100, "sample_packing": True, "micro_batch_size": 2, "num_epochs": 3, "seed": 1}
LIGER = "axolotl.integrations.liger.LigerPlugin"
CHAT = {"chat_template": "qwen_25", "base_model": "Qwen/Qwen2.5-0.5B"}


def test_packing_loses_no_conversation_and_overfills_no_row() -> None:
    lengths = [(37 * i) % 90 + 5 for i in range(200)]
    rows = first_fit(lengths, 100)
    assert sorted(place for row in rows for place in row) == list(range(200))
    assert max(sum(lengths[place] for place in row) for row in rows) <= 100


def test_a_packed_epoch_is_whole_batches() -> None:
    plan = schedule(PACKED, [50] * 41, gpus=1)
    assert (plan.steps, plan.step_tokens, plan.left, plan.efficiency) == (30, 200, 1, 1.0)
    assert schedule({**PACKED, "gradient_accumulation_steps": 2}, [50] * 41, gpus=1).steps == 15
    assert schedule(PACKED, [50] * 40, gpus=2).steps == 15


def test_padding_counts_as_work_and_not_as_tokens() -> None:
    config = {"sequence_len": 100, "micro_batch_size": 2, "pad_to_sequence_len": True}
    plan = schedule(config, [30, 70], gpus=1)
    assert (plan.computed, plan.trained_on, plan.efficiency) == (200, 100, 0.5)
    assert schedule({**config, "pad_to_sequence_len": False}, [30, 70], gpus=1).computed == 140


@pytest.mark.parametrize(("strategy", "kept"), [("drop", 60), ("raise", 60), ("truncate", 160)])
def test_a_conversation_that_is_too_long_is_reported(strategy: str, kept: int) -> None:
    plan = schedule({"sequence_len": 100, "excess_length_strategy": strategy}, [60, 130], gpus=1)
    assert (plan.too_long, plan.trained_on) == (1, kept)


@pytest.mark.parametrize(("seed", "same"), [(0, 0), (None, 42), (42, 42)])
def test_the_order_is_that_of_the_seed_and_without_one_of_axolotls_default(seed: int | None, same: int) -> None:
    lengths = [(37 * i) % 90 + 5 for i in range(200)]
    padded = {"sequence_len": 100, "micro_batch_size": 2, "pad_to_sequence_len": False}
    schedules = {number: schedule({**padded, "seed": number}, lengths, gpus=1) for number in (0, 42)}
    assert schedules[0] != schedules[42]
    assert schedule({**padded, "seed": seed}, lengths, gpus=1) == schedules[same]


def test_time_is_arithmetic_over_speed_and_not_below_the_optimizers_traffic() -> None:
    plan = schedule(PACKED, [50] * 40, gpus=1)
    card, work = CARDS["a100-80gb"], Work(312e12 / 2, 312e12 / 2, 0)
    assert predict_time(work, 0, plan, card, 1, 0.5).hours == pytest.approx(2 / 3600)
    assert predict_time(work, 0, plan, card, 2, 0.5).hours == pytest.approx(1 / 3600)
    assert predict_time(Work(0, 0, 0), 10**9, plan, card, 1, 0.5).step == pytest.approx(34 / 2039)
    assert predict_time(Work(0, 1, 2039e9), 0, plan, card, 1, 0.5).hours == pytest.approx(1 / 3600)


def test_only_trained_tokens_count_for_the_head_where_only_they_have_logits() -> None:
    plain = render("configs/qwen-full.yml")
    all_of_them = {**plain, "plugins": [LIGER]}
    architecture = model_config("a run", "Qwen/Qwen2.5-0.5B")
    weights = count(architecture)
    works = []
    for config in (plain, all_of_them):
        steps = schedule(config, [512] * 400, 1, [128] * 400)
        setup = set_up("a run", config, steps.longest, steps.most_answers)
        works.append(run_work(architecture, weights, setup, steps))
        assert (steps.answers, steps.most_answers) == (128 * 400, 128 * 16)
    assert works[1].head == pytest.approx(4 * works[0].head)
    assert works[1].layers == works[0].layers
    # 8,192 tokens in 128 slices, each of which moves 20 bytes for each weight of the head.
    assert works[1].head_bytes == pytest.approx(3 * 25 * 128 * 20 * weights.head)
    assert works[0].head_bytes == 0
    assert useful_flops(architecture, weights, setup, steps) == pytest.approx((works[0].layers + works[0].head) / 3)


def test_a_card_without_bfloat16_and_one_too_small_are_refused() -> None:
    plan = SimpleNamespace(setup=SimpleNamespace(dtype="bfloat16"), memory=SimpleNamespace(peak=25.0))
    assert "configs/hardware/fp16.yml" in why_not(plan, CARDS["t4"])  # type: ignore[arg-type]
    assert why_not(plan, CARDS["l4"]).startswith("needs 25.0 of ")  # type: ignore[arg-type]
    assert why_not(plan, CARDS["h100"]) == ""  # type: ignore[arg-type]


def test_every_card_has_a_dated_price() -> None:
    prices = read_prices()
    assert prices.hourly.keys() == CARDS.keys()
    assert prices.date.year >= 2025


def test_an_estimate_knows_words_digits_and_long_words() -> None:
    assert estimate("take it twice daily") == 4
    assert estimate("500") == 3
    assert estimate("hypercholesterolaemia") == 3
    assert estimate("<|im_start|>user\ntake<|im_end|>") == estimate("user\ntake") + 2


def test_lengths_hold_the_template(chat_file: Path, tiny: Path) -> None:
    counted = read_lengths("a run", {"base_model": str(tiny), "chat_template": "tokenizer_default"}, str(chat_file))
    assert counted.source.startswith("counted")
    assert len(counted.tokens) == 64
    guessed = read_lengths("a run", CHAT, str(chat_file))
    assert all(30 < tokens < 400 for tokens in guessed.tokens)
    assert read_lengths("a run", CHAT, str(chat_file), str(tiny)).tokens != guessed.tokens
    for lengths in (counted, guessed):
        assert all(0 < trained < tokens for trained, tokens in zip(lengths.trained, lengths.tokens, strict=True))


def test_tokens_are_counted_as_transformers_renders_them(chat_file: Path, tiny: Path) -> None:
    from transformers import AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(tiny)
    counted = read_lengths("a run", {"base_model": str(tiny)}, str(chat_file))
    conversations = [row["messages"] for row in read_jsonl(chat_file)]
    assert counted.tokens == [len(ids) for ids in tokenizer.apply_chat_template(conversations)["input_ids"]]


@pytest.mark.parametrize("template", ["exaone4", "llava", "phi_4", "mistral_v7_tekken"])
def test_a_template_with_the_tags_and_functions_of_transformers_is_rendered(
    template: str, chat_file: Path, tiny: Path
) -> None:
    config = {**CHAT, "chat_template": template}
    for tokenizer in (None, str(tiny)):
        lengths = read_lengths("a run", config, str(chat_file), tokenizer)
        assert all(0 < trained < tokens for trained, tokens in zip(lengths.trained, lengths.tokens, strict=True))


def test_a_template_that_refuses_the_dataset_or_is_missing_is_one_message(
    chat_file: Path, tiny: Path, tmp_path: Path
) -> None:
    with pytest.raises(UserError, match=r"chat_template: .*System role not supported"):
        read_lengths("a run", {**CHAT, "chat_template": "gemma"}, str(chat_file))
    with pytest.raises(UserError, match="chat_template: Axolotl has no template 'no_such'"):
        read_lengths("a run", {**CHAT, "chat_template": "no_such"}, str(chat_file))
    bare = shutil.copytree(tiny, tmp_path / "bare", ignore=shutil.ignore_patterns("chat_template.jinja"))
    with pytest.raises(UserError, match="the tokenizer of base_model brings no template"):
        read_lengths("a run", {"base_model": str(bare)}, str(chat_file))


def test_a_missing_dataset_names_the_remedy() -> None:
    with pytest.raises(UserError, match="there is no file data/nowhere") as caught:
        read_lengths("a run", CHAT, "data/nowhere.jsonl")
    assert "just prep" in str(caught.value.hint)


def test_an_unknown_card_names_the_known_ones() -> None:
    with pytest.raises(UserError, match="'h900'") as caught:
        find_cards("a100,h900")
    assert "a100-80gb" in str(caught.value.hint)
    assert [card.name for card in find_cards("A100, a10g-24gb")] == ["a100-80gb", "a10g-24gb"]


@pytest.mark.slow
def test_the_command_plans_a_shipped_run_and_says_what_would_make_it_fit(run_module: Run, chat_file: Path) -> None:
    run = ["training", "plan", "configs/deepseek-full-gc.yml", "--data", chat_file, "--gpu", "a10g,h200", "--json"]
    plan = json.loads(run_module(*run, HF_HUB_OFFLINE="1").stdout)
    small, large = plan["cards"]
    assert not small["fits"]
    assert "--override configs/hardware/zero3-offload.yml" in small["remedy"]
    assert large["fits"]
    assert large["dollars"] > 0
    assert plan["data"]["conversations"] == 64
    assert plan["memory"]["peak"] > 12 * 1.777e9 / 2**30


def test_a_plan_for_the_cpu_speaks_of_no_gpu(run_module: Run, chat_file: Path, tiny: Path) -> None:
    done = run_module("training", "plan", "configs/tiny-cpu.yml", f"base_model={tiny}", "--data", chat_file)
    assert "a run on the CPU" in done.stdout
    assert not re.search("GPU|CUDA|card", done.stdout)


def test_a_base_model_that_is_not_made_yet_is_told_with_the_command_that_makes_it(
    run_module: Run, chat_file: Path
) -> None:
    made = "base_model=models/SmolLM2-not-here"
    done = run_module("training", "plan", "configs/smollm2-cpu.yml", made, "--data", chat_file)
    assert done.returncode == 2
    assert "configs/smollm2-cpu.yml: base_model: there is no folder models/SmolLM2-not-here" in done.stderr
    assert "just base-model smollm2" in done.stderr


@pytest.mark.slow
def test_a_base_model_that_cannot_be_had_is_one_message(run_module: Run, chat_file: Path, tmp_path: Path) -> None:
    config = read_yaml("configs/qwen-full.yml")
    run = tmp_path / "run.yml"
    run.write_text(json.dumps({**config, "base_model": "nobody/nothing"}), encoding="utf-8")
    done = run_module("training", "plan", run, "--data", chat_file, HF_HUB_OFFLINE="1")
    assert done.returncode == 2
    assert "the architecture of nobody/nothing cannot be had" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_run_that_no_conversation_fits_is_one_message_with_the_least_length(
    run_module: Run, chat_file: Path, tiny: Path
) -> None:
    run = ["training", "plan", "configs/qwen-lora.yml", "--data", chat_file, "--tokenizer", tiny, "--gpu", "h200"]
    done = run_module(*run, "sequence_len=8", HF_HUB_OFFLINE="1")
    assert done.returncode == 2
    assert "configs/qwen-lora.yml: all 64 conversations are longer than sequence_len 8" in done.stderr
    assert "Traceback" not in done.stderr
    least = re.search(r"the shortest takes (sequence_len=\d+)", done.stderr)
    assert least
    enough = run_module(*run, least.group(1), HF_HUB_OFFLINE="1")
    assert (enough.returncode, "conversations over sequence_len" in enough.stdout) == (0, True), enough.stderr


@pytest.mark.parametrize("key", ["sequence_len=abc", "num_epochs=x", "special_tokens=3", "datasets=[x]", "num_epoch=2"])
def test_a_key_that_axolotl_would_refuse_is_one_message(key: str, run_module: Run, chat_file: Path, tiny: Path) -> None:
    done = run_module("training", "plan", "configs/tiny-cpu.yml", "--data", chat_file, f"base_model={tiny}", key)
    assert done.returncode == 2
    assert f"configs/tiny-cpu.yml: {key.partition('=')[0]}" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_message_that_is_no_mapping_is_one_message(tmp_path: Path) -> None:
    (tmp_path / "chat.jsonl").write_text('{"messages": [["user", "hi"]]}\n', encoding="utf-8")
    with pytest.raises(UserError, match="every line must hold a conversation"):
        read_lengths("run.yml", {}, str(tmp_path / "chat.jsonl"))

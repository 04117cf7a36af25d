"""The rewards: bounded, the same every time, and highest for an honest outline, whatever trick is tried instead."""

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from outline import StructureSpec, check_compliance
from settings import read_yaml
from training import rewards

SPEC = StructureSpec.load(Path(__file__).parents[2] / "configs/outline.yml")
SYSTEM = f"You are a doctor answering a patient. {SPEC.instruction()}"
QUESTION = (
    "dry cough for weeks after new tablet\n"
    "i am 54 and was started on lisinopril 10 mg two months ago, since then i have a dry tickly cough all day and it "
    "keeps my wife awake, i tried three different syrups and none of them did anything, should i stop the tablet"
)
REFERENCE = (
    "yes the lisinopril itself, about one in ten people gets exactly this ticklish cough because the drug lets "
    "bradykinin build up in the airways. no syrup will cure it. ask your doctor to replace it with losartan 50 mg once "
    "daily, which protects just as well and rarely causes coughing. expect the tickle to fade over one to four weeks. "
    "do not simply drop the tablet without a substitute, and should your lips or tongue ever swell treat that as an "
    "emergency."
)
TEACHER = """\
- **Replace lisinopril, do not just stop it**
  - Ask your doctor for a substitute
    - Losartan 50 mg once daily protects just as well
    - It rarely causes coughing
  - Do not drop the tablet without one
- **Why you cough**
  - The drug lets bradykinin build up in the airways
    - About one in ten people gets exactly this ticklish cough
    - No syrup will cure it
  - The tickle fades over one to four weeks after the change
- **Emergency: lips or tongue that swell**"""
OWN_WORDS = """\
- **Have the medicine changed**
  - See your doctor this week
    - Losartan is a fair substitute and seldom makes people cough
    - Keep taking what you have until then, blood pressure must stay under control
  - Leave the syrups, they cannot help here
- **What happens in your body**
  - Such tablets let a substance build up that irritates the airways
    - It fades a few weeks after the switch
    - It does no lasting harm
- **Get help at once**
  - When lips, face or tongue swell
  - When breathing becomes hard"""


def _nested(points: Sequence[str]) -> str:
    """The texts as a compliant outline: two roots, pairs of points under pairs of points."""
    depth = [0, 1, 2, 2, 1, 2, 2]
    return "\n".join(f"{'  ' * depth[number % len(depth)]}- {text}" for number, text in enumerate(points))


def _pieces(text: str, size: int) -> list[str]:
    words = text.replace("\n", " ").split()
    return [" ".join(words[start : start + size]) for start in range(0, len(words), size)][:14]


SENTENCES = [line.strip(" -*") for line in TEACHER.splitlines()]
TRICKS = {
    "nothing at all": "",
    "empty points": _nested([""] * 7),
    "points of punctuation": _nested(["...", "!", "?", "**", "--", "…", "."]),
    "points of one character": _nested(list("abcdefg")),
    "points of function words": _nested(["the", "it is", "of that", "and so", "which will", "you", "they were"]),
    "one point copied": _nested(["Replace it with losartan 50 mg once daily"] * 14),
    "points copied with another start": _nested([f"Point {n}: losartan protects just as well" for n in range(14)]),
    "one giant list": "\n".join(f"- {text}" for text in SENTENCES * 3),
    "a flat list of all there is to say": "\n".join(f"- {text}" for text in SENTENCES),
    "a chain with one point a level": "\n".join(f"{'  ' * n}- {text}" for n, text in enumerate(SENTENCES)),
    "the question repeated": _nested(_pieces(QUESTION, 6)),
    "the question chopped into words": _nested(_pieces(QUESTION, 3)),
    "the system prompt repeated": _nested(_pieces(SYSTEM, 6)),
    "a refusal": _nested(["I cannot answer", "Sorry", "Ask a professional", "I am an AI", "No advice", "Sorry", "Bye"]),
    "a refusal of full length": """\
- I am sorry, this is nothing that can be answered here
  - Everybody is different and only a professional can judge
    - Please make an appointment soon with a qualified physician
    - A full history and an examination will be needed first
  - General information is no replacement for a visit
- It is best to seek an opinion from somebody qualified
  - They have all the documents and results at hand
    - They can decide on further investigations and treatment
    - They can follow the course and give individual advice""",
    "the same answer to every question": """\
- Drink enough water and rest well
  - Have two litres of fluid spread over the day
    - Soups, tea and fruit count as well
    - Avoid alcohol and too much coffee meanwhile
  - Sleep eight hours in a dark and quiet room
- Take paracetamol when the pain gets strong
  - Walk for half an hour each morning
    - Keep a diary of what you eat
    - Have your blood tested when it goes on""",
    "the content as prose": REFERENCE,
    "an outline, then a loop": f"{TEACHER}\n  - {'swell and swell and ' * 60}",
    "an outline with everything twice": f"{TEACHER}\n{TEACHER}",
    "an outline with numbers made up": TEACHER.replace("50 mg", "75 mg").replace("one to four", "6 to 9"),
    "an outline buried in prose": f"Here is what I think.\n\n{TEACHER}\n\n{'More could be said about it here. ' * 12}",
}
"""Each is a way to a reward without an answer, or a way to spoil one."""
SPOILT = [name for name in TRICKS if name.startswith("an outline")]
MARGIN = 0.1
"""What a trick must lack at least, as a share of the highest total."""


def _prompt(system: str = SYSTEM, question: str = QUESTION) -> list[dict[str, str]]:
    return [{"role": "system", "content": system}, {"role": "user", "content": question}]


def _rewards(answer: str, reference: str | None = REFERENCE, cut: bool = False) -> dict[str, float | None]:
    columns = {"reference": [reference], "completion_ids": [[5, 9 if cut else 2]], "end_token": [2], "trainer_state": 0}
    completion = [[{"role": "assistant", "content": answer}]]
    return {
        name: getattr(rewards, name)(prompts=[_prompt()], completions=completion, **columns)[0]
        for name in rewards.__all__
    }


def _total(answer: str, cut: bool = False) -> float:
    """What the shipped run makes of an answer, as a share of what it can give."""
    trl = read_yaml("configs/qwen-grpo.yml")["trl"]
    names = [name.removeprefix("training.rewards.") for name in trl["reward_funcs"]]
    weights = dict(zip(names, trl["reward_weights"], strict=True))
    got = _rewards(answer, cut=cut)
    return sum(weight * (got[name] or 0.0) for name, weight in weights.items()) / sum(weights.values())


def test_an_honest_outline_gets_nearly_all_and_one_in_words_of_its_own_most_of_it() -> None:
    assert _total(TEACHER) > 0.95
    assert 0.75 < _total(OWN_WORDS) < _total(TEACHER)


@pytest.mark.parametrize("trick", TRICKS)
def test_no_trick_comes_near_an_honest_outline(trick: str) -> None:
    assert _total(TRICKS[trick]) <= _total(TEACHER) - MARGIN
    if trick not in SPOILT:
        assert _total(TRICKS[trick]) <= _total(OWN_WORDS) - MARGIN


@pytest.mark.parametrize("trick", [name for name in TRICKS if name.startswith(("a chain", "a refusal", "the same"))])
def test_a_trick_that_keeps_the_contract_fails_on_what_it_says(trick: str) -> None:
    assert check_compliance(TRICKS[trick], SPEC).compliant
    assert _rewards(TRICKS[trick])["substance"] < 0.3 * (_rewards(OWN_WORDS)["substance"] or 0)


def test_an_answer_that_was_cut_off_loses_its_length() -> None:
    assert _rewards(TEACHER, cut=True) == {**_rewards(TEACHER), "length": 0.0}


def test_a_fitting_length_has_a_lower_and_an_upper_end() -> None:
    words = [f"word{number}" for number in range(1000)]
    got = [_rewards("- " + " ".join(words[:count]))["length"] for count in (10, 20, 60, 180, 240, 300, 900)]
    assert got == sorted(got[:3]) + sorted(got[3:], reverse=True)
    assert (got[2], got[3], got[-1]) == (1.0, 1.0, 0.0)
    assert got[0] < got[1] < 1 > got[4] > got[5] > 0


def test_without_a_reference_what_is_said_is_unchecked_and_neither_zero_nor_full() -> None:
    got = _rewards(TEACHER, reference=None)
    assert (got["substance"], got["numbers"]) == (None, None)
    assert (got["compliance"], got["length"], got["repetition"]) == (1.0, 1.0, 1.0)


@pytest.mark.parametrize(
    ("nearer", "farther"),
    [
        ("- a\n  - b", "- a"),
        ("- a\n  - b\n    - c\n\nBye.", "Hello to you all.\n\n- a\n  - b\n    - c\n\nBye to you all."),
        ("\n".join(["- a"] * 6), "\n".join(["- a"] * 9)),
        ("- a\n  - b\n    - c\n- ", "- a\n  - b\n    - \n- "),
        ("- a\n" + "  - b\n" * 6, "- a\n" + "  - b\n" * 12),
        ("- a\n  - b\n    - c", "- a\n  - b\n    - c\n\nBye."),
    ],
)
def test_compliance_grows_with_every_step_towards_the_contract(nearer: str, farther: str) -> None:
    near, far = _rewards(nearer)["compliance"], _rewards(farther)["compliance"]
    assert near is not None
    assert far is not None
    assert near > far


def test_each_invented_number_costs_and_those_of_patient_and_reference_do_not() -> None:
    invented = ["", " for 9 days", " for 9 days at 37 degrees"]
    got = [_rewards(f"{TEACHER}\n  - Take the 10 mg until then{more}")["numbers"] for more in invented]
    assert got == [1.0, 0.5, 0.25]


def test_an_answer_in_a_script_without_spaces_says_something_of_its_own() -> None:
    said = _rewards("- 用药\n  - 每次2片\n    - 饭后服用\n  - 不要饮酒", "每次2片，饭后服用。不要饮酒。")
    assert (said["numbers"], said["substance"]) == (1, 0.5)


def test_the_system_prompt_supports_no_number() -> None:
    assert "5 points" in SYSTEM
    assert _rewards(f"{TEACHER}\n  - Measure at 5 places")["numbers"] == 0.5


LINES = st.tuples(st.integers(0, 6), st.sampled_from(["- ", "", "1. ", "# ", "* "]), st.text(max_size=30))


@given(st.lists(LINES, max_size=12), st.one_of(st.none(), st.text(max_size=80)))
@settings(max_examples=150, deadline=None)
def test_every_reward_is_from_0_to_1_and_the_same_again(lines: list, reference: str | None) -> None:
    answer = "\n".join(" " * indent + mark + text for indent, mark, text in lines)
    got = _rewards(answer, reference)
    assert all(value is None or 0 <= value <= 1 for value in got.values())
    assert got == _rewards(answer, reference)
    assert (got["compliance"] == 1) == check_compliance(answer, SPEC).compliant


def test_a_batch_gets_what_its_answers_get_alone() -> None:
    answers = [TEACHER, "", OWN_WORDS]
    completions = [[{"role": "assistant", "content": answer}] for answer in answers]
    for name in rewards.__all__:
        batch = getattr(rewards, name)(prompts=[_prompt()] * 3, completions=completions, reference=[REFERENCE] * 3)
        assert batch == [_rewards(answer)[name] for answer in answers]


def test_every_reward_of_a_shipped_run_is_one_of_ours_and_has_its_weight() -> None:
    runs = [run["trl"] for run in map(read_yaml, sorted(Path("configs").glob("*.yml"))) if run.get("rl") == "grpo"]
    assert runs
    for trl in runs:
        assert {name.removeprefix("training.rewards.") for name in trl["reward_funcs"]} <= set(rewards.__all__)
        assert len(trl["reward_funcs"]) == len(trl["reward_weights"])


def test_the_example_of_the_documentation_is_a_reward() -> None:
    page = Path("docs/after-sft.md").read_text(encoding="utf-8")
    (source,) = re.findall(r"^```python\n(.*?)^```", page, re.MULTILINE | re.DOTALL)
    names: dict[str, Any] = {}
    exec(source, names)
    long = " ".join(["word"] * 16)
    answers = [f"- short\n  - {long}", "- short", ""]
    completions = [[{"role": "assistant", "content": answer}] for answer in answers]
    assert names["short_points"](prompts=[_prompt()] * 3, completions=completions, end_token=[2] * 3) == [0.5, 1, 0]

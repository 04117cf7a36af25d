"""What of a completion is the answer."""

import pytest

from outline import extract_answer, opens_thinking


@pytest.mark.parametrize(
    ("completion", "answer"),
    [
        ("- a\n  - b", "- a\n  - b"),
        ("", ""),
        ("<think>plan</think>\n\n- a", "- a"),
        ("plan that the prompt opened</think>- a", "- a"),
        ("<think></think>\n- a", "- a"),
        ("<think>one</think>- a<think>two</think>- b", "- b"),
        ("<think>- a\n  - b\n    - c", None),
        ("- a\n<think>second thoughts", None),
        ("<think>one</think>- a<think>two", None),
        ("<think>done</think>", ""),
        ("  - indented as it came", "  - indented as it came"),
        ("</think>\n  - the indent of the first line stays", "  - the indent of the first line stays"),
        ("a < b and <thinking>", "a < b and <thinking>"),
    ],
)
def test_answer_is_what_follows_the_last_think_block(completion: str, answer: str | None) -> None:
    assert extract_answer(completion) == answer


@pytest.mark.parametrize(
    ("prompt", "opens"),
    [("<|Assistant|>", False), ("<|Assistant|><think>\n", True), ("<think></think>\n\n", False), ("", False)],
)
def test_prompt_that_ends_inside_a_think_block_is_seen(prompt: str, opens: bool) -> None:
    assert opens_thinking(prompt) is opens

"""The pairs as the trainer reads them."""

from dataclasses import replace

import pytest

from prep.chat import training_row
from prep.preferences import pair
from tests.prep.stored import consultations, kept

ROW = consultations(1)[0]


def test_what_was_kept_at_once_or_refused_for_being_empty_gives_no_pair() -> None:
    good = kept(ROW)
    fenced = replace(good, turns=(replace(good.turns[0], answer=f"```\n{good.outline}\n```"),))
    same = kept(ROW, good.outline or "")
    for made in (good, fenced, kept(ROW, " \n"), same):
        assert pair(made, training_row(made, "Answer.")) is None


def test_the_first_of_several_refused_answers_is_the_rejected_one() -> None:
    made = kept(ROW, "\n- flat\n", "- flat again")
    found = pair(made, training_row(made, "Answer."))
    assert found is not None
    assert found["rejected"]["content"] == "- flat"
    assert found["metadata"]["findings"] == ["depth: too flat"]


@pytest.mark.slow
@pytest.mark.parametrize("template", ["chatml", "llama3"])
def test_axolotl_reads_prompt_chosen_and_rejected(template: str) -> None:
    from axolotl.prompt_strategies.dpo.chat_template import default
    from axolotl.utils.dict import DictDefault
    from tokenizers import Tokenizer, models
    from transformers import PreTrainedTokenizerFast

    tokenizer = PreTrainedTokenizerFast(tokenizer_object=Tokenizer(models.WordLevel({"a": 0})), bos_token="<s>")
    config = DictDefault({"chat_template": template, "datasets": [{"type": "chat_template.default"}]})
    transform, options = default(config)
    made = kept(replace(ROW, patient="I cough."), "\n- flat\n")
    found = pair(made, training_row(made, "Answer as an outline."))
    assert found is not None
    read = transform(found, tokenizer)
    assert options == {"remove_columns": ["messages"]}
    assert read["chosen"].startswith(made.outline)
    assert read["rejected"].startswith("- flat<|")
    for part in ("Answer as an outline.", ROW.description, "I cough."):
        assert part in read["prompt"]
    assert "- " not in read["prompt"]

from pathlib import Path

import pytest

from benchmarks.teacher_server import ChatServer
from outline import StructureSpec
from prep.config import PrepConfig, Prompts
from prep.conversion import Finding, Turn
from prep.prompts import PromptSet
from settings import UserError
from tests.prep.conftest import Run, consultation, make_rows

FAIR = {"system": "{structure}", "user": "{reply}", "repair": "{findings}"}


def test_the_shipped_prompts_hold_the_structure_and_the_row(config: PrepConfig, spec: StructureSpec) -> None:
    assert config.prompts
    row = consultation("take {two} tablets", patient="it hurts")
    system, user = PromptSet(config.prompts, spec).render(row, [])
    assert (system["role"], user["role"]) == ("system", "user")
    assert spec.instruction() in system["content"]
    assert "take {two} tablets" in user["content"]
    assert "it hurts" in user["content"]


def test_a_repair_shows_the_answer_and_its_exact_findings(spec: StructureSpec) -> None:
    turn = Turn("f", "- flat", "- flat", (Finding("min_depth", "got 1 level"), Finding("fidelity", "lost 5")), None)
    messages = PromptSet(Prompts(**FAIR), spec).render(consultation(), [turn])
    assert [message["role"] for message in messages] == ["system", "user", "assistant", "user"]
    assert messages[2]["content"] == "- flat"
    assert messages[3]["content"] == "got 1 level\nlost 5"


def test_a_blank_answer_is_not_repeated_to_the_teacher(spec: StructureSpec) -> None:
    prompts = PromptSet(Prompts(**FAIR), spec)
    turn = Turn("f", " ", "", (Finding("empty", "empty"),), None)
    assert prompts.render(consultation(), [turn]) == prompts.render(consultation(), [])


@pytest.mark.parametrize("teacher", ["openai", "rules"])
@pytest.mark.parametrize(
    ("override", "message"),
    [
        ("prompts.system='{reply} {structure}'", r"prompts.system holds \{reply\}, .* allowed: \{structure\};"),
        ("prompts.user='Ticket {title}: {reply}'", r"prompts.user holds \{title\}, .* \{description\}, \{patient\}"),
        ("prompts.user='{patient}'", r"prompts.user must contain \{reply\}"),
        ("prompts.user='{reply:>9} {reply}'", r"prompts.user holds \{reply:>9\}"),
        ("prompts.user='{reply.x} {reply}'", r"prompts.user holds \{reply.x\}"),
        ("prompts.user='{reply} {}'", r"prompts.user holds \{\}"),
        ("prompts.repair=again", r"prompts.repair must contain \{findings\}"),
        ("prompts.user='{reply} {'", r"prompts.user is no template: .* written twice"),
    ],
)
def test_a_wrong_template_is_one_message_before_anything_is_begun(
    server: ChatServer, source, prep: Run, tmp_path: Path, teacher: str, override: str, message: str
) -> None:
    with pytest.raises(UserError, match=f"configs/prep.yml: {message}"):
        prep(source(make_rows(2)), tmp_path / "out", "--teacher", teacher, override)
    assert not server.seen
    assert not (tmp_path / "out").exists()

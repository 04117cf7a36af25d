"""The teacher's prompts: templates of the config, filled for a row and for its repairs."""

from collections.abc import Sequence
from typing import Any

from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, convert_to_openai_messages
from langchain_core.prompts import ChatPromptTemplate, MessagesPlaceholder, PromptTemplate

from outline import StructureSpec
from prep.config import Prompts
from prep.consultation import Consultation
from prep.conversion import Turn
from settings import UserError

_ROW = frozenset({"structure", "description", "patient", "reply", "status"})
_NEEDED = {"system": "structure", "user": "reply", "repair": "findings"}
_ALLOWED = {"system": frozenset({"structure"}), "user": _ROW, "repair": frozenset({"structure", "findings"})}


class PromptSet:
    """Renders the messages of a request. Raises `UserError` for a template with a wrong or a missing variable."""

    def __init__(self, prompts: Prompts, spec: StructureSpec) -> None:
        self._structure = spec.instruction()
        self._repair = _template("repair", prompts.repair)
        system, user = _template("system", prompts.system), _template("user", prompts.user)
        self._chat = ChatPromptTemplate.from_messages(
            [("system", system.template), ("human", user.template), MessagesPlaceholder("turns")]
        )

    def render(self, row: Consultation, turns: Sequence[Turn]) -> list[dict[str, Any]]:
        """Return OpenAI-style messages: system, user, then each refused answer with its exact findings.

        A refused answer without text is not repeated: the request is then the one before, asked once more.
        """
        messages = self._chat.format_messages(
            structure=self._structure,
            description=row.description,
            patient=row.patient,
            reply=row.reply,
            status=row.status,
            turns=[message for turn in turns if turn.answer.strip() for message in self._repair_turn(turn)],
        )
        return list(convert_to_openai_messages(messages))

    def _repair_turn(self, turn: Turn) -> list[BaseMessage]:
        values = {"structure": self._structure, "findings": turn.feedback()}
        said = self._repair.format(**{name: values[name] for name in self._repair.input_variables})
        return [AIMessage(turn.answer), HumanMessage(said)]


def _template(name: str, text: str) -> PromptTemplate:
    try:
        template = PromptTemplate.from_template(text)
    except ValueError as error:
        raise UserError(f"prompts.{name} is no template: {error}", hint="write a literal brace twice: {{") from error
    found = set(template.input_variables)
    if unknown := sorted(found - _ALLOWED[name]):
        allowed = ", ".join(f"{{{variable}}}" for variable in sorted(_ALLOWED[name]))
        raise UserError(f"prompts.{name}: {{{unknown[0]}}} is not known there, allowed: {allowed}")
    if _NEEDED[name] not in found:
        raise UserError(f"prompts.{name} must contain {{{_NEEDED[name]}}}")
    return template

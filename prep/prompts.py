"""The teacher's prompts: templates of the config, filled for a row and for its repairs."""

from collections.abc import Sequence
from typing import Any

from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, convert_to_openai_messages
from langchain_core.prompts import ChatPromptTemplate, MessagesPlaceholder, PromptTemplate

from outline import StructureSpec
from prep.config import Prompts
from prep.consultation import Consultation
from prep.conversion import Turn


class PromptSet:
    """Renders the messages of a request, of templates that `Prompts` has found right."""

    def __init__(self, prompts: Prompts, spec: StructureSpec) -> None:
        self._structure = spec.instruction()
        self._repair = PromptTemplate.from_template(prompts.repair)
        self._chat = ChatPromptTemplate.from_messages(
            [("system", prompts.system), ("human", prompts.user), MessagesPlaceholder("turns")]
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

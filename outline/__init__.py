"""The outline contract: what a hierarchical outline is, whether a text keeps it, and whether it is faithful."""

from outline.answers import extract_answer, opens_thinking
from outline.compliance import CRITERIA, ComplianceReport, Violation, check_compliance
from outline.english import is_english
from outline.fidelity import FidelityReport, check_fidelity, unsupported_numbers
from outline.mentions import Mention
from outline.negations import negation_mentions
from outline.quantities import list_markers, quantity_mentions
from outline.spec import DEFAULT_SPEC, StructureSpec
from outline.tree import Node, Outline, parse_outline, render_outline
from outline.words import content_words

__all__ = [
    "CRITERIA",
    "DEFAULT_SPEC",
    "ComplianceReport",
    "FidelityReport",
    "Mention",
    "Node",
    "Outline",
    "StructureSpec",
    "Violation",
    "check_compliance",
    "check_fidelity",
    "content_words",
    "extract_answer",
    "is_english",
    "list_markers",
    "negation_mentions",
    "opens_thinking",
    "parse_outline",
    "quantity_mentions",
    "render_outline",
    "unsupported_numbers",
]

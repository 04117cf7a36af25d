"""First floor: the chat client that every stage shares, its limits, retries, cost and journal.

Knows no medicine and no outline. Only `llm.client`, `llm.faults` and the batch modules import the openai SDK.
"""

from llm.endpoint import Endpoint, Prices
from llm.journal import Journal
from llm.usage import Usage

__all__ = ["Endpoint", "Journal", "Prices", "Usage"]

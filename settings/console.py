"""What a person sees: messages on standard error, results on standard output, no telemetry."""

import logging
import os

from rich.console import Console
from rich.logging import RichHandler

console = Console(stderr=True)
"""For progress and messages."""

output = Console()
"""For results, so that a pipe receives them and nothing else."""

_SILENT = {
    "ANONYMIZED_TELEMETRY": "False",
    "AXOLOTL_DO_NOT_TRACK": "1",
    "DISABLE_TELEMETRY": "1",
    "DO_NOT_TRACK": "1",
    "GRADIO_ANALYTICS_ENABLED": "False",
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "LANGCHAIN_TRACING_V2": "false",
    "LANGSMITH_TRACING": "false",
    "RAY_USAGE_STATS_ENABLED": "0",
    "VLLM_NO_USAGE_STATS": "1",
    "WANDB_DISABLE_TELEMETRY": "true",
}


def disable_telemetry() -> None:
    """Switch off the usage reports of every library here, for this process and those it starts.

    A variable that the user has set is left as it is.
    """
    for name, value in _SILENT.items():
        os.environ.setdefault(name, value)


def setup_logging() -> None:
    """Send the standard `logging` through rich, from WARNING on."""
    handler = RichHandler(console=console, show_path=False, log_time_format="%X")
    logging.basicConfig(level=logging.WARNING, format="%(message)s", handlers=[handler], force=True)

"""Ground floor: a config file and its overrides become a frozen object or one clear message."""

from settings.config import Settings, apply_overrides, load_config, merge, read_yaml, secret, split_overrides
from settings.console import console, disable_telemetry, output
from settings.errors import EXIT_BAD_INPUT, UserError, run_command
from settings.files import iterate_jsonl, load_json, open_jsonl, parse_jsonl, read_jsonl, write_jsonl, write_text
from settings.keys import is_variable
from settings.network import is_loopback

__all__ = [
    "EXIT_BAD_INPUT",
    "Settings",
    "UserError",
    "apply_overrides",
    "console",
    "disable_telemetry",
    "is_loopback",
    "is_variable",
    "iterate_jsonl",
    "load_config",
    "load_json",
    "merge",
    "open_jsonl",
    "output",
    "parse_jsonl",
    "read_jsonl",
    "read_yaml",
    "run_command",
    "secret",
    "split_overrides",
    "write_jsonl",
    "write_text",
]

"""How YAML is read: numbers as YAML 1.2 has them, and no key twice."""

import re
from typing import Any

import yaml

_TAG = "tag:yaml.org,2002:"
_INT = re.compile(r"[-+]?(?:0b[01]+|0o[0-7]+|0x[0-9a-fA-F]+|[0-9]+(?:_[0-9]+)*)$")
_FLOAT = re.compile(
    r"(?:[-+]?(?:\.[0-9]+|[0-9]+(?:_[0-9]+)*(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN))$"
)
_SHOWN = 40
"""Characters of a wrong value that a message shows."""
_OF_1_1 = {f"{_TAG}{name}" for name in ("int", "float", "timestamp", "value")}
"""What PyYAML takes an unquoted text for by rules that are not wanted here."""


class Loader(yaml.SafeLoader):
    """Refuses a key that stands twice in one mapping: of two `max_cost`, say, PyYAML takes the last in silence.

    PyYAML follows YAML 1.1, by which 010 is 8, 1:30 is 90, 1e-5 is a text and 2025-11-30 is none. Here they are 10, a
    text, a number and a text, as in YAML 1.2. Truth values stay those of 1.1 (yes, no, on, off), as Axolotl has them.
    """

    def compose_mapping_node(self, anchor: Any) -> yaml.MappingNode:
        node = super().compose_mapping_node(anchor)
        seen: set[str] = set()
        for key in (key for key, _ in node.value if isinstance(key, yaml.ScalarNode)):
            if key.value in seen:
                raise yaml.YAMLError(f"{key.value} stands twice in one mapping, line {key.start_mark.line + 1}")
            seen.add(key.value)
        return node

    def construct_object(self, node: Any, deep: bool = False) -> Any:
        """Return the value of a node; raises `YAMLError` with its line for one that is not of its tag."""
        try:
            return super().construct_object(node, deep)
        except (ValueError, KeyError, AttributeError) as error:  # what PyYAML's own constructors end in
            if not isinstance(node, yaml.ScalarNode):
                raise
            kind, text = node.tag.removeprefix(_TAG), node.value
            shown = text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"
            raise yaml.YAMLError(f"{shown!r} is no {kind}, line {node.start_mark.line + 1}") from error

    def construct_yaml_int(self, node: yaml.ScalarNode) -> int:
        text = self.construct_scalar(node)
        return int(text, 0 if text.lstrip("-+")[1:2].isalpha() else 10)


Loader.yaml_implicit_resolvers = {
    first: [(tag, form) for tag, form in forms if tag not in _OF_1_1]
    for first, forms in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
Loader.add_implicit_resolver(f"{_TAG}int", _INT, list("-+0123456789"))
Loader.add_implicit_resolver(f"{_TAG}float", _FLOAT, list("-+.0123456789"))
Loader.add_constructor(f"{_TAG}int", Loader.construct_yaml_int)

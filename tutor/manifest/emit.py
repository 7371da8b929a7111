"""JSON values written as YAML, the way sigs.k8s.io/yaml writes them."""

from typing import TYPE_CHECKING, Any

import yaml

if TYPE_CHECKING:
    _Base = yaml.SafeDumper
else:
    _Base = getattr(yaml, "CSafeDumper", yaml.SafeDumper)  # several times as fast, where there is C


class _Dumper(_Base):
    """Keys sorted, strings quoted as go-yaml quotes them."""

    def ignore_aliases(self, data: Any) -> bool:  # noqa: ANN401
        return True


def _string(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    style = None
    if "\n" in text:
        style = "|"
    elif _meaning(dumper, text) != "tag:yaml.org,2002:str":
        style = '"'
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style)


def _meaning(dumper: yaml.SafeDumper, text: str) -> str:
    """The tag a reader would give plain text."""
    return str(dumper.resolve(yaml.ScalarNode, text, (True, False)))  # type: ignore[no-untyped-call]


_Dumper.add_representer(str, _string)


_END = "...\n"


def to_yaml(value: Any) -> str:  # noqa: ANN401
    """A JSON value as YAML text, without a mark at its end: it may be a part of a longer one."""
    text: str = yaml.dump(value, Dumper=_Dumper, allow_unicode=True, sort_keys=True, width=80)
    return text[: -len(_END)] if text.endswith(f"\n{_END}") else text

"""What a known message is."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Speaker(StrEnum):
    """Who prints a message. The values name them on the screen in every language."""

    API = "API server"
    STATEFULSET = "StatefulSet controller"
    VOLUMES = "volume controllers"
    SCHEDULER = "scheduler"
    KUBELET = "kubelet"
    KUBECTL = "kubectl"
    HELM = "Helm"
    NODES = "node controllers"
    APP = "application"


@dataclass(frozen=True, slots=True)
class Message:
    """One known message.

    Attributes:
        code: ``MSG…``, stable; its page has the words.
        pattern: Searched in the text, its white space folded to single spaces. Where a name can
            stand in several places its group is called ``claim``, ``claim_2``, …
        example: A text as it is really printed, which the pattern must find.
        source: The file of kubernetes/kubernetes, or the program, that prints it.
        rules: Codes of the catalogue that find the cause in a manifest.
        since: First Kubernetes minor version that prints it so, empty for all.
        until: Last one, empty for all.
        general: Said only where nothing more particular was found in the text.
    """

    code: str
    speaker: Speaker
    pattern: re.Pattern[str]
    example: str
    source: str
    rules: tuple[str, ...] = ()
    since: str = ""
    until: str = ""
    general: bool = False

    @property
    def names(self) -> frozenset[str]:
        """What its page may name: the groups of the pattern, ``claim_2`` being a ``claim``."""
        return frozenset(map(_base, self.pattern.groupindex))

    def params(self, match: re.Match[str]) -> Mapping[str, str]:
        """What a match names; empty where it names nothing."""
        found = dict.fromkeys(sorted(self.names), "")
        for group, value in match.groupdict().items():
            found[_base(group)] = found[_base(group)] or value or ""
        return found


def _base(group: str) -> str:
    return group.partition("_")[0]


NAME = r"[-a-z0-9.]{1,253}+"
"""The name of an object. Possessive, so that no text makes the search go back."""

FIELD = r"(?<![\w.\]])(?P<field>[a-z]\w{0,60}+(?:\.\w{1,60}+|\[[^\]\s]{1,100}\])++)"
"""A path of at least two steps, as the API server prints it."""


def message(
    code: str,
    speaker: Speaker,
    pattern: str,
    example: str,
    source: str,
    *rules: str,
    since: str = "",
    until: str = "",
    general: bool = False,
) -> Message:
    """One entry of the lists. Letters match in either case: texts changed theirs."""
    compiled = re.compile(pattern, re.IGNORECASE)
    return Message(code, speaker, compiled, example, source, rules, since, until, general)

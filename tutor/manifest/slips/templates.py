"""Templates that have yet to become manifests: Helm, Jinja, Go."""

import re

from tutor.manifest.slips.fixes import Slip
from tutor.manifest.slips.lines import Line

_ACTION = re.compile(r"\{\{|\{%")
_HELM = re.compile(
    r"\{\{-?\s*(?:/\*|if|else|end|range|with|define|template|include|block|toYaml|tpl|printf|quote|"
    r"default|required|lookup|\$?\.(?:Values|Release|Chart|Capabilities|Files|Template)|\$|\.)"
)


def template(lines: list[Line]) -> Slip | None:
    """The first template action that stands where YAML has to read it; None without one."""
    for line in lines:
        if line.opaque:
            continue
        for match in _ACTION.finditer(line.text, 0, line.end):
            if line.judged(match.start()):
                variant = "helm" if _HELM.match(line.text, match.start()) else ""
                end = line.text.find("}}" if match[0] == "{{" else "%}", match.end())
                end = line.end if end < 0 else end + 2
                found = line.text[match.start() : end]
                return Slip("YAML150", line.row, match.start(), end, {"found": found[:60]}, variant)
    return None

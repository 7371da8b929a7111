"""What was copied along with a manifest: fences, prompts, here documents, kubectl's answers."""

import re

from tutor.manifest.slips import characters as chars
from tutor.manifest.slips.fixes import Edit, Fix, Slip, fix
from tutor.manifest.slips.lines import Line
from tutor.manifest.splitting import SEPARATOR

_FENCE = re.compile(r"\s*(?:```+|~~~+)\s*[\w+-]*\s*\Z")
_COMMANDS = "kubectl|k|oc|cat|helm|minikube|kind|k3d|kustomize|sudo|echo|tee|vi|vim|nano|less"
_PROMPT = re.compile(
    rf"\s*(?:[\w.-]+@[\w.-]+[^$#%>]*|PS [^>]*|[~/][^$#%>]*)?[$#%>❯➜›]\s*(?:{_COMMANDS})\b"
)
_BARE_PROMPT = re.compile(r"\s*(?:[\w.-]+@[\w.-]+[^$#%>]*)?[$%❯➜]\s*\Z")
_COMMAND = re.compile(
    r"\s*(?:sudo\s+)?(?:(?:kubectl|oc|helm|kustomize|k)\s+(?:get|apply|create|delete|describe|edit|"
    r"explain|replace|patch|run|expose|template|build|diff|label)\b|cat\s+(?:>|<<|\S+\.ya?ml))"
)
_HERE = re.compile(r"<<[-~]?\s*[\"'\\]?([A-Za-z_]\w*)[\"']?")
_TERMINATOR = re.compile(r"\s*(?:EOF|EOS|EOM|END|YAML|EOT)\s*\Z")
_ANSWER = re.compile(
    r"\s*(?:[a-z][\w.-]*/[\w.-]+ (?:created|configured|unchanged|deleted|patched|scaled|edited|"
    r"replaced|labeled|restarted|serverside-applied)\b|Error from server|error: |"
    r"NAME\s+(?:READY|STATUS|TYPE|CAPACITY|AGE|DATA|PROVISIONER)\b)"
)
_DASHES = re.compile(f"[ \t]*[-{chars.HYPHENS}][-{chars.HYPHENS} ]*[ \t]*\\Z")


def wrapper(line: Line, here: set[str]) -> Fix | None:
    """What is wrong with a line that is no part of a manifest at all; None if it may be.

    Args:
        line: The line.
        here: Words that end a here document begun above; what this line begins is added.
    """
    text = line.text
    variant = ""
    code = "YAML152"
    if _FENCE.match(text):
        code = "YAML151"
    elif text.strip() in here or _TERMINATOR.match(text):
        variant = "end"
    elif _PROMPT.match(text) or _COMMAND.match(text):
        begins = _HERE.search(text)
        variant = "here" if begins else "prompt"
        if begins:
            here.add(begins[1])
    elif _BARE_PROMPT.match(text):
        variant = "prompt"
    elif _ANSWER.match(text):
        variant = "answer"
    else:
        return None
    end = len(text.rstrip())
    start = len(text) - len(text.lstrip())
    params = {"found": text.strip()[:60]}
    slip = Slip(code, line.row, start, end, params, variant)
    return fix(slip, Edit(line.row, 0, len(text), ""))


def separator(line: Line) -> Fix | None:
    """A line that was to be ``---`` and is not; None for any other."""
    text = line.text
    if not _DASHES.match(text) or text == SEPARATOR:
        return None
    drawn = text.strip()
    if drawn == "-" or (drawn.isascii() and line.indent and drawn != SEPARATOR) or len(text) > 80:
        return None
    variant = "indented" if drawn == SEPARATOR else "dashes"
    if len(drawn) == 1 and drawn not in chars.HYPHENS:
        return None
    slip = Slip(
        "YAML106", line.row, line.indent, line.indent + len(drawn), {"found": drawn[:40]}, variant
    )
    return fix(slip, Edit(line.row, 0, len(text), SEPARATOR))

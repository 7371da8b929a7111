"""The parser's words put as well as can be, where no mending gets any further."""

from tutor.manifest.slips.fixes import Slip
from tutor.manifest.slips.lines import Line
from tutor.manifest.slips.parsing import NO_OBJECT, Broken

LONGEST_KEY = 1024
"""Characters of a key; YAML does not look any further for its colon."""


def explain(broken: Broken, text: str, line: Line | None) -> Slip:
    """One finding about what is broken.

    Args:
        broken: What the parser says.
        text: The row where it noticed.
        line: The line at which what it was doing began, if it is known.
    """
    row, column = broken.row, broken.column
    begin, start = broken.from_row, broken.from_column
    if broken.problem == NO_OBJECT:
        return Slip("YAML105", row, column, column + 1, {}, "scalar")
    if "quoted scalar" in broken.context and "end of stream" in broken.problem:
        sign = line.text[start : start + 1] if line else '"'
        return Slip("YAML136", begin, start, start + 1, {"found": sign})
    if "flow" in broken.context:
        sign = line.text[start : start + 1] if line else "["
        params = {"found": sign, "needed": {"[": "]", "{": "}"}.get(sign, "]")}
        if sign in "[{" and sign:
            return Slip("YAML137", begin, start, start + 1, params, "open")
    if "cannot start any token" in broken.problem or "found a tab" in broken.problem:
        sign = text[column : column + 1]
        if sign == "\t":
            return Slip("YAML130", row, column, column + 1, {"count": 1})
        if sign:
            value = text[column:].strip()[:60]
            params = {"found": sign, "value": value}
            variant = "backtick" if sign == "`" else ""
            return Slip("YAML139", row, column, column + 1, params, variant)
    if "block sequence entries" in broken.problem:
        return Slip("YAML141", row, column, column + 1, {"key": line.key if line else ""})
    if "unknown escape" in broken.problem:
        found = text[column : column + 2]
        return Slip("YAML140", row, column, column + 2, {"found": found}, "escape")
    if "mapping values" in broken.problem and column > LONGEST_KEY:
        return Slip("YAML111", row, 0, column, {"found": text[:40]}, "long")
    if "could not find expected ':'" in broken.problem and line and not line.opaque:
        found = line.text[line.content : line.end][:60]
        return Slip("YAML135", begin, line.content, max(line.end, 1), {"found": found}, "text")
    return Slip("YAML101", row, column, column + 1, {"raw": broken.problem or broken.context})

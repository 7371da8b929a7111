"""Drawings and marks for terminals and fonts that have ASCII only. Every width is kept."""

_PAIRS = {
    "─━═╌╍┄┅┈┉╴╶╸╺▁▔": "-",
    "│┃║╎╏┆┇┊┋╵╷╹╻▏▎▍▌▋▊▉▐█": "|",
    "┌┐└┘├┤┬┴┼╭╮╰╯╔╗╚╝╠╣╦╩╬┏┓┗┛┣┫┳┻╋": "+",
    "→▶▸›❯": ">",
    "←◀◂‹": "<",
    "↑▲": "^",
    "↓▼": "v",
    "●•■◆": "*",
    "○◦□◇·": "o",
    "✓": "+",
    "✗×": "x",
    "▂▃▄▅▆▇▀": "=",
    "…": "~",
}
TABLE = {ord(fancy): plain for group, plain in _PAIRS.items() for fancy in group}


def ascii_only(text: str) -> str:
    """A text with its lines, arrows and marks drawn in ASCII; words stay as they are."""
    return text if text.isascii() else text.translate(TABLE)

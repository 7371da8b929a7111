"""The parser for a PyYAML that was built without libyaml: slower, and as good."""

from yaml.parser import Parser
from yaml.reader import Reader
from yaml.scanner import Scanner


class PlainParser(Reader, Scanner, Parser):
    """PyYAML's own parser of a text."""

    def __init__(self, text: str) -> None:
        Reader.__init__(self, text)
        Scanner.__init__(self)
        Parser.__init__(self)

    def raw_parse(self) -> None:
        """Go through the events that are left."""
        while self.get_event() is not None:  # type: ignore[no-untyped-call]
            pass

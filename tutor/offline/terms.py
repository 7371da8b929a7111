"""Many requirements at once: what a long selector asks of labels, put together by their keys.

Whether labels meet it takes a step for each label then, however many terms the selector has. The
length of a selector is bounded only by that of a URL, and it is held against every object of a list
and every change of a watch.
"""

from collections.abc import Iterable, Mapping

from tutor.offline.requirements import Requirement, integer


class _Term:
    """What is asked of one label.

    Attributes:
        present: It must be there.
        absent: It must not be there.
        allowed: Its value must be one of these; None for any.
        denied: It must be none of these.
        above: It must be a greater integer; None for no bound.
        below: It must be a lesser integer; None for no bound.
    """

    __slots__ = ("above", "absent", "allowed", "below", "denied", "present")

    def __init__(self) -> None:
        self.present = self.absent = False
        self.allowed: frozenset[str] | None = None
        self.denied: set[str] = set()
        self.above: int | None = None
        self.below: int | None = None

    def add(self, one: Requirement) -> None:
        """Ask for this, too."""
        match one.operator:
            case "=" | "in":
                self.present = True
                values = frozenset(one.values)
                self.allowed = values if self.allowed is None else self.allowed & values
            case "!=" | "notin":
                self.denied.update(one.values)
            case "exists":
                self.present = True
            case "!":
                self.absent = True
            case "gt" | "lt":
                self.present = True
                self._bound(one.operator, integer(one.values[0]))

    def _bound(self, operator: str, bound: int | None) -> None:
        if bound is None:  # nothing is greater or less than what is no integer
            self.allowed = frozenset()
        elif operator == "gt":
            self.above = bound if self.above is None else max(self.above, bound)
        else:
            self.below = bound if self.below is None else min(self.below, bound)

    def met_by(self, value: str) -> bool:
        """Whether a label that is there meets it."""
        if self.absent or value in self.denied:
            return False
        if self.allowed is not None and value not in self.allowed:
            return False
        if self.above is None and self.below is None:
            return True
        found = integer(value)
        return (
            found is not None
            and (self.above is None or found > self.above)
            and (self.below is None or found < self.below)
        )


class Terms:
    """What requirements ask for together.

    Args:
        requirements: All of them must hold.
    """

    def __init__(self, requirements: Iterable[Requirement]) -> None:
        self._terms: dict[str, _Term] = {}
        for one in requirements:
            self._terms.setdefault(one.key, _Term()).add(one)
        self._present = {key for key, term in self._terms.items() if term.present}

    def met_by(self, labels: Mapping[str, str]) -> bool:
        """Whether labels meet all of it."""
        if len(self._present) > len(labels) or not self._present <= labels.keys():
            return False
        terms = self._terms
        return all(terms[key].met_by(value) for key, value in labels.items() if key in terms)

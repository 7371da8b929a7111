"""Label selectors: parsed, matched and printed as apimachinery does.

``labels(text)`` parses what a request carries and raises the real refusals; ``of_object(selector)``
reads a LabelSelector of an object (``matchLabels`` and ``matchExpressions``), ``of_labels(map)``
the plain map of a Service. All give something to call: ``selector(obj) -> bool``. Field selectors
are in ``tutor.offline.field_selectors``.

Source: staging/src/k8s.io/apimachinery/pkg/labels/selector.go.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from tutor.offline.objects import Obj, labels_of
from tutor.offline.refusals import bad_request
from tutor.offline.requirements import Requirement, parse
from tutor.offline.terms import Terms

FEW = 16
"""Requirements and values that are gone through one by one; more are put together first."""


@dataclass(frozen=True, slots=True)
class Selector:
    """A label selector: all requirements must hold; none at all select everything.

    Attributes:
        requirements: Sorted by key.
        nothing: Selects no object at all (a missing LabelSelector).
    """

    requirements: tuple[Requirement, ...] = ()
    nothing: bool = False
    _terms: Terms | None = field(default=None, init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Put many requirements together, or such as have many values."""
        if sum(1 + len(one.values) for one in self.requirements) > FEW:
            object.__setattr__(self, "_terms", Terms(self.requirements))

    def __call__(self, obj: Obj) -> bool:
        """Whether the object's labels meet it."""
        return self.matches(labels_of(obj))

    def matches(self, labels: Mapping[str, str]) -> bool:
        """Whether labels meet it."""
        if self.nothing:
            return False
        if self._terms is not None:
            return self._terms.met_by(labels)
        return all(one(labels) for one in self.requirements)

    def __str__(self) -> str:
        return ",".join(map(str, self.requirements))


EVERYTHING = Selector()


def labels(text: str) -> Selector:
    """The selector of ``?labelSelector=``.

    Raises:
        ApiError: 400 with the parser's own words.
    """
    if not text:
        return EVERYTHING
    try:
        found = parse(text)
    except ValueError as problem:
        raise bad_request(f"unable to parse requirement: {problem}") from None
    return Selector(found)


def of_object(selector: Any) -> Selector:  # noqa: ANN401
    """The selector of a LabelSelector; none selects nothing, an empty one everything.

    Raises:
        ApiError: An operator that does not exist; the API refuses such objects when they are made.
    """
    if not isinstance(selector, dict):
        return Selector(nothing=True)
    found = [
        Requirement(key, "=", (str(value),))
        for key, value in (selector.get("matchLabels") or {}).items()
    ]
    operators = {"In": "in", "NotIn": "notin", "Exists": "exists", "DoesNotExist": "!"}
    for one in selector.get("matchExpressions") or ():
        operator = operators.get(one.get("operator"))
        if operator is None:
            raise bad_request(f'"{one.get("operator")}" is not a valid label selector operator')
        found.append(
            Requirement(one.get("key", ""), operator, tuple(sorted(one.get("values") or ())))
        )
    return Selector(tuple(sorted(found, key=lambda one: one.key)))


def of_labels(wanted: Mapping[str, str] | None) -> Selector:
    """The selector of a plain map, as a Service has; none and empty select nothing."""
    if not wanted:
        return Selector(nothing=True)
    return Selector(tuple(Requirement(key, "=", (wanted[key],)) for key in sorted(wanted)))

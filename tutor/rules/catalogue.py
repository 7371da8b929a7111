"""What a rule is, and the register of all of them."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from tutor.manifest.documents import Document
from tutor.model.findings import Finding, Param, Path, Severity
from tutor.rules.objects import Objects

CheckFunction = Callable[["Rule", Objects], Iterator[Finding]]


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule of the catalogue. Its words are ``tutor/i18n/pages/<lang>/<code>.md``.

    Attributes:
        code: ``STS1xx`` identity and network, ``STS2xx`` ordering and updates, ``STS3xx``
            storage, ``STS4xx`` operations. Never reused.
        severity: What its findings have.
        source: Where the behaviour comes from: a file of kubernetes/kubernetes, a KEP, an issue.
        mistakes: Ids of the catalogue of real mistakes it finds (``M04``).
        since: First Kubernetes minor version it holds for (``1.34``), empty for all.
        until: Last one, empty for all.
        check: Yields the findings.
    """

    code: str
    severity: Severity
    source: str
    mistakes: tuple[str, ...]
    since: str
    until: str
    check: CheckFunction

    def finding(
        self,
        document: Document,
        path: Path | str,
        *,
        key: bool = False,
        variant: str = "",
        **params: Param,
    ) -> Finding:
        """A finding of this rule about a path of a document."""
        return document.finding(
            self.code, self.severity, path, key=key, variant=variant, **params
        )


_RULES: dict[str, Rule] = {}


def rule(
    code: str,
    severity: Severity,
    *,
    source: str,
    mistakes: tuple[str, ...] = (),
    since: str = "",
    until: str = "",
) -> Callable[[CheckFunction], CheckFunction]:
    """Enter a check function into the catalogue.

    Raises:
        ValueError: The code is taken.
    """

    def enter(check: CheckFunction) -> CheckFunction:
        if code in _RULES:
            raise ValueError(f"{code} is taken by {_RULES[code].check.__name__}")
        _RULES[code] = Rule(code, severity, source, mistakes, since, until, check)
        return check

    return enter


def rules() -> tuple[Rule, ...]:
    """The whole catalogue, in the order of the codes."""
    from tutor.rules import identity, operations, ordering, storage  # noqa: F401

    return tuple(_RULES[code] for code in sorted(_RULES))

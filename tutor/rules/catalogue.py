"""What a rule is, and the register of all of them."""

from collections.abc import Callable, Iterator
from typing import NamedTuple

from tutor.manifest.documents import Document
from tutor.model.findings import Finding, Param, Path, Severity
from tutor.rules.objects import Objects

CheckFunction = Callable[["Rule", Objects], Iterator[Finding]]


class Rule(NamedTuple):
    """One rule of the catalogue. Its words are ``tutor/i18n/pages/<lang>/<code>.md``.

    Attributes:
        code: ``STS1xx`` identity and network, ``STS2xx`` ordering and updates, ``STS3xx``
            storage, ``STS4xx`` operations. Never reused.
        severity: What its findings have, unless a variant has another.
        source: Where the behaviour comes from: a file of kubernetes/kubernetes, a KEP, an issue.
        mistakes: Ids of the catalogue of real mistakes it finds (``M04``).
        since: First Kubernetes minor version it holds for (``1.34``), empty for all.
        until: Last one, empty for all.
        variants: Every variant it can yield, the usual one first (empty: unnamed).
        after: Codes this one is a consequence of: found in the same document, they say it all.
        compares: Whether it looks at two versions of the files (``objects.previous``).
        check: Yields the findings.
    """

    code: str
    severity: Severity
    source: str
    mistakes: tuple[str, ...]
    since: str
    until: str
    variants: tuple[str, ...]
    after: tuple[str, ...]
    compares: bool
    check: CheckFunction

    def finding(
        self,
        document: Document,
        path: Path | str,
        *,
        key: bool = False,
        variant: str = "",
        severity: Severity | None = None,
        **params: Param,
    ) -> Finding:
        """A finding of this rule about a path of a document."""
        return document.finding(
            self.code, severity or self.severity, path, key=key, variant=variant, **params
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
    variants: tuple[str, ...] = ("",),
    after: tuple[str, ...] = (),
    compares: bool = False,
) -> Callable[[CheckFunction], CheckFunction]:
    """Enter a check function into the catalogue. The arguments are those of :class:`Rule`.

    Raises:
        ValueError: The code is taken.
    """

    def enter(check: CheckFunction) -> CheckFunction:
        if code in _RULES:
            raise ValueError(f"{code} is taken by {_RULES[code].check.__name__}")
        _RULES[code] = Rule(
            code, severity, source, mistakes, since, until, variants, after, compares, check
        )
        return check

    return enter


def rules() -> tuple[Rule, ...]:
    """The whole catalogue, in the order of the codes."""
    from tutor.rules import identity, operations, ordering, storage  # noqa: F401

    return tuple(_RULES[code] for code in sorted(_RULES))

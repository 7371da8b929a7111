"""Versions of Kubernetes, and what of StatefulSets and their volumes differs between them.

The one place where that is written down: rules ask here, the decoder's ``since`` and ``until`` are
held against it, and ``docs/versions.md`` is made from it. A behaviour that was turned on and off in
patch releases has a span for each.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

OLDEST, NEWEST = "1.33", "1.37"
"""The minor versions that the list of behaviours covers."""
LATEST = 10_000
"""The patch level of a version that names none: the last one there is."""
_VERSION = re.compile(
    r"v?1\.(?P<minor>[0-9]{1,3})(?:\.(?P<patch>[0-9]{1,3}))?(?:[-+][A-Za-z0-9.+-]{0,60})?", re.ASCII
)


class Version(NamedTuple):
    """A version 1.x. Those of clouds (``v1.35.2-gke.1``) are the version they are made from."""

    minor: int
    patch: int


def first(text: str) -> Version:
    """The first release that a text means: ``1.35`` is 1.35.0.

    Raises:
        ValueError: It is not a version.
    """
    return _parse(text, 0)


def last(text: str) -> Version:
    """The last release that a text means: ``1.35`` is the newest patch of it.

    Raises:
        ValueError: It is not a version.
    """
    return _parse(text, LATEST)


def _parse(text: str, patch: int) -> Version:
    match = _VERSION.fullmatch(text)
    if match is None:
        raise ValueError(f"not a Kubernetes version: {text!r}")
    return Version(int(match["minor"]), patch if match["patch"] is None else int(match["patch"]))


def plain(text: str) -> str:
    """A version as people write it: ``1.35``, ``1.35.2``.

    Raises:
        ValueError: It is not a version.
    """
    found = last(text)
    return f"1.{found.minor}" + ("" if found.patch == LATEST else f".{found.patch}")


@dataclass(frozen=True, slots=True)
class Span:
    """How something is from one version to another, both included.

    Attributes:
        since: The first, ``1.35.4``; empty for all before ``until``.
        until: The last; empty for all after ``since``.
        state: Names how it is; one word for each sentence that tells it.
    """

    since: str
    until: str
    state: str

    def holds(self, version: str) -> bool:
        """Whether a version lies in it."""
        asked = last(version)
        return not (
            (self.since and asked < first(self.since)) or (self.until and asked > last(self.until))
        )


@dataclass(frozen=True, slots=True)
class Behaviour:
    """Something that differs between versions.

    Attributes:
        spans: In their order, without a gap.
        sources: Pull requests, KEPs, files: where it can be looked up.
        codes: Of the rules and messages that speak of it.
    """

    name: str
    spans: tuple[Span, ...]
    sources: tuple[str, ...]
    codes: tuple[str, ...] = ()

    def state(self, version: str) -> str:
        """How it is in a version.

        Raises:
            ValueError: It is not a version.
        """
        return next(span.state for span in self.spans if span.holds(version))


OFF, ON = "off", "on"
MAX_UNAVAILABLE = Behaviour(
    "max-unavailable",
    (
        Span("", "1.34", OFF),
        Span("1.35.0", "1.35.3", "early"),
        Span("1.35.4", "1.36", OFF),
        Span("1.37", "", ON),
    ),
    ("KEP-961", "k/k#133153", "k/k#137409", "k/k#137904", "k/k#137926", "k/k#139466"),
    ("STS209", "STS210", "MSG109"),
)
"""Whether the feature gate MaxUnavailableStatefulSet is on by default: everywhere but where OFF."""
RECREATE = Behaviour(
    "recreate",
    (Span("", "1.36", "unknown"), Span("1.37", "", "gated")),
    ("KEP-3541", "k/k#137187"),
    ("STS205", "MSG105"),
)
"""Whether there is a strategy Recreate for StatefulSets."""
IMMUTABLE = Behaviour(
    "immutable-fields",
    (Span("", "1.36", "one"), Span("1.37", "", "each")),
    ("k/k#138080",),
    ("STS401", "MSG101", "MSG114"),
)
"""How a change of a fixed field is refused."""
UNUSED = Behaviour(
    "unused-claims",
    (Span("", "1.35", "none"), Span("1.36", "1.36", "alpha"), Span("1.37", "", ON)),
    ("KEP-5541", "k/k#137862", "k/k#139620"),
)
"""Whether claims tell since when no Pod uses them."""


def _since(name: str, version: str, *sources: str, codes: tuple[str, ...] = ()) -> Behaviour:
    """Something that is there from one version on, and was not before."""
    minor = first(version).minor
    spans = (Span("", f"1.{minor - 1}", "before"), Span(version, "", "after"))
    return Behaviour(name, spans, sources, codes)


BEHAVIOURS: Mapping[str, Behaviour] = {
    one.name: one
    for one in (
        IMMUTABLE,
        MAX_UNAVAILABLE,
        RECREATE,
        UNUSED,
        Behaviour(
            "parallel-budget",
            (Span("", "1.36", "before"), Span("1.37", "", "after")),
            ("k/k#137409", "k/k#137666"),
        ),
        _since("history-limit", "1.33", "k/k#130263", codes=("STS220", "STS401", "MSG215")),
        _since(
            "service-name",
            "1.33",
            "k/k#130233",
            codes=("STS108", "STS109", "MSG111", "MSG113", "SCH103"),
        ),
        _since("volume-affinity-text", "1.33", "volumebinding", codes=("STS329", "MSG173")),
        _since(
            "template-mounts", "1.34", "k/k#131790", codes=("STS302", "STS324", "STS326", "MSG121")
        ),
        _since(
            "claim-templates",
            "1.34",
            "k/k#132212",
            codes=("STS305", "STS306", "STS309", "MSG122", "MSG123"),
        ),
        _since("growth-recovery", "1.34", "KEP-1790", codes=("STS403", "MSG127")),
        _since("volume-attributes", "1.34", "KEP-3751"),
        Behaviour(
            "revisions-on-upgrade",
            (
                Span("", "1.33", "before"),
                Span("1.34.0", "1.34.1", "rolled"),
                Span("1.34.2", "", "after"),
            ),
            ("k/k#134773", "k/k#135017", "k/k#135087"),
        ),
        _since("capital-events", "1.35", "stateful_pod_control.go", codes=("MSG152", "MSG154")),
        _since("stale-cache", "1.36", "StaleControllerConsistencyStatefulSet"),
        _since("scale-to-zero", "1.37", "KEP-2021"),
    )
}
"""Everything that differs between :data:`OLDEST` and :data:`NEWEST`, by its name."""

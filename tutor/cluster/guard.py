"""What may be touched: which cluster, and which objects in it.

Every request needs a :class:`Target`, and a target cannot be made for a cluster that is not of
this machine unless its name was given and typed.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from tutor.cluster.contexts import Context, Verdict
from tutor.cluster.kinds import ALLOWED, KINDS, OFFLINE_ONLY
from tutor.manifest.documents import Document
from tutor.model.applying import ClusterKind
from tutor.model.errors import ExitCode, TutorError
from tutor.model.findings import Param
from tutor.model.nearest import nearest

OFFLINE = "offline"
"""What the tutor's own cluster is called wherever a context is named."""
PREFIX = "sts-tutor"
COURSE = f"{PREFIX}-course"
"""The namespace of what belongs to no lesson."""
_LONGEST = 63
_NAMESPACE = re.compile(rf"{PREFIX}-[a-z0-9]([-a-z0-9]*[a-z0-9])?")


@dataclass(frozen=True, slots=True)
class Target:
    """A cluster that may be touched, and the one namespace in it that may be.

    Args:
        context: Where to go.
        namespace: Of the tutor's own.
        named: The name given with ``--context``; empty where none was.
        typed: The name the user typed when asked to; empty where nobody was asked.

    Raises:
        TutorError: It may not be touched.
    """

    context: Context
    namespace: str
    named: str = ""
    typed: str = field(default="", repr=False)

    def __post_init__(self) -> None:
        if not _NAMESPACE.fullmatch(self.namespace) or len(self.namespace) > _LONGEST:
            raise ValueError(f"no namespace of the tutor's: {self.namespace!r}")
        context = self.context
        if context.trouble is not None:
            raise context.trouble
        if context.verdict is Verdict.LOCAL:
            return
        if not self.named or self.named != context.name:
            raise TutorError(
                "context-not-local",
                ExitCode.CLUSTER,
                context=context.name,
                server=context.address,
            )
        if not self.typed or self.typed != context.name:
            raise TutorError("context-not-typed", ExitCode.CLUSTER, context=context.name)

    @property
    def local(self) -> bool:
        """It is a cluster of this machine."""
        return self.context.verdict is Verdict.LOCAL

    @property
    def offline(self) -> bool:
        """It is the tutor's own."""
        return self.context.kind is ClusterKind.OFFLINE


def namespace_of(lesson: str = "") -> str:
    """The namespace of a lesson; without one, that of the course."""
    if not lesson:
        return COURSE
    slug = re.sub(r"[^a-z0-9]+", "-", lesson.lower()).strip("-")
    return f"{PREFIX}-{slug}"[:_LONGEST].rstrip("-") if slug else COURSE


def choose(found: Sequence[Context], asked: str = "") -> Context:
    """The context to use.

    Without one that is asked for: the tutor's own cluster where it runs, else the current context
    if it is of this machine, else the only one that is.

    Raises:
        TutorError: There is no such context; none is of this machine; or several are.
    """
    if asked:
        return _asked(found, asked)
    local = [one for one in found if one.verdict is Verdict.LOCAL]
    for one in local:
        if one.kind is ClusterKind.OFFLINE:
            return one
    for one in local:
        if one.current or len(local) == 1:
            return one
    if local:
        names = ", ".join(one.name for one in local)
        raise TutorError("context-choose", ExitCode.CLUSTER, names=names)
    current = next((one for one in found if one.current), None)
    if current is None:
        raise TutorError("context-none", ExitCode.CLUSTER)
    if current.trouble is not None:
        raise current.trouble
    raise TutorError(
        "context-not-local", ExitCode.CLUSTER, context=current.name, server=current.address
    )


def _asked(found: Sequence[Context], asked: str) -> Context:
    for one in found:
        if one.name == asked or (asked == OFFLINE and one.kind is ClusterKind.OFFLINE):
            return one
    if asked == OFFLINE:
        raise TutorError("cluster-not-running", ExitCode.CLUSTER)
    near = nearest(asked, tuple(one.name for one in found))
    if near:
        raise TutorError("context-unknown-nearest", ExitCode.CLUSTER, context=asked, nearest=near)
    raise TutorError("context-unknown", ExitCode.CLUSTER, context=asked)


@dataclass(frozen=True, slots=True)
class Barred:
    """Why an object is not let through.

    Attributes:
        code: Of :mod:`tutor.i18n.errors`.
    """

    code: str
    params: dict[str, Param]


def barred(document: Document, target: Target) -> Barred | None:
    """Why the tutor does not send an object to this cluster; None where it does."""
    kind, version = document.kind, document.api_version
    if not kind or not version:
        return Barred("barred-untyped", {})
    if kind in OFFLINE_ONLY:
        if not target.offline:
            return Barred("barred-cluster-wide", {"kind": kind})
    elif kind not in ALLOWED:
        return Barred("barred-kind", {"kind": kind, "allowed": ", ".join(sorted(ALLOWED))})
    known = KINDS[kind]
    if version != known.api_version:
        return Barred(
            "barred-version", {"kind": kind, "found": version, "needed": known.api_version}
        )
    if not document.name:
        return Barred("barred-nameless", {"kind": kind})
    if document.get(("metadata", "namespace")) not in (None, "", target.namespace):
        where = str(document.get(("metadata", "namespace")))
        return Barred("barred-namespace", {"found": where, "needed": target.namespace})
    if kind == "Service" and not target.offline and document.get(("spec", "externalIPs")):
        return Barred("barred-external-ips", {})
    return None

"""Which kind of object a document is meant to be: ``apiVersion`` and ``kind``, and their slips."""

from tutor.manifest.documents import Document
from tutor.manifest.nodes import Mapping, Scalar
from tutor.manifest.schema_bundle import Bundle, Type, bundle
from tutor.model.findings import Finding, Severity
from tutor.model.nearest import distance, nearest

_SHORT = {
    "cm": "ConfigMap",
    "cj": "CronJob",
    "deploy": "Deployment",
    "ds": "DaemonSet",
    "hpa": "HorizontalPodAutoscaler",
    "netpol": "NetworkPolicy",
    "ns": "Namespace",
    "pdb": "PodDisruptionBudget",
    "po": "Pod",
    "pv": "PersistentVolume",
    "pvc": "PersistentVolumeClaim",
    "rs": "ReplicaSet",
    "sa": "ServiceAccount",
    "sc": "StorageClass",
    "sts": "StatefulSet",
    "svc": "Service",
}
"""The names kubectl also takes for a resource; in a manifest they are wrong."""

_OTHERS_OF_V1 = frozenset({"Config"})
"""Files of other programs that say ``apiVersion: v1`` (kubeconfig)."""


class Identity:
    """What a document says it is.

    Attributes:
        type: Type to read its fields by, None where there is none or it does not matter.
        findings: What is wrong with ``apiVersion`` and ``kind``.
    """

    __slots__ = ("findings", "type")

    def __init__(self, type_: Type | None, *findings: Finding) -> None:
        self.type = type_
        self.findings = findings


def identify(document: Document, kubernetes: str = "") -> Identity:
    """Tell what a document is; anything that is not Kubernetes' own is left alone.

    Args:
        document: Any document.
        kubernetes: The version asked about (``1.33``), empty for the one the bundle describes.
    """
    root = document.root.values
    schemas = bundle()
    api_node, kind_node = root.get("apiVersion"), root.get("kind")
    api = _text(api_node)
    kind = _text(kind_node)
    if api is None or kind is None:
        return _not_text(document, api is None, kind is None)
    if kind in schemas.kinds:
        if api in schemas.kinds[kind]:
            return Identity(schemas.root(kind, api))
        if api:
            return _wrong_version(document, schemas, kind, api, kubernetes)
        return Identity(
            schemas.root(kind, schemas.api_version(kind)),
            _missing(document, "apiVersion", schemas.api_version(kind), kind),
        )
    if kind:
        return _unknown_kind(document, schemas, kind, api)
    return _no_kind(document, schemas, api)


def _text(node: object) -> str | None:
    """A string; empty where there is nothing; None for anything else."""
    if node is None:
        return ""
    if not isinstance(node, Scalar):
        return None
    if node.value is None:
        return ""
    return node.value if isinstance(node.value, str) else None


def _not_text(document: Document, api: bool, kind: bool) -> Identity:
    """``apiVersion: 1``, in what otherwise looks like an object."""
    if "metadata" not in document.root.values:
        return Identity(None)
    found = []
    for wrong, key in ((api, "apiVersion"), (kind, "kind")):
        node = document.root.values.get(key)
        if wrong and isinstance(node, Scalar):
            found.append(
                document.finding(
                    "SCH102",
                    Severity.ERROR,
                    (key,),
                    variant="text",
                    found=node.text,
                    needed=f'"{node.text}"',
                )
            )
        elif wrong:
            found.append(document.finding("SCH102", Severity.ERROR, (key,), variant="one"))
    return Identity(None, *found)


def _missing(document: Document, field: str, needed: str, kind: str = "") -> Finding:
    variant = {"apiVersion": "version", "kind": "kind"}[field]
    return document.finding(
        "SCH106",
        Severity.ERROR,
        (field,),
        variant=variant if needed else f"{variant}-unknown",
        needed=needed,
        kind=kind,
    )


def _foreign(schemas: Bundle, api: str) -> bool:
    """Whether an API version belongs to somebody else: a group with a dot that is not known."""
    group = api.partition("/")[0] if "/" in api else ""
    return "." in group and group not in schemas.groups


def _wrong_version(
    document: Document, schemas: Bundle, kind: str, api: str, kubernetes: str
) -> Identity:
    needed = schemas.api_version(kind)
    if _foreign(schemas, api):
        right = needed.partition("/")[0]
        if "." not in right or distance(api.partition("/")[0], right, 2) > 2:
            return Identity(None)
    removed = schemas.removed.get(kind, {}).get(api, "")
    if removed and kubernetes and minor(kubernetes) < minor(removed):
        return Identity(None)
    variant = ""
    if removed:
        variant = "removed"
        if (kind, api) in (("StatefulSet", "apps/v1beta1"), ("DaemonSet", "extensions/v1beta1")):
            variant = "removed-on-delete"
        elif api in ("apps/v1beta1", "extensions/v1beta1") and kind != "NetworkPolicy":
            variant = "removed-selector"
    found = document.finding(
        "SCH104",
        Severity.ERROR,
        ("apiVersion",),
        variant=variant,
        found=shorten(api),
        needed=needed,
        kind=kind,
        removed=removed,
    )
    # Fields of a version that was served once may have been others.
    readable = not removed or kind == "StatefulSet"
    return Identity(schemas.root(kind, needed) if readable else None, found)


def _unknown_kind(document: Document, schemas: Bundle, kind: str, api: str) -> Identity:
    if kind in schemas.others or _foreign(schemas, api) or kind in _OTHERS_OF_V1:
        return Identity(None)
    needed = _meant(schemas, kind)
    if needed not in schemas.kinds:
        return Identity(None)
    findings = [
        document.finding("SCH105", Severity.ERROR, ("kind",), found=shorten(kind), needed=needed)
    ]
    right = schemas.api_version(needed)
    if not api:
        findings.append(_missing(document, "apiVersion", right, needed))
    elif api not in schemas.kinds[needed]:
        findings.extend(_wrong_version(document, schemas, needed, api, "").findings)
        return Identity(schemas.root(needed, right), *findings)
    return Identity(schemas.root(needed, api if api in schemas.kinds[needed] else right), *findings)


def _meant(schemas: Bundle, kind: str) -> str:
    """The kind a misspelt one stands for, or an empty string."""
    bare = "".join(filter(str.isalnum, kind[:80])).lower()
    if bare in _SHORT:
        return _SHORT[bare]
    known = sorted({*schemas.kinds, *schemas.others})
    for name in known:
        if bare in (name.lower(), f"{name.lower()}s", f"{name.lower()}es"):
            return name
    found = nearest(kind, known)
    return found if distance(bare, found.lower(), 2) <= 2 else ""


def _no_kind(document: Document, schemas: Bundle, api: str) -> Identity:
    root = document.root.values
    ours = any(api in versions for versions in schemas.kinds.values())
    object_like = "metadata" in root and isinstance(root["metadata"], Mapping)
    if api:
        if not ours or not (object_like or "spec" in root or len(root) == 1 or "kind" in root):
            return Identity(None)
    elif not (object_like and ("spec" in root or "kind" in root or "apiVersion" in root)):
        return Identity(None)
    kind = _likely(document, schemas, api)
    findings = [_missing(document, "kind", kind)]
    if not api:
        needed = schemas.api_version(kind) if kind else ""
        findings.insert(0, _missing(document, "apiVersion", needed, kind))
    return Identity(
        schemas.root(kind, api or schemas.api_version(kind)) if kind else None, *findings
    )


def _likely(document: Document, schemas: Bundle, api: str) -> str:
    """The one kind that knows more of the fields than any other, or an empty string."""
    spec = document.root.values.get("spec")
    keys = set(spec.values) if isinstance(spec, Mapping) else set()
    scores: list[tuple[int, str]] = []
    for kind in sorted(schemas.kinds):
        type_ = schemas.root(kind, api or schemas.api_version(kind))
        if type_ is None or "spec" not in type_.fields:
            continue
        known = keys & set(type_.fields["spec"].ref.type.fields)
        scores.append((len(known), kind))
    best = max((score for score, _ in scores), default=0)
    kinds = [kind for score, kind in scores if score == best > 0]
    return kinds[0] if len(kinds) == 1 else ""


def minor(version: str) -> int:
    """The minor number of ``1.33``.

    Raises:
        ValueError: It is no version.
    """
    major, _, rest = version.removeprefix("v").partition(".")
    if major != "1":
        raise ValueError(f"not a Kubernetes version: {version!r}")
    return int(rest.partition(".")[0])


def shorten(text: str, limit: int = 80) -> str:
    """A text as a message names it: not longer than a line."""
    return text if len(text) <= limit else f"{text[: limit - 1]}…"

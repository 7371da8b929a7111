"""The resources the offline cluster serves: one table for discovery, storage and messages.

A resource is named as Kubernetes' own messages name it: ``pods``, ``statefulsets.apps``. Use
:func:`named` for a known name, :func:`find` for the parts of a path, :func:`of_kind` for the
``apiVersion`` and ``kind`` of an object. Source: the discovery documents of v1.36.2.
"""

import base64
import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from tutor.offline import inert

ALL_VERBS = ("create", "delete", "deletecollection", "get", "list", "patch", "update", "watch")
CHANGE_VERBS = ("get", "patch", "update")


@dataclass(frozen=True, slots=True)
class Subresource:
    """What can be asked for below an object.

    Attributes:
        name: ``status``, ``scale``, ``eviction`` …
        kind: The kind of its body.
        verbs: What it answers to.
        group: The API group of its body where that is not the resource's own.
        version: The version of that group; empty with the resource's own group.
    """

    name: str
    kind: str
    verbs: tuple[str, ...] = CHANGE_VERBS
    group: str = ""
    version: str = ""


@dataclass(frozen=True, slots=True)
class Resource:
    """One row of the table.

    Attributes:
        group: API group; empty for the core group.
        version: API version: ``v1``.
        kind: ``StatefulSet``.
        plural: As in paths: ``statefulsets``.
        short_names: What kubectl takes for it: ``sts``.
        categories: ``all`` for what ``kubectl get all`` lists.
        namespaced: Whether its objects live in a namespace.
        verbs: What its objects and its collection answer to.
        subresources: By name.
        storage_version_hash: As the real server publishes it.
        generation: Whether ``metadata.generation`` counts changes of the spec.
        create_on_update: Whether PUT to an absent name creates (AllowCreateOnUpdate).
        blind_update: Whether PUT without resourceVersion is taken (AllowUnconditionalUpdate).
        returns_deleted: Whether DELETE answers with the object rather than with a Status.
        folder: Its folder in etcd where that is not the plural; seen in conflict texts.
        stored_as: The resource whose objects it shows in a form of its own; empty for its own
            objects, or for none.
        warning: Of its own deprecation, sent with every answer.
        inert: Whether its objects are kept and nobody acts on them.
        schema: Of a custom resource, what its definition says of its objects; None for others.
        columns: Of a custom resource, ``additionalPrinterColumns`` of its definition.
        list_kind: The kind of its lists where that is not its own with ``List`` behind it.
        alone: What one is called where that is not its kind in lower case.
        scaled: Of a custom resource, where it has its replicas.
    """

    group: str
    version: str
    kind: str
    plural: str
    short_names: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    namespaced: bool = True
    verbs: tuple[str, ...] = ALL_VERBS
    subresources: Mapping[str, Subresource] = field(default_factory=dict)
    storage_version_hash: str = ""
    generation: bool = False
    create_on_update: bool = False
    blind_update: bool = True
    returns_deleted: bool = False
    folder: str = ""
    stored_as: str = ""
    warning: str = ""
    inert: bool = False
    schema: Mapping[str, Any] | None = None
    columns: tuple[Mapping[str, Any], ...] = ()
    list_kind: str = ""
    alone: str = ""
    scaled: Mapping[str, str] | None = None

    @property
    def name(self) -> str:
        """``pods``, ``statefulsets.apps``: the key used everywhere in the offline cluster."""
        return f"{self.plural}.{self.group}" if self.group else self.plural

    @property
    def singular(self) -> str:
        """What one is called: as a rule the kind in lower case."""
        return self.alone or self.kind.lower()

    @property
    def api_version(self) -> str:
        """``apps/v1``, ``v1``."""
        return f"{self.group}/{self.version}" if self.group else self.version

    @property
    def kind_name(self) -> str:
        """The kind with its group, as validation messages name it: ``StatefulSet.apps``."""
        return f"{self.kind}.{self.group}" if self.group else self.kind

    @property
    def has_status(self) -> bool:
        """Whether the status is written through a subresource of its own."""
        return "status" in self.subresources

    def warnings(self, verb: str) -> tuple[str, ...]:
        """What every answer to such a request warns of."""
        given = (self.warning,) if self.warning else ()
        if self.inert and verb in ("create", "patch", "update"):
            given = (*given, inert.warning(self.kind, self.plural))
        return given


def _with_status(kind: str, *more: Subresource) -> dict[str, Subresource]:
    rows = (Subresource("status", kind), *more)
    return {row.name: row for row in sorted(rows, key=lambda row: row.name)}


def _proxy(kind: str) -> Subresource:
    verbs = ("create", "delete", "get", "patch", "update")
    return Subresource("proxy", f"{kind}ProxyOptions", verbs)


_SCALE = Subresource("scale", "Scale", group="autoscaling", version="v1")
_POD_SUBRESOURCES = _with_status(
    "Pod",
    Subresource("attach", "PodAttachOptions", ("create", "get")),
    Subresource("binding", "Binding", ("create",)),
    Subresource("ephemeralcontainers", "Pod"),
    Subresource("eviction", "Eviction", ("create",), "policy", "v1"),
    Subresource("exec", "PodExecOptions", ("create", "get")),
    Subresource("log", "Pod", ("get",)),
    Subresource("portforward", "PodPortForwardOptions", ("create", "get")),
    _proxy("Pod"),
    Subresource("resize", "Pod"),
)

_SUBRESOURCES = {"scale": _SCALE}


def hash_of(api_version: str, kind: str) -> str:
    """What the server publishes for the version a kind is stored in.

    Source: apiserver pkg/endpoints/discovery/storageversionhash.go.
    """
    text = f"{api_version}/{kind}" if "/" in api_version else f"/{api_version}/{kind}"
    return base64.b64encode(hashlib.sha256(text.encode()).digest()[:8]).decode()


def _inert(table: str) -> Iterator[Resource]:
    """The rows of a table as ``tutor.offline.inert`` writes it."""
    api_version = ""
    for line in table.strip("\n").splitlines():
        kind, *words = line.split()
        if not words:
            api_version = kind
            continue
        plural, *words = words
        group, _, version = api_version.rpartition("/")
        below = [one[1:] for one in words if one[0] == "/"]
        yield Resource(
            group,
            version,
            kind,
            plural,
            tuple(one for one in words if one[0].isalpha()),
            tuple(one[1:] for one in words if one[0] == "@"),
            namespaced="*" not in words,
            subresources={
                name: _SUBRESOURCES.get(name) or Subresource(name, kind) for name in below
            },
            storage_version_hash=hash_of(api_version, kind),
            generation="+generation" in words,
            create_on_update="+creating" in words,
            blind_update="+versioned" not in words,
            returns_deleted="+returned" in words,
            inert="+acting" not in words,
        )


_ACTIVE: tuple[Resource, ...] = (
    Resource("", "v1", "ConfigMap", "configmaps", ("cm",), storage_version_hash="qFsyl6wFWjQ="),
    Resource(
        "",
        "v1",
        "Endpoints",
        "endpoints",
        ("ep",),
        storage_version_hash="fWeeMqaN/OA=",
        create_on_update=True,
        folder="services/endpoints",
        warning="v1 Endpoints is deprecated in v1.33+; use discovery.k8s.io/v1 EndpointSlice",
    ),
    Resource(
        "",
        "v1",
        "Event",
        "events",
        ("ev",),
        storage_version_hash="r2yiGXH7wu8=",
        create_on_update=True,
    ),
    Resource(
        "",
        "v1",
        "LimitRange",
        "limitranges",
        ("limits",),
        storage_version_hash="EBKMFVe6cwo=",
        create_on_update=True,
    ),
    Resource(
        "",
        "v1",
        "Namespace",
        "namespaces",
        ("ns",),
        namespaced=False,
        verbs=("create", "delete", "get", "list", "patch", "update", "watch"),
        subresources=_with_status("Namespace", Subresource("finalize", "Namespace", ("update",))),
        storage_version_hash="Q3oi5N2YM8M=",
        returns_deleted=True,
    ),
    Resource(
        "",
        "v1",
        "Node",
        "nodes",
        ("no",),
        namespaced=False,
        subresources=_with_status("Node", _proxy("Node")),
        storage_version_hash="XwShjMxG9Fs=",
        folder="minions",
    ),
    Resource(
        "",
        "v1",
        "PersistentVolumeClaim",
        "persistentvolumeclaims",
        ("pvc",),
        subresources=_with_status("PersistentVolumeClaim"),
        storage_version_hash="QWTyNDq0dC4=",
        returns_deleted=True,
    ),
    Resource(
        "",
        "v1",
        "PersistentVolume",
        "persistentvolumes",
        ("pv",),
        namespaced=False,
        subresources=_with_status("PersistentVolume"),
        storage_version_hash="HN/zwEC+JgM=",
        returns_deleted=True,
    ),
    Resource(
        "",
        "v1",
        "Pod",
        "pods",
        ("po",),
        ("all",),
        subresources=_POD_SUBRESOURCES,
        storage_version_hash="xPOwRZ+Yhw8=",
        generation=True,
        returns_deleted=True,
    ),
    Resource(
        "",
        "v1",
        "ResourceQuota",
        "resourcequotas",
        ("quota",),
        subresources=_with_status("ResourceQuota"),
        storage_version_hash="8uhSgffRX6w=",
        returns_deleted=True,
    ),
    Resource("", "v1", "Secret", "secrets", storage_version_hash="S6u1pOWzb84="),
    Resource(
        "",
        "v1",
        "ServiceAccount",
        "serviceaccounts",
        ("sa",),
        subresources={
            "token": Subresource(
                "token", "TokenRequest", ("create",), "authentication.k8s.io", "v1"
            )
        },
        storage_version_hash="pbx9ZvyFpBE=",
        returns_deleted=True,
    ),
    Resource(
        "",
        "v1",
        "Service",
        "services",
        ("svc",),
        ("all",),
        subresources=_with_status("Service", _proxy("Service")),
        storage_version_hash="0/CO1lhkEBI=",
        returns_deleted=True,
        folder="services/specs",
    ),
    Resource(
        "apps",
        "v1",
        "ControllerRevision",
        "controllerrevisions",
        storage_version_hash="85nkx63pcBU=",
    ),
    Resource(
        "apps",
        "v1",
        "Deployment",
        "deployments",
        ("deploy",),
        ("all",),
        subresources=_with_status("Deployment", _SCALE),
        storage_version_hash="8aSe+NMegvE=",
        generation=True,
    ),
    Resource(
        "apps",
        "v1",
        "ReplicaSet",
        "replicasets",
        ("rs",),
        ("all",),
        subresources=_with_status("ReplicaSet", _SCALE),
        storage_version_hash="P1RzHs8/mWQ=",
        generation=True,
    ),
    Resource(
        "apps",
        "v1",
        "StatefulSet",
        "statefulsets",
        ("sts",),
        ("all",),
        subresources=_with_status("StatefulSet", _SCALE),
        storage_version_hash="H+vl74LkKdo=",
        generation=True,
    ),
    Resource(
        "coordination.k8s.io",
        "v1",
        "Lease",
        "leases",
        storage_version_hash="gqkMMb/YqFM=",
        create_on_update=True,
        blind_update=False,
    ),
    Resource(
        "discovery.k8s.io",
        "v1",
        "EndpointSlice",
        "endpointslices",
        storage_version_hash="qgS0xkrxYAI=",
        generation=True,
    ),
    Resource(
        "policy",
        "v1",
        "PodDisruptionBudget",
        "poddisruptionbudgets",
        ("pdb",),
        subresources=_with_status("PodDisruptionBudget"),
        storage_version_hash="EVWiDmWqyJw=",
        generation=True,
        blind_update=False,
    ),
    Resource(
        "storage.k8s.io",
        "v1",
        "StorageClass",
        "storageclasses",
        ("sc",),
        namespaced=False,
        storage_version_hash="K+m6uJwbjGY=",
        returns_deleted=True,
    ),
)


INERT = tuple(_inert(inert.TABLE))
"""What is kept and not acted on."""
RESOURCES = (*_ACTIVE, *INERT)
"""Everything that is stored."""


def _asked(group: str, kind: str, namespaced: bool = False) -> Resource:
    """A resource of which nothing is kept: what is posted comes back with an answer in it."""
    plural = f"{kind.lower()}s"
    return Resource(group, "v1", kind, plural, namespaced=namespaced, verbs=("create",))


REVIEWS: tuple[Resource, ...] = (
    _asked("authentication.k8s.io", "SelfSubjectReview"),
    _asked("authorization.k8s.io", "LocalSubjectAccessReview", namespaced=True),
    _asked("authorization.k8s.io", "SelfSubjectAccessReview"),
    _asked("authorization.k8s.io", "SelfSubjectRulesReview"),
    _asked("authorization.k8s.io", "SubjectAccessReview"),
)
"""Questions about users and what they may do."""
SERVED: tuple[Resource, ...] = (
    *RESOURCES,
    _asked("", "Binding", namespaced=True),
    *REVIEWS,
    Resource(
        "events.k8s.io",
        "v1",
        "Event",
        "events",
        ("ev",),
        storage_version_hash="r2yiGXH7wu8=",
        create_on_update=True,
        stored_as="events",
    ),
    Resource(
        "autoscaling",
        "v1",
        "HorizontalPodAutoscaler",
        "horizontalpodautoscalers",
        ("hpa",),
        ("all",),
        subresources=_with_status("HorizontalPodAutoscaler"),
        storage_version_hash=hash_of("autoscaling/v2", "HorizontalPodAutoscaler"),
        stored_as="horizontalpodautoscalers.autoscaling",
        inert=True,
    ),
)
"""Everything a request can be about: what is stored, and what stands in no store of its own."""

_BY_NAME = {resource.name: resource for resource in RESOURCES}
_BY_PATH = {(r.group, r.version, r.plural): r for r in SERVED}
_BY_KIND = {(r.api_version, r.kind): r for r in RESOURCES}


def named(name: str) -> Resource:
    """The resource of a name such as ``statefulsets.apps``.

    Raises:
        KeyError: There is no such resource here.
    """
    return _BY_NAME[name]


def known(name: str) -> bool:
    """Whether a name is one that every cluster serves, not one that a definition adds."""
    return name in _BY_NAME


def find(group: str, version: str, plural: str) -> Resource | None:
    """The resource of a request path; None where it is not served."""
    return _BY_PATH.get((group, version, plural))


def of_kind(api_version: str, kind: str) -> Resource | None:
    """The resource of an object's ``apiVersion`` and ``kind``; None where it is not served."""
    return _BY_KIND.get((api_version, kind))

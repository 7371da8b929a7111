"""The types of the API as the offline cluster serves them: those of the bundle, and some more.

The bundle describes what people write most; ``inert.json`` the other kinds that are kept and not
acted on (``tools/generate_schema.py`` writes both). Beside them stand here the few types that only
requests hold (``Scale``, ``Eviction``, ``DeleteOptions``). Fields newer than the emulated
version are unknown, as they are to its server.
"""

import json
import pkgutil
from functools import cache

from tutor.manifest.schema_bundle import Bundle, Ref, Type

_ACCESS = "nonResourceAttributes=NonResourceAttributes resourceAttributes=ResourceAttributes"
EXTRA = {
    "Binding": "apiVersion=s kind=s metadata=ObjectMeta target=ObjectReference!",
    "BoundObjectReference": "apiVersion=s kind=s name=s uid=s",
    "DeleteOptions": (
        "apiVersion=s dryRun=[atomic:|:]s gracePeriodSeconds=l"
        " ignoreStoreReadErrorWithClusterBreakingPotential=b kind=s orphanDependents=b"
        " preconditions=Preconditions propagationPolicy=s"
    ),
    "Eviction": "apiVersion=s deleteOptions=DeleteOptions kind=s metadata=ObjectMeta",
    "FieldSelectorAttributes": ("rawSelector=s requirements=[atomic:|:]FieldSelectorRequirement"),
    "FieldSelectorRequirement": "key=s! operator=s! values=[atomic:|:]s",
    "LabelSelectorAttributes": ("rawSelector=s requirements=[atomic:|:]LabelSelectorRequirement"),
    "LocalSubjectAccessReview": (
        "apiVersion=s kind=s metadata=ObjectMeta spec=SubjectAccessReviewSpec!"
        " status=SubjectAccessReviewStatus"
    ),
    "NonResourceAttributes": "path=s verb=s",
    "NonResourceRule": "nonResourceURLs=[atomic:|:]s verbs=[atomic:|:]s!",
    "Preconditions": "resourceVersion=s uid=s",
    "ResourceAttributes": (
        "fieldSelector=FieldSelectorAttributes group=s labelSelector=LabelSelectorAttributes name=s"
        " namespace=s resource=s subresource=s verb=s version=s"
    ),
    "ResourceRule": (
        "apiGroups=[atomic:|:]s resourceNames=[atomic:|:]s resources=[atomic:|:]s"
        " verbs=[atomic:|:]s!"
    ),
    "Scale": "apiVersion=s kind=s metadata=ObjectMeta spec=ScaleSpec status=ScaleStatus",
    "ScaleSpec": "replicas=i",
    "ScaleStatus": "replicas=i! selector=s",
    "SelfSubjectAccessReview": (
        "apiVersion=s kind=s metadata=ObjectMeta spec=SelfSubjectAccessReviewSpec!"
        " status=SubjectAccessReviewStatus"
    ),
    "SelfSubjectAccessReviewSpec": _ACCESS,
    "SelfSubjectReview": ("apiVersion=s kind=s metadata=ObjectMeta status=SelfSubjectReviewStatus"),
    "SelfSubjectReviewStatus": "userInfo=UserInfo",
    "SelfSubjectRulesReview": (
        "apiVersion=s kind=s metadata=ObjectMeta spec=SelfSubjectRulesReviewSpec!"
        " status=SubjectRulesReviewStatus"
    ),
    "SelfSubjectRulesReviewSpec": "namespace=s",
    "SubjectAccessReview": (
        "apiVersion=s kind=s metadata=ObjectMeta spec=SubjectAccessReviewSpec!"
        " status=SubjectAccessReviewStatus"
    ),
    "SubjectAccessReviewSpec": (
        f"extra={{}}[atomic:|:]s groups=[atomic:|:]s {_ACCESS} uid=s user=s"
    ),
    "SubjectAccessReviewStatus": "allowed=b! denied=b evaluationError=s reason=s",
    "SubjectRulesReviewStatus": (
        "evaluationError=s incomplete=b! nonResourceRules=[atomic:|:]NonResourceRule!"
        " resourceRules=[atomic:|:]ResourceRule!"
    ),
    "TokenRequest": (
        "apiVersion=s kind=s metadata=ObjectMeta spec=TokenRequestSpec! status=TokenRequestStatus"
    ),
    "TokenRequestSpec": (
        "audiences=[atomic:|:]s! boundObjectRef=BoundObjectReference expirationSeconds=l"
    ),
    "TokenRequestStatus": "expirationTimestamp=t! token=s!",
    "UserInfo": "extra={}[atomic:|:]s groups=[atomic:|:]s uid=s username=s",
    "events.v1.Event": (
        "action=s apiVersion=s deprecatedCount=i deprecatedFirstTimestamp=t"
        " deprecatedLastTimestamp=t deprecatedSource=EventSource eventTime=t kind=s"
        " metadata=ObjectMeta note=s reason=s regarding=ObjectReference related=ObjectReference"
        " reportingController=s reportingInstance=s series=events.v1.EventSeries type=s"
    ),
    "events.v1.EventSeries": "count=i! lastObservedTime=t!",
}
_EXTRA_KINDS = {
    ("Binding", "v1"): "Binding",
    ("DeleteOptions", "v1"): "DeleteOptions",
    ("Event", "events.k8s.io/v1"): "events.v1.Event",
    ("Eviction", "policy/v1"): "Eviction",
    ("LocalSubjectAccessReview", "authorization.k8s.io/v1"): "LocalSubjectAccessReview",
    ("Scale", "autoscaling/v1"): "Scale",
    ("SelfSubjectAccessReview", "authorization.k8s.io/v1"): "SelfSubjectAccessReview",
    ("SelfSubjectReview", "authentication.k8s.io/v1"): "SelfSubjectReview",
    ("SelfSubjectRulesReview", "authorization.k8s.io/v1"): "SelfSubjectRulesReview",
    ("SubjectAccessReview", "authorization.k8s.io/v1"): "SubjectAccessReview",
    ("TokenRequest", "authentication.k8s.io/v1"): "TokenRequest",
}
_GROUPS = {
    "admissionregistration.k8s.io": "admissionregistration",
    "apiextensions.k8s.io": "apiextensions",
    "apiregistration.k8s.io": "apiregistration",
    "apps": "apps",
    "authentication.k8s.io": "authentication",
    "authorization.k8s.io": "authorization",
    "autoscaling": "autoscaling",
    "batch": "batch",
    "certificates.k8s.io": "certificates",
    "coordination.k8s.io": "coordination",
    "discovery.k8s.io": "discovery",
    "events.k8s.io": "events",
    "flowcontrol.apiserver.k8s.io": "flowcontrol",
    "networking.k8s.io": "networking",
    "node.k8s.io": "node",
    "policy": "policy",
    "rbac.authorization.k8s.io": "rbac",
    "resource.k8s.io": "resource",
    "scheduling.k8s.io": "scheduling",
    "storage.k8s.io": "storage",
    "": "core",
}

_GRANULAR = (("PersistentVolumeSpec", "claimRef", "ObjectReference"),)
"""Fields whose parts have owners of their own, although their type has one as a whole elsewhere.

Source: ``+structType=granular`` in ``types.go`` of ``k8s.io/api``.
"""


@cache
def types() -> Bundle:
    """All types, those of requests included."""
    data = json.loads(pkgutil.get_data("tutor.manifest", "schema.json") or b"")
    minor = int(data["kubernetes"].partition(".")[2])
    for name, packed in data["types"].items():
        data["types"][name] = " ".join(
            field for field in packed.split() if not _newer(field, minor)
        )
    beside = json.loads(pkgutil.get_data(__package__, "inert.json") or b"")
    data["types"].update(beside["types"])
    data["atomic"] = f"{data['atomic']} {beside['atomic']}"
    data["types"].update(EXTRA)
    for owner, field, target in _GRANULAR:
        data["types"][f"granular.{target}"] = data["types"][target]
        packed = data["types"][owner]
        data["types"][owner] = packed.replace(f"{field}={target}", f"{field}=granular.{target}")
    for known, name in beside["kinds"].items():
        api_version, kind = known.split()
        data["kinds"].setdefault(kind, {})[api_version] = name
    for (kind, api_version), name in _EXTRA_KINDS.items():
        data["kinds"].setdefault(kind, {})[api_version] = name
    return Bundle(json.dumps(data))


def _newer(field: str, minor: int) -> bool:
    since = field.rpartition("@1.")[2] if "@1." in field else ""
    return bool(since) and int(since) > minor


def type_of(kind: str, api_version: str) -> Type:
    """The type of an object.

    Raises:
        KeyError: The cluster serves no such objects.
    """
    found = types().root(kind, api_version)
    if found is None:
        raise KeyError(f"{api_version} {kind}")
    return found


def registered(kind: str, api_version: str) -> bool:
    """Whether the real server's scheme knows the kind in that version, served or not."""
    bundle = types()
    if api_version in bundle.kinds.get(kind, ()) or api_version in bundle.removed.get(kind, ()):
        return True
    list_of = kind.removesuffix("List")
    return kind != list_of and registered(list_of, api_version)


def internal_name(kind: str, api_version: str) -> str:
    """What Go prints for the type the server works with: ``apps.StatefulSet``."""
    group = api_version.rpartition("/")[0]
    return f"{_GROUPS.get(group, group)}.{kind}"


def plain(ref: Ref) -> Ref:
    """What a list or a map holds, in the end."""
    while ref.item is not None:
        ref = ref.item
    return ref

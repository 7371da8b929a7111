"""The tables of the kinds that are kept and not acted on.

Source: pkg/printers/internalversion/printers.go, AddHandlers; for definitions and what has no
columns of its own, the default of apiserver pkg/registry/rest/table.go.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple, TypeAlias

from tutor.offline import custom
from tutor.offline.admission.gojson import dumps
from tutor.offline.api.columns import AGE, NAME, Column
from tutor.offline.api.words import NONE, UNSET, age
from tutor.offline.objects import Obj, dig, meta, name_of
from tutor.offline.resources import Resource
from tutor.offline.selectors import of_object

Cell: TypeAlias = Callable[[Obj, float], Any]


class Part(NamedTuple):
    """One column of a table.

    Attributes:
        column: What heads it.
        cell: What stands in it, of an object at a moment.
    """

    column: Column
    cell: Cell


def _named(obj: Obj, now: float) -> Any:  # noqa: ANN401
    return name_of(obj)


def _aged(obj: Obj, now: float) -> Any:  # noqa: ANN401
    return age(meta(obj).get("creationTimestamp"), now)


_NAME, _AGE = Part(NAME, _named), Part(AGE, _aged)
_MADE = Part(
    Column("Created At", AGE.about, "date"),
    lambda obj, now: meta(obj).get("creationTimestamp", ""),
)


def _part(
    heading: str, cell: Callable[[Obj], Any], type_: str = "string", *, wide: bool = False
) -> Part:
    return Part(Column(heading, f"{heading} of the object", type_, wide), lambda o, now: cell(o))


def _at(heading: str, *path: str, default: Any = "", type_: str = "string") -> Part:  # noqa: ANN401
    """A column that shows one field."""
    return _part(heading, lambda obj: dig(obj, *path, default=default), type_)


def _flag(heading: str, *path: str) -> Part:
    return _part(
        heading,
        lambda obj: str(bool(dig(obj, *path, default=False))).lower(),
    )


def _count(heading: str, *path: str) -> Part:
    return _part(heading, lambda obj: len(dig(obj, *path, default=())), "integer")


def _containers(*path: str) -> tuple[Part, Part]:
    def found(obj: Obj) -> Iterable[Obj]:
        return dig(obj, *path, "spec", "containers", default=())  # type: ignore[no-any-return]

    return (
        _part("Containers", lambda o: ",".join(c.get("name", "") for c in found(o)), wide=True),
        _part("Images", lambda o: ",".join(c.get("image", "") for c in found(o)), wide=True),
    )


def _selector(*path: str) -> Callable[[Obj], str]:
    return lambda obj: str(of_object(dig(obj, *path))) or NONE


def _subjects(kind: str) -> Callable[[Obj], str]:
    def told(obj: Obj) -> str:
        found = [one for one in obj.get("subjects") or () if one.get("kind") == kind]
        if kind == "ServiceAccount":
            return ", ".join(f"{o.get('namespace', '')}/{o.get('name', '')}" for o in found)
        return ", ".join(str(one.get("name", "")) for one in found)

    return told


def _role(obj: Obj) -> str:
    return f"{dig(obj, 'roleRef', 'kind', default='')}/{dig(obj, 'roleRef', 'name', default='')}"


def _hosts(obj: Obj) -> str:
    found = [one["host"] for one in dig(obj, "spec", "rules", default=()) if one.get("host")]
    more = f" + {len(found) - 3} more..." if len(found) > 3 else ""
    return ",".join(found[:3]) + more if found else "*"


def _class(obj: Obj) -> str:
    named = dig(obj, "spec", "ingressClassName")
    older = (meta(obj).get("annotations") or {}).get("kubernetes.io/ingress.class")
    return str(named or older or NONE)


def _parameters(obj: Obj) -> str:
    found = dig(obj, "spec", "parameters")
    if not found:
        return NONE
    group = f".{found['apiGroup']}" if found.get("apiGroup") else ""
    return f"{found.get('kind', '')}{group}/{found.get('name', '')}"


def _target(obj: Obj) -> str:
    found = dig(obj, "spec", "scaleTargetRef", default={})
    return f"{found.get('kind', '')}/{found.get('name', '')}"


def _targets(obj: Obj) -> str:
    """The metrics of an autoscaler, none of which is known here."""
    told = [_metric(one) for one in dig(obj, "spec", "metrics", default=())]
    more = f" + {len(told) - 2} more..." if len(told) > 2 else ""
    return ", ".join(told[:2]) + more if told else NONE


def _metric(metric: Obj) -> str:
    kind = metric.get("type", "")
    found = metric.get(f"{kind[:1].lower()}{kind[1:]}") or {}
    target = found.get("target") or {}
    wanted = target.get("averageValue") or target.get("value")
    if target.get("averageUtilization") is not None:
        wanted = f"{target['averageUtilization']}%"
    name = (
        f"{found['name']}: "
        if kind in ("Resource", "ContainerResource") and "name" in found
        else ""
    )
    average = " (avg)" if kind in ("Object", "External") and target.get("averageValue") else ""
    return f"{name}{UNSET}/{wanted}{average}"


def _job_state(obj: Obj) -> str:
    for one in dig(obj, "status", "conditions", default=()):
        if one.get("status") == "True" and one.get("type") in ("Complete", "Failed"):
            return str(one["type"])
    return "Suspended" if dig(obj, "spec", "suspend") else "Running"


def _completions(obj: Obj) -> str:
    done = dig(obj, "status", "succeeded", default=0)
    wanted = dig(obj, "spec", "completions")
    if wanted is not None:
        return f"{done}/{wanted}"
    parallel = dig(obj, "spec", "parallelism", default=0)
    return f"{done}/1 of {parallel}" if parallel > 1 else f"{done}/1"


def _last_schedule(obj: Obj, now: float) -> str:
    found = dig(obj, "status", "lastScheduleTime")
    return age(found, now) if found else NONE


def _kind_of_parameters(obj: Obj) -> str:
    found = dig(obj, "spec", "paramKind")
    return f"{found.get('apiVersion', '')}/{found.get('kind', '')}" if found else UNSET


def _parameter(obj: Obj) -> str:
    found = dig(obj, "spec", "paramRef")
    if not found:
        return UNSET
    if found.get("selector") is not None:
        return NONE
    where = found.get("namespace") or "*"
    return f"{where}/{found.get('name', '')}"


def _service(obj: Obj) -> str:
    found = dig(obj, "spec", "service")
    return f"{found.get('namespace', '')}/{found.get('name', '')}" if found else "Local"


def _available(obj: Obj) -> str:
    for one in dig(obj, "status", "conditions", default=()):
        if one.get("type") == "Available":
            reason = f" ({one.get('reason', '')})" if one.get("status") != "True" else ""
            return f"{one.get('status')}{reason}"
    return "Unknown"


def _approval(obj: Obj) -> str:
    found = [str(one.get("type")) for one in dig(obj, "status", "conditions", default=())]
    return ",".join(found) or "Pending"


_BINDING = (
    _NAME,
    _at("PolicyName", "spec", "policyName"),
    _part("ParamRef", _parameter),
    _AGE,
)
_WEBHOOKS = (_NAME, _count("Webhooks", "webhooks"), _AGE)
_ROLE_BINDING = (
    _NAME,
    _part("Role", _role),
    _AGE,
    _part("Users", _subjects("User"), wide=True),
    _part("Groups", _subjects("Group"), wide=True),
    _part("ServiceAccounts", _subjects("ServiceAccount"), wide=True),
)


def custom_parts(resource: Resource) -> tuple[Part, ...] | None:
    """The table of what has no columns of its own but is stored; None for what is only asked.

    Source: apiextensions-apiserver pkg/registry/customresource/tableconvertor.
    """
    if not (resource.inert or resource.name.endswith("apiextensions.k8s.io")):
        return None
    if resource.schema is None:
        return PLAIN
    return (
        (_NAME, *(_custom(one) for one in resource.columns)) if resource.columns else (_NAME, _AGE)
    )


def _custom(column: Mapping[str, Any]) -> Part:
    path, type_ = str(column.get("jsonPath", "")), str(column.get("type", "string"))

    def told(obj: Obj, now: float) -> Any:  # noqa: ANN401
        found = custom.cell(obj, path)
        if found is None:
            return None
        if type_ == "date":
            return age(str(found), now)
        if type_ in ("integer", "number", "boolean"):
            return found
        return found if isinstance(found, str) else dumps(found)

    wide = int(column.get("priority") or 0) > 0
    about = str(
        column.get("description")
        or f"Custom resource definition column (in JSONPath format): {path}"
    )
    return Part(Column(str(column.get("name", "")), about, type_, wide), told)


PLAIN = (_NAME, _MADE)
"""The table of what has no columns of its own."""
TABLES: dict[str, tuple[Part, ...]] = {
    "apiservices.apiregistration.k8s.io": (
        _NAME,
        _part("Service", _service),
        _part("Available", _available),
        _AGE,
    ),
    "certificatesigningrequests.certificates.k8s.io": (
        _NAME,
        _AGE,
        _at("SignerName", "spec", "signerName"),
        _at("Requestor", "spec", "username"),
        _part("RequestedDuration", lambda obj: NONE),
        _part("Condition", _approval),
    ),
    "clusterrolebindings.rbac.authorization.k8s.io": _ROLE_BINDING,
    "clusterroles.rbac.authorization.k8s.io": PLAIN,
    "cronjobs.batch": (
        _NAME,
        _at("Schedule", "spec", "schedule"),
        _at("Timezone", "spec", "timeZone", default=NONE),
        _part("Suspend", lambda obj: str(bool(dig(obj, "spec", "suspend"))).capitalize()),
        _count("Active", "status", "active"),
        Part(Column("Last Schedule", "Last Schedule of the object"), _last_schedule),
        _AGE,
        *_containers("spec", "jobTemplate", "spec", "template"),
        _part("Selector", _selector("spec", "jobTemplate", "spec", "selector"), wide=True),
    ),
    "csidrivers.storage.k8s.io": (
        _NAME,
        _flag("AttachRequired", "spec", "attachRequired"),
        _flag("PodInfoOnMount", "spec", "podInfoOnMount"),
        _flag("StorageCapacity", "spec", "storageCapacity"),
        _part(
            "TokenRequests",
            lambda obj: (
                ",".join(
                    o.get("audience", "") for o in dig(obj, "spec", "tokenRequests", default=())
                )
                or UNSET
            ),
        ),
        _flag("RequiresRepublish", "spec", "requiresRepublish"),
        _part(
            "Modes",
            lambda obj: ",".join(dig(obj, "spec", "volumeLifecycleModes", default=())) or NONE,
        ),
        _AGE,
    ),
    "daemonsets.apps": (
        _NAME,
        _at("Desired", "status", "desiredNumberScheduled", default=0, type_="integer"),
        _at("Current", "status", "currentNumberScheduled", default=0, type_="integer"),
        _at("Ready", "status", "numberReady", default=0, type_="integer"),
        _at("Up-to-date", "status", "updatedNumberScheduled", default=0, type_="integer"),
        _at("Available", "status", "numberAvailable", default=0, type_="integer"),
        _part(
            "Node Selector",
            lambda obj: (
                ",".join(
                    f"{key}={value}"
                    for key, value in sorted(
                        dig(obj, "spec", "template", "spec", "nodeSelector", default={}).items()
                    )
                )
                or NONE
            ),
        ),
        _AGE,
        *_containers("spec", "template"),
        _part("Selector", _selector("spec", "selector"), wide=True),
    ),
    "deviceclasses.resource.k8s.io": (_NAME, _AGE),
    "flowschemas.flowcontrol.apiserver.k8s.io": (
        _NAME,
        _at("PriorityLevel", "spec", "priorityLevelConfiguration", "name"),
        _at("MatchingPrecedence", "spec", "matchingPrecedence", default=0, type_="integer"),
        _at("DistinguisherMethod", "spec", "distinguisherMethod", "type", default=NONE),
        _AGE,
        _part("MissingPL", lambda obj: "?"),
    ),
    "horizontalpodautoscalers.autoscaling": (
        _NAME,
        _part("Reference", _target),
        _part("Targets", _targets),
        _part("MinPods", lambda obj: str(dig(obj, "spec", "minReplicas", default=UNSET))),
        _at("MaxPods", "spec", "maxReplicas", default=0, type_="integer"),
        _at("Replicas", "status", "currentReplicas", default=0, type_="integer"),
        _AGE,
    ),
    "ingressclasses.networking.k8s.io": (
        _NAME,
        _at("Controller", "spec", "controller"),
        _part("Parameters", _parameters),
        _AGE,
    ),
    "ingresses.networking.k8s.io": (
        _NAME,
        _part("Class", _class),
        _part("Hosts", _hosts),
        _part("Address", lambda obj: ""),
        _part("Ports", lambda obj: "80, 443" if dig(obj, "spec", "tls") else "80"),
        _AGE,
    ),
    "jobs.batch": (
        _NAME,
        _part("Status", _job_state),
        _part("Completions", _completions),
        _part("Duration", lambda obj: ""),
        _AGE,
        *_containers("spec", "template"),
        _part("Selector", _selector("spec", "selector"), wide=True),
    ),
    "mutatingadmissionpolicies.admissionregistration.k8s.io": (
        _NAME,
        _count("Mutations", "spec", "mutations"),
        _part("ParamKind", _kind_of_parameters),
        _AGE,
    ),
    "mutatingadmissionpolicybindings.admissionregistration.k8s.io": _BINDING,
    "mutatingwebhookconfigurations.admissionregistration.k8s.io": _WEBHOOKS,
    "networkpolicies.networking.k8s.io": (
        _NAME,
        _part("Pod-Selector", _selector("spec", "podSelector")),
        _AGE,
    ),
    "podtemplates": (
        _NAME,
        *(Part(part.column._replace(wide=False), part.cell) for part in _containers("template")),
        _part(
            "Pod Labels",
            lambda obj: (
                ",".join(
                    f"{key}={value}"
                    for key, value in sorted(
                        dig(obj, "template", "metadata", "labels", default={}).items()
                    )
                )
                or NONE
            ),
        ),
    ),
    "priorityclasses.scheduling.k8s.io": (
        _NAME,
        _at("Value", "value", default=0, type_="integer"),
        _flag("Global-Default", "globalDefault"),
        _AGE,
        _at("PreemptionPolicy", "preemptionPolicy"),
    ),
    "prioritylevelconfigurations.flowcontrol.apiserver.k8s.io": (
        _NAME,
        _at("Type", "spec", "type"),
        _at(
            "NominalConcurrencyShares", "spec", "limited", "nominalConcurrencyShares", default=NONE
        ),
        _at("Queues", "spec", "limited", "limitResponse", "queuing", "queues", default=NONE),
        _at("HandSize", "spec", "limited", "limitResponse", "queuing", "handSize", default=NONE),
        _at(
            "QueueLengthLimit",
            *("spec", "limited", "limitResponse", "queuing", "queueLengthLimit"),
            default=NONE,
        ),
        _AGE,
    ),
    "replicationcontrollers": (
        _NAME,
        _at("Desired", "spec", "replicas", default=0, type_="integer"),
        _at("Current", "status", "replicas", default=0, type_="integer"),
        _at("Ready", "status", "readyReplicas", default=0, type_="integer"),
        _AGE,
        *_containers("spec", "template"),
        _part(
            "Selector",
            lambda obj: ",".join(
                f"{key}={value}"
                for key, value in sorted(dig(obj, "spec", "selector", default={}).items())
            ),
            wide=True,
        ),
    ),
    "resourceclaims.resource.k8s.io": (_NAME, _part("State", lambda obj: "pending"), _AGE),
    "resourceclaimtemplates.resource.k8s.io": (_NAME, _AGE),
    "rolebindings.rbac.authorization.k8s.io": _ROLE_BINDING,
    "roles.rbac.authorization.k8s.io": PLAIN,
    "runtimeclasses.node.k8s.io": (_NAME, _at("Handler", "handler"), _AGE),
    "validatingadmissionpolicies.admissionregistration.k8s.io": (
        _NAME,
        _count("Validations", "spec", "validations"),
        _part("ParamKind", _kind_of_parameters),
        _AGE,
    ),
    "validatingadmissionpolicybindings.admissionregistration.k8s.io": _BINDING,
    "validatingwebhookconfigurations.admissionregistration.k8s.io": _WEBHOOKS,
    "volumeattributesclasses.storage.k8s.io": (
        _NAME,
        _at("DriverName", "driverName"),
        _AGE,
    ),
}

"""How a deletion goes: preconditions, grace, finalizers, propagation.

:func:`decide` is pure: an object and the options in, what is to be done out. The registry does it.

Source: staging/src/k8s.io/apiserver/pkg/registry/rest/delete.go and generic/registry/store.go.
"""

from dataclasses import dataclass
from typing import Any

from tutor.offline.clock import duration, seconds_of, timestamp
from tutor.offline.errors import Cause
from tutor.offline.integers import is_int64
from tutor.offline.objects import Obj, meta, name_of, terminating
from tutor.offline.refusals import bad_request, conflict_by_kind, invalid_options, unsupported
from tutor.offline.resources import Resource
from tutor.offline.strategies import grace_of

ORPHAN = "orphan"
FOREGROUND = "foregroundDeletion"
_POLICIES = ("Foreground", "Background", "Orphan")


@dataclass(frozen=True, slots=True)
class DeleteOptions:
    """What a deletion asks for.

    Attributes:
        grace_seconds: None for the object's own.
        propagation: ``Foreground``, ``Background``, ``Orphan``; empty for the kind's own.
        orphan_dependents: The older way to say it.
        uid: Only this incarnation.
        resource_version: Only this version.
        dry_run: Nothing is stored.
    """

    grace_seconds: int | None = None
    propagation: str = ""
    orphan_dependents: bool | None = None
    uid: str = ""
    resource_version: str = ""
    dry_run: bool = False


def options_of(body: Any) -> DeleteOptions:  # noqa: ANN401
    """The options in a request's body or query.

    Raises:
        ApiError: 400 for values of the wrong type, 422 for values that do not exist.
    """
    if body is None:
        return DeleteOptions()
    if not isinstance(body, dict):
        raise bad_request("expected a DeleteOptions object")
    grace = body.get("gracePeriodSeconds")
    orphan = body.get("orphanDependents")
    policy = body.get("propagationPolicy")
    dry_run = [] if body.get("dryRun") is None else body["dryRun"]
    before = {} if body.get("preconditions") is None else body["preconditions"]
    if grace is not None and not is_int64(grace):
        raise bad_request(_mistyped(grace, "gracePeriodSeconds", "int64"))
    if orphan is not None and not isinstance(orphan, bool):
        raise bad_request(_mistyped(orphan, "orphanDependents", "bool"))
    if policy is not None and not isinstance(policy, str):
        raise bad_request(_mistyped(policy, "propagationPolicy", "v1.DeletionPropagation"))
    if not isinstance(before, dict):
        raise bad_request(_mistyped(before, "preconditions", "v1.Preconditions"))
    if not isinstance(dry_run, list):
        raise bad_request(_mistyped(dry_run, "dryRun", "[]string"))
    causes = []
    if policy is not None and orphan is not None:
        causes.append(
            Cause(
                "FieldValueInvalid",
                f'Invalid value: "{policy}": orphanDependents and deletionPropagation cannot be '
                "both set",
                "propagationPolicy",
            )
        )
    if policy is not None and policy not in _POLICIES:
        causes.append(unsupported("propagationPolicy", f'"{policy}"', *_POLICIES, "nil"))
    causes += dry_run_causes(dry_run)
    if causes:
        raise invalid_options("DeleteOptions", *causes)
    return DeleteOptions(
        grace,
        policy or "",
        orphan,
        str(before.get("uid") or ""),
        str(before.get("resourceVersion") or ""),
        bool(dry_run),
    )


def dry_run_causes(dry_run: list[Any]) -> list[Cause]:
    """What is wrong with ``dryRun``: only ``All`` is known, once."""
    if set(map(str, dry_run)) <= {"All"}:
        return []
    shown = "[" + ",".join(f'"{one}"' for one in dry_run) + "]"
    return [unsupported("dryRun", shown, "All")]


def _mistyped(value: Any, field: str, wanted: str) -> str:  # noqa: ANN401
    sorts = ((bool, "bool"), (str, "string"), (int, "number"), (float, "number"), (list, "array"))
    sort = next((name for kind, name in sorts if isinstance(value, kind)), "object")
    return (
        f"json: cannot unmarshal {sort} into Go struct field DeleteOptions.{field} of type {wanted}"
    )


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a deletion comes to.

    Attributes:
        marked: The object to store first, marked for deletion; None to leave it as it is.
        gone: Whether it is then removed.
    """

    marked: Obj | None
    gone: bool


def check_preconditions(resource: Resource, obj: Obj, options: DeleteOptions) -> None:
    """Refuse a deletion meant for another incarnation or version.

    Raises:
        ApiError: 409.
    """
    found = meta(obj)
    if options.uid and options.uid != found.get("uid"):
        raise conflict_by_kind(
            resource,
            name_of(obj),
            f"the UID in the precondition ({options.uid}) does not match the UID in record "
            f"({found.get('uid')}). The object might have been deleted and then recreated",
        )
    if options.resource_version and options.resource_version != found.get("resourceVersion"):
        raise conflict_by_kind(
            resource,
            name_of(obj),
            f"the ResourceVersion in the precondition ({options.resource_version}) does not match "
            f"the ResourceVersion in record ({found.get('resourceVersion')}). The object might "
            "have been modified",
        )


def decide(resource: Resource, obj: Obj, options: DeleteOptions, now: float) -> Verdict:
    """What a deletion comes to.

    Args:
        resource: Of the object.
        obj: As stored.
        options: As asked.
        now: Virtual time.

    Raises:
        ApiError: 409 where a precondition does not hold.
    """
    check_preconditions(resource, obj, options)
    found = meta(obj)
    grace = grace_of(resource, obj, options.grace_seconds)
    metadata = dict(found)
    if grace is not None and terminating(obj):
        held = found.get("deletionGracePeriodSeconds")
        if held is None:
            return Verdict(None, not found.get("finalizers"))
        wanted = options.grace_seconds
        if wanted is None or wanted >= held:
            return Verdict(None, False)
        due = seconds_of(found["deletionTimestamp"]) - duration(held) + duration(wanted)
        metadata["deletionTimestamp"] = timestamp(due)
        metadata["deletionGracePeriodSeconds"] = wanted
        grace = wanted
    elif grace is not None:
        metadata["deletionTimestamp"] = timestamp(now + duration(grace))
        metadata["deletionGracePeriodSeconds"] = grace
        if "generation" in found:
            metadata["generation"] = found["generation"] + 1
    finalizers = _finalizers(resource, found, options)
    if finalizers:
        metadata["finalizers"] = finalizers
    else:
        metadata.pop("finalizers", None)
    if grace is None:
        if not finalizers:
            return Verdict(None, True)
        if not terminating(obj):
            metadata["deletionTimestamp"] = timestamp(now)
            if "generation" in found:
                metadata["generation"] = found["generation"] + 1
        metadata["deletionGracePeriodSeconds"] = 0
    return Verdict({**obj, "metadata": metadata}, not finalizers and not grace)


def _finalizers(resource: Resource, found: dict[str, Any], options: DeleteOptions) -> list[str]:
    """The finalizers with those of the garbage collector as the propagation asks."""
    held = found.get("finalizers") or []
    others = [one for one in held if one not in (ORPHAN, FOREGROUND)]
    policy = options.propagation
    if options.orphan_dependents is not None:
        policy = "Orphan" if options.orphan_dependents else "Background"
    if resource.name == "events":  # its strategy leaves the garbage collector out
        return others
    if policy == "Orphan" or (not policy and ORPHAN in held):
        return [*others, ORPHAN]
    if policy == "Foreground" or (not policy and FOREGROUND in held):
        return [*others, FOREGROUND]
    return others

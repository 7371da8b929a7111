"""CustomResourceDefinitions: their names are accepted, and what they define goes with them.

Source: apiextensions-apiserver ``pkg/controller/{status,establish,finalizer}``.
"""

from collections.abc import Iterable

from tutor.offline.clock import timestamp
from tutor.offline.custom import DEFINITIONS, ESTABLISHED, NAMES_ACCEPTED, holds
from tutor.offline.errors import ApiError
from tutor.offline.objects import Obj, dig, meta, name_of, namespace_of, terminating, uid_of
from tutor.offline.plan import Again, Delete, Key, Plan, Retry, Update, UpdateStatus, View

CLEANUP = "customresourcecleanup.apiextensions.k8s.io"
_NAMES = ("plural", "singular", "kind", "listKind")
_AGAIN_SECONDS = 1.0
_NO_CONFLICT = ("NoConflicts", "no conflicts found")
_TOLD = ("InitialNamesAccepted", "the initial names have been accepted")
_UNTOLD = ("NotAccepted", "not all names are accepted")


class Definitions:
    """Sees definitions from their first names to the last object of their kind."""

    name = "crd-controller"
    watches = (DEFINITIONS,)

    def keys(
        self, view: View, resource: str, before: Obj | None, after: Obj | None
    ) -> Iterable[Key]:
        """The definition; of one that is gone, those that wanted its names."""
        if after is not None:
            return (Key("", name_of(after)),)
        return [Key("", name_of(one)) for one in view.list(DEFINITIONS)]

    def sync(self, view: View, key: Key) -> Plan:
        """Accept names, or empty and release a definition that is being deleted.

        Raises:
            Retry: A write was refused.
        """
        found = view.get(DEFINITIONS, "", key.name)
        if found is None:
            return
        if terminating(found):
            yield from self._emptied(view, found)
        else:
            yield from self._accepted(view, found)

    @staticmethod
    def _accepted(view: View, found: Obj) -> Plan:
        if CLEANUP not in (meta(found).get("finalizers") or ()):
            held = [*(meta(found).get("finalizers") or ()), CLEANUP]
            outcome = yield Update(
                DEFINITIONS, {**found, "metadata": {**meta(found), "finalizers": held}}
            )
            if isinstance(outcome, ApiError):
                raise Retry(outcome.message)
            found = outcome or found
        conflict = _conflict(view, found)
        stands = holds(found, ESTABLISHED) or not conflict
        conditions = [
            _condition(
                found, NAMES_ACCEPTED, view.now, conflict or _NO_CONFLICT, stands=not conflict
            ),
            _condition(found, ESTABLISHED, view.now, _TOLD if stands else _UNTOLD, stands=stands),
        ]
        storage = [one["name"] for one in found["spec"]["versions"] if one.get("storage")]
        stored = dig(found, "status", "storedVersions", default=None) or []
        status = {
            "conditions": conditions,
            "acceptedNames": found["spec"]["names"] if not conflict else _old_names(found),
            "storedVersions": [*stored, *(one for one in storage if one not in stored)],
        }
        if status == found.get("status"):
            return
        outcome = yield UpdateStatus(DEFINITIONS, {**found, "status": status})
        if isinstance(outcome, ApiError) and outcome.reason != "NotFound":
            raise Retry(outcome.message)

    @staticmethod
    def _emptied(view: View, found: Obj) -> Plan:
        """Delete what the definition defines, then let it go."""
        name = name_of(found)
        for one in tuple(view.list(name)):
            if not terminating(one):
                outcome = yield Delete(name, namespace_of(one), name_of(one), uid_of(one))
                if isinstance(outcome, ApiError) and outcome.reason != "NotFound":
                    raise Retry(outcome.message)
        if any(True for _ in view.list(name)):
            yield Again(_AGAIN_SECONDS)
            return
        kept = [one for one in meta(found).get("finalizers") or () if one != CLEANUP]
        outcome = yield Update(
            DEFINITIONS, {**found, "metadata": {**meta(found), "finalizers": kept}}
        )
        if isinstance(outcome, ApiError) and outcome.reason != "NotFound":
            raise Retry(outcome.message)


def _old_names(found: Obj) -> Obj:
    return dig(found, "status", "acceptedNames", default=None) or {"plural": "", "kind": ""}


def _conflict(view: View, found: Obj) -> tuple[str, str] | None:
    """Reason and message where another definition of the group has one of the names."""
    names = found["spec"]["names"]
    taken: dict[str, str] = {}
    kinds: dict[str, str] = {}
    for one in view.list(DEFINITIONS):
        if name_of(one) == name_of(found) or dig(one, "spec", "group") != found["spec"]["group"]:
            continue
        held = dig(one, "status", "acceptedNames", default=None) or {}
        for name in (held.get("plural"), held.get("singular"), *(held.get("shortNames") or ())):
            taken[name or ""] = name_of(one)
        for name in (held.get("kind"), held.get("listKind")):
            kinds[name or ""] = name_of(one)
    for reason, wanted, among in (
        ("PluralConflict", [names.get("plural")], taken),
        ("SingularConflict", [names.get("singular")], taken),
        ("ShortNamesConflict", names.get("shortNames") or (), taken),
        ("KindConflict", [names.get("kind")], kinds),
        ("ListKindConflict", [names.get("listKind")], kinds),
    ):
        for name in wanted:
            if name and name in among:
                return reason, f'"{name}" is already in use'
    return None


def _condition(found: Obj, kind: str, now: float, told: tuple[str, str], *, stands: bool) -> Obj:
    reason, message = told
    status = "True" if stands else "False"
    for one in dig(found, "status", "conditions", default=None) or ():
        if one.get("type") == kind and one.get("status") == status:
            return {**one, "reason": reason, "message": message}
    return {
        "type": kind,
        "status": status,
        "lastTransitionTime": timestamp(now),
        "reason": reason,
        "message": message,
    }

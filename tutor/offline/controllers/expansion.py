"""Claims that are to become larger: told to whoever can do it.

No volume is expanded by the controller manager any more. Those of a driver are the business of
its resizer (``csi.py``), and of host paths nobody's: their claims wait.

Source: pkg/controller/volume/expand/expand_controller.go, v1.36.
"""

from collections.abc import Iterable

from tutor.manifest.quantity import Quantity, parse
from tutor.offline.controllers.storage import CLAIMS, VOLUMES, bound_to, requested
from tutor.offline.objects import Obj, dig, name_of, namespace_of
from tutor.offline.plan import Key, Plan, Record, Retry, View


def held(claim: Obj) -> Quantity:
    """How much storage a claim has."""
    return parse(dig(claim, "status", "capacity", "storage", default="0"))


def wants_more(claim: Obj) -> bool:
    """Whether a bound claim asks for more than it has."""
    return dig(claim, "status", "phase") == "Bound" and parse(requested(claim)) > held(claim)


class Expansion:
    """Says of a claim that is to grow that somebody else must do it."""

    name = "volume_expand"
    watches = (CLAIMS,)

    def keys(
        self, view: View, resource: str, before: Obj | None, after: Obj | None
    ) -> Iterable[Key]:
        """A claim that asks for more than before."""
        if after is None or not wants_more(after):
            return ()
        if before is not None and parse(requested(after)) <= parse(requested(before)):
            return ()
        return (Key(namespace_of(after), name_of(after)),)

    def sync(self, view: View, key: Key) -> Plan:
        """Tell of one claim.

        Raises:
            Retry: Its volume is not bound to it.
        """
        claim = view.get(CLAIMS, key.namespace, key.name)
        if claim is None or not wants_more(claim):
            return
        volume = view.get(VOLUMES, "", dig(claim, "spec", "volumeName", default=""))
        if volume is None or not bound_to(volume, claim):
            raise Retry
        text = "waiting for an external controller to expand this PVC"
        yield Record(claim, "Normal", "ExternalExpanding", text)

"""Whose machines a cluster's nodes are: a tunnel looks local, the nodes at its end do not.

Source: the ``spec.providerID`` of nodes, which cloud controllers set (``aws:///…``, ``gce://…``),
and so do kind (``kind://…``) and k3s (``k3s://…``); others at one's own machine leave it empty.
"""

from tutor.cluster.api import Api, Refused
from tutor.cluster.cancelling import Cancel
from tutor.cluster.kinds import KINDS

_HERE = frozenset({"", "kind", "k3s", "docker"})
_LOOKED_AT = "50"


def cloud(api: Api, cancel: Cancel) -> str:
    """The name by which nodes tell the cloud they are machines of; empty where none does.

    Raises:
        Refused, TutorError: The cluster does not answer as it should. That one may not look at
            nodes is nothing of the kind.
    """
    try:
        rows = api.ask(cancel, "GET", KINDS["Node"].path(), limit=_LOOKED_AT).body.get("items")
    except Refused as refused:
        if refused.code in (403, 404):
            return ""
        raise
    for row in rows if isinstance(rows, list) else ():
        spec = row.get("spec") if isinstance(row, dict) else None
        told = spec.get("providerID") if isinstance(spec, dict) else None
        provider = told.partition("://")[0].lower() if isinstance(told, str) else ""
        if provider not in _HERE:
            return provider
    return ""

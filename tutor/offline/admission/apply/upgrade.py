"""From kubectl's own apply, which notes what it applied in an annotation, to the server's.

Source: apimachinery ``util/managedfields/internal/{lastappliedmanager,lastappliedupdater}.go``.
"""

from tutor.manifest.schema_bundle import Ref
from tutor.offline.admission.apply import typed
from tutor.offline.admission.apply.typed import Fields
from tutor.offline.admission.gojson import JsonError, dumps, loads
from tutor.offline.objects import Obj, meta

KUBECTL = "kubectl"
"""The only manager that goes over; another name keeps the annotation out of it."""
LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration"
NOBODY: Fields = frozenset()


def its_own(manager: str, live: Obj, ref: Ref, api_version: str) -> Fields:
    """Fields that kubectl may take over: it applied them itself, and they are as it left them."""
    text = _annotations(live).get(LAST_APPLIED, "")
    if manager != KUBECTL or not text:
        return NOBODY
    try:
        last = loads(text)
    except JsonError:
        return NOBODY
    if not isinstance(last, dict) or last.get("apiVersion") != api_version:
        return NOBODY
    changed = typed.compare(last, live, ref)
    return typed.field_set(last, ref) - changed.modified - changed.added - changed.removed


def noted(manager: str, made: Obj, config: Obj) -> Obj:
    """The object with the annotation brought up to date, where kubectl applies and it is there."""
    annotations = _annotations(made)
    if manager != KUBECTL or not annotations.get(LAST_APPLIED):
        return made
    own = {key: value for key, value in _annotations(config).items() if key != LAST_APPLIED}
    metadata = {key: value for key, value in meta(config).items() if key != "annotations"}
    if own:
        metadata["annotations"] = own
    text = dumps({**config, "metadata": metadata}, sort=True) + "\n"
    return {
        **made,
        "metadata": {**meta(made), "annotations": {**annotations, LAST_APPLIED: text}},
    }


def _annotations(obj: Obj) -> dict[str, str]:
    found: dict[str, str] = meta(obj).get("annotations") or {}
    return found

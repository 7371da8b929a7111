"""JSON merge patches (RFC 7386)."""

from tutor.offline.admission.values import Json


def apply(target: Json, patch: Json) -> Json:
    """The target with a patch merged in; neither is changed."""
    if not isinstance(patch, dict):
        return patch
    merged = dict(target) if isinstance(target, dict) else {}
    for key, value in patch.items():
        if value is None:
            merged.pop(key, None)
        else:
            merged[key] = apply(merged.get(key), value)
    return merged

"""Labels and what selects them, as ``metav1.LabelSelector`` and Service selectors do it."""

from collections.abc import Mapping

from tutor.manifest.nodes import Data
from tutor.rules.shapes import string

Labels = Mapping[str, str]

POD_NAME = "statefulset.kubernetes.io/pod-name"
POD_INDEX = "apps.kubernetes.io/pod-index"
REVISION = "controller-revision-hash"
CONTROLLER_LABELS = frozenset({POD_NAME, POD_INDEX, REVISION})
"""Labels the StatefulSet controller puts on its Pods; they are in no template."""


def labels(value: Data) -> Labels | None:
    """A map of strings; None for anything else but nothing at all, which is no labels.

    ``version: 1`` is a number, which the API server refuses: nothing can be said about it.
    """
    if value is None:
        return {}
    if not isinstance(value, dict):
        return None
    found: dict[str, str] = {}
    for key, text in value.items():
        if not isinstance(text, str):
            return None
        found[key] = text
    return found


def matches_labels(wanted: Labels, pod: Labels) -> bool:
    """Whether every wanted label is there with its value, as a Service's selector asks."""
    return all(pod.get(key) == value for key, value in wanted.items())


def matches(selector: Data, pod: Labels) -> bool | None:
    """Whether a LabelSelector selects a Pod; None when the selector is malformed.

    An empty selector selects everything, as it does in a PodDisruptionBudget; a missing one
    nothing. Source: apimachinery ``LabelSelectorAsSelector``.
    """
    if selector is None:
        return False
    if not isinstance(selector, dict):
        return None
    wanted = labels(selector.get("matchLabels"))
    expressions = selector.get("matchExpressions") or []
    if wanted is None or not isinstance(expressions, list):
        return None
    verdict = matches_labels(wanted, pod)
    for expression in expressions:
        answer = _matches_expression(expression, pod)
        if answer is None:
            return None
        verdict = verdict and answer
    return verdict


def _matches_expression(expression: Data, pod: Labels) -> bool | None:
    if not isinstance(expression, dict) or not isinstance(expression.get("values") or [], list):
        return None
    key, operator = string(expression.get("key")), expression.get("operator")
    values = expression.get("values") or []
    assert isinstance(values, list)  # noqa: S101  (asked above)
    if not key:
        return None
    if operator == "In" and values:
        return pod.get(key) in values
    if operator == "NotIn" and values:
        return pod.get(key) not in values
    if operator == "Exists" and not values:
        return key in pod
    if operator == "DoesNotExist" and not values:
        return key not in pod
    return None

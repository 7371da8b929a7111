"""The StatefulSet controller of Kubernetes v1.36."""

from tutor.offline.controllers.statefulset.controller import StatefulSetController
from tutor.offline.controllers.statefulset.explain import Waiting, explain
from tutor.offline.controllers.statefulset.order import Reason, Step

__all__ = ["Reason", "StatefulSetController", "Step", "Waiting", "explain"]

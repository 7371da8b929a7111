"""The kubelets of all nodes: they start Pods, stop them, and renew their node's lease."""

from tutor.offline.controllers.kubelet.controller import Kubelet

__all__ = ["Kubelet"]

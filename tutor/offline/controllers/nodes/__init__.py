"""How nodes fail, and what becomes of their Pods."""

from tutor.offline.controllers.nodes.eviction import TaintEviction
from tutor.offline.controllers.nodes.lifecycle import NodeLifecycle
from tutor.offline.controllers.nodes.podgc import PodCollector

__all__ = ["NodeLifecycle", "PodCollector", "TaintEviction"]

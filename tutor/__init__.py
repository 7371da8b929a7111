"""A bilingual terminal tutor for Kubernetes StatefulSets."""

__version__ = "0.1.0"

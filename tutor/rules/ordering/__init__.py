"""STS2xx: ordering, updates, and the parts of the spec that steer the controller."""

from tutor.rules.ordering import config, fields, readiness, selector, strategy

__all__ = ["config", "fields", "readiness", "selector", "strategy"]

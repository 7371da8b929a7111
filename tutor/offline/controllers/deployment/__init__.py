"""The Deployment controller."""

from tutor.offline.controllers.deployment.controller import Deployments

__all__ = ["Deployments"]

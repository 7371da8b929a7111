"""The scheduler: which node a Pod goes to, and why there is none."""

from tutor.offline.controllers.scheduler.controller import Scheduler

__all__ = ["Scheduler"]

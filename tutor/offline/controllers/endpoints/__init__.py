"""The EndpointSlice controller of Kubernetes v1.36."""

from tutor.offline.controllers.endpoints.controller import EndpointSlices

__all__ = ["EndpointSlices"]

"""The objects of one or more files, seen the way rules ask for them."""

from collections.abc import Iterable
from functools import cached_property

from tutor.manifest.documents import Document

WORKLOAD_API = "apps/v1"


class Objects:
    """Documents grouped by kind. Objects that only look like Kubernetes' own are left out:

    a ``kind: Service`` of ``serving.knative.dev/v1`` is not a Service.
    """

    def __init__(self, documents: Iterable[Document]) -> None:
        self.documents = tuple(documents)

    @cached_property
    def statefulsets(self) -> tuple[Document, ...]:
        """StatefulSets of apps/v1."""
        return self.of("StatefulSet", WORKLOAD_API)

    @cached_property
    def services(self) -> tuple[Document, ...]:
        """Services of the core API."""
        return self.of("Service", "v1")

    @cached_property
    def claims(self) -> tuple[Document, ...]:
        """PersistentVolumeClaims."""
        return self.of("PersistentVolumeClaim", "v1")

    def of(self, kind: str, api_version: str) -> tuple[Document, ...]:
        """All objects of one kind and API version, in the order of the files."""
        return tuple(
            d for d in self.documents if d.kind == kind and d.api_version == api_version
        )

    def same_namespace(self, one: Document, other: Document) -> bool:
        """Whether two objects land in one namespace, as far as the files tell.

        A missing namespace is the one kubectl is pointed at; it equals only another missing one,
        and ``default``, since that is where most people are.
        """
        return (one.namespace or "default") == (other.namespace or "default")

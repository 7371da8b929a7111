"""Pictures and entries made by hand, for the widgets alone."""

from dataclasses import replace

from tutor.model.picture import ClaimView, NameView, Picture, Place, PodView, ServiceView, SetView
from tutor.model.timeline import Entry, Waiting, What

BEGIN = 1_700_000_000.0


def pod(name: str, status: str = "Running", *, ready: bool = True, **more: object) -> PodView:
    made = PodView(
        name=name,
        uid=f"uid-{name}",
        status=status,
        ready=ready,
        available=ready,
        terminating=False,
        revision="5d4f8c",
        current=True,
        node="node-a",
        ip="10.0.0.1",
        restarts=0,
        since=BEGIN,
    )
    return replace(made, **more)  # type: ignore[arg-type]


def claim(name: str, phase: str = "Bound", *, mounted: bool = True) -> ClaimView:
    volume = "pvc-0f1e2d3c-4b5a" if phase == "Bound" else ""
    return ClaimView(name, f"uid-{name}", phase, volume, "1Gi", "standard", mounted)


def place(
    ordinal: int,
    stands: PodView | None,
    *,
    waits: Waiting | None = None,
    wanted: bool = True,
    claims: tuple[ClaimView, ...] | None = None,
) -> Place:
    name = f"web-{ordinal}"
    return Place(
        ordinal=ordinal,
        pod_name=name,
        wanted=wanted,
        pod=stands,
        claims=(claim(f"data-{name}"),) if claims is None else claims,
        name=NameView(f"{name}.web", ("10.0.0.1",) if stands and stands.ready else ()),
        waits=waits,
    )


def service(*, exists: bool = True, headless: bool = True) -> ServiceView:
    return ServiceView("web", headless, exists, NameView("web", ("10.0.0.1",) if exists else ()))


def stateful_set(*places: Place, **more: object) -> SetView:
    made = SetView(
        name="web",
        uid="uid-web",
        replicas=sum(one.wanted for one in places),
        ready=sum(one.pod is not None and one.pod.ready for one in places),
        policy="OrderedReady",
        strategy="RollingUpdate",
        partition=0,
        current="5d4f8c",
        update="5d4f8c",
        terminating=False,
        service=service(),
        places=places,
    )
    return replace(made, **more)  # type: ignore[arg-type]


NOT_READY = Waiting("web", "web-2", "create", "not-ready", "web-1")


def coming_up(at: float = BEGIN, version: int = 12) -> Picture:
    """web-0 is Ready, web-1 not yet, web-2 waits for it."""
    return Picture(
        at,
        version,
        sets=(
            stateful_set(
                place(0, pod("web-0")),
                place(1, pod("web-1", ready=False)),
                place(2, None, waits=NOT_READY, claims=()),
            ),
        ),
        events=(entry(What.SAID, "StatefulSet", "web", 12, **SAID),),
    )


def rolling() -> Picture:
    """web-1 has the new revision already, web-0 the old one; web-2 is surplus and goes."""
    return Picture(
        BEGIN,
        30,
        sets=(
            stateful_set(
                place(0, pod("web-0", current=False, restarts=3)),
                place(1, pod("web-1", "ImagePullBackOff", ready=False, revision="7c9b21")),
                place(2, pod("web-2", "Terminating", terminating=True), wanted=False),
                place(3, None, wanted=False, claims=(claim("data-web-3", mounted=False),)),
                update="7c9b21",
                service=service(exists=False),
            ),
        ),
        pods=(pod("lone"),),
        claims=(claim("nobodys", "Pending", mounted=False),),
    )


SAID: dict[str, str | int] = {
    "type": "Normal",
    "reason": "SuccessfulCreate",
    "message": "create Pod web-1 in StatefulSet web successful",
    "count": 1,
}


def entry(what: What, kind: str, name: str, version: int, **params: str | int) -> Entry:
    return Entry(BEGIN + version / 2, version, what, kind, name, f"uid-{name}", params)


def story() -> tuple[Entry, ...]:
    """Three Pods come up in order; the second one's image cannot be pulled at first."""
    return (
        entry(What.CREATED, "StatefulSet", "web", 1),
        entry(What.CREATED, "PersistentVolumeClaim", "data-web-0", 2),
        entry(What.CREATED, "Pod", "web-0", 3),
        entry(What.BOUND, "PersistentVolumeClaim", "data-web-0", 4, volume="pvc-0f1e"),
        entry(What.SCHEDULED, "Pod", "web-0", 5, node="node-a"),
        entry(What.READY, "Pod", "web-0", 6),
        entry(What.RESOLVES, "DNS", "web-0.web", 7, address="10.0.0.1"),
        entry(What.CREATED, "Pod", "web-1", 8),
        entry(What.SAID, "StatefulSet", "web", 9, **SAID),
        entry(What.TROUBLE, "Pod", "web-1", 12, reason="ImagePullBackOff"),
    )

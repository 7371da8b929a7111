import pytest

from tests.rules.manifests import together
from tests.rules.volumes import CLAIM, MOUNT, codes, only, stored

ROOT = "volumeMounts: [{name: data, mountPath: /var/lib/postgresql/data}]"


def postgres(container: str = ROOT, *, image: str = "postgres:16.4", pod: str = "") -> str:
    return stored(container=container, image=image, pod=pod)


@pytest.mark.parametrize(
    ("image", "expected"),
    [
        ("postgres", ["STS321"]),
        ("postgres:16.4-alpine", ["STS321"]),
        ("docker.io/library/postgres:15", ["STS321"]),
        ("registry.local:5000/postgres:15", ["STS321"]),
        ("public.ecr.aws/docker/library/postgres:15", ["STS321"]),
        ("postgres@sha256:0123", ["STS321"]),
        ("postgis/postgis:16-3.4", ["STS321"]),
        ("postgres:18", ["STS321:eighteen"]),
        ("docker.io/postgres:19.1-trixie", ["STS321:eighteen"]),
        # Images that bring their own directory, or about which nothing is known.
        ("bitnami/postgresql:16", []),
        ("example.com/team/postgres:16", []),
        ("prometheuscommunity/postgres-exporter", []),
        ("mysql:8.0", []),
    ],
)
def test_postgres_images(image: str, expected: list[str]) -> None:
    assert codes(postgres(image=image)) == expected


@pytest.mark.parametrize(
    "container",
    [
        ROOT.replace("}]", ", subPath: pgdata}]"),
        ROOT.replace("}]", ", subPathExpr: $(POD_NAME)}]"),
        ROOT.replace("/data}", "}"),
        f"{ROOT}\nenv: [{{name: PGDATA, value: /var/lib/postgresql/data/pgdata}}]",
        f"{ROOT}\nenv: [{{name: PGDATA, value: /srv/pg}}]",
        # What another object says is not known here.
        f"{ROOT}\nenv: [{{name: PGDATA, valueFrom: {{configMapKeyRef: {{name: x, key: y}}}}}}]",
        f"{ROOT}\nenvFrom: [{{configMapRef: {{name: elsewhere}}}}]",
        f"{ROOT}\nenvFrom: [{{secretRef: {{name: elsewhere}}}}]",
        f"{ROOT}\ncommand: [bash, /start.sh]",
    ],
)
def test_postgres_that_is_fine(container: str) -> None:
    assert codes(postgres(container)) == []


@pytest.mark.parametrize(
    ("container", "expected"),
    [
        (ROOT.replace("data}", "data/}"), ["STS321"]),
        (f"{ROOT}\nenv: [{{name: PGDATA, value: /var/lib/postgresql/data}}]", ["STS321"]),
        (f"{ROOT}\nenv: [{{name: POSTGRES_DB, value: x}}, nonsense]", ["STS321"]),
        (f"{ROOT}\nenvFrom: nonsense", ["STS321"]),
    ],
)
def test_postgres_that_is_not(container: str, expected: list[str]) -> None:
    assert codes(postgres(container)) == expected


def config(data: str, kind: str = "ConfigMap") -> str:
    field = "data" if kind == "ConfigMap" else "stringData"
    return f"apiVersion: v1\nkind: {kind}\nmetadata: {{name: pg}}\n{field}: {data}\n"


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        ("{PGDATA: /var/lib/postgresql/data/db}", []),
        ("{PGDATA: /var/lib/postgresql/data}", ["STS321"]),
        ("{POSTGRES_DB: x}", ["STS321"]),
    ],
)
@pytest.mark.parametrize(("kind", "ref"), [("ConfigMap", "configMapRef"), ("Secret", "secretRef")])
def test_pgdata_from_another_object(kind: str, ref: str, data: str, expected: list[str]) -> None:
    text = postgres(f"{ROOT}\nenvFrom: [{{{ref}: {{name: pg}}}}]")
    found = [code for code in codes(together(config(data, kind), text)) if code != "STS226"]
    assert found == expected


def test_env_goes_before_env_from() -> None:
    container = (
        f"{ROOT}\nenvFrom: [{{secretRef: {{name: elsewhere}}}}]"
        "\nenv: [{name: PGDATA, value: /var/lib/postgresql/data}]"
    )
    assert codes(postgres(container)) == ["STS321"]


def test_pgdata_from_a_key() -> None:
    key = "valueFrom: {configMapKeyRef: {name: pg, key: dir}}"
    text = postgres(f"{ROOT}\nenv: [{{name: PGDATA, {key}}}]")
    annotated = text.replace("labels: {app: web}}", "labels: {app: web}, annotations: {hash: a}}")
    assert codes(together(config("{dir: /var/lib/postgresql/data/db}"), annotated)) == []
    assert codes(together(config("{dir: /var/lib/postgresql/data}"), annotated)) == ["STS321"]


def test_a_directory_that_is_no_claim() -> None:
    pod = "volumes: [{name: data, hostPath: {path: /srv}}]"
    assert codes(stored("", container=ROOT, pod=pod, image="postgres:16")) == []


@pytest.mark.parametrize(
    ("pod", "container", "expected"),
    [
        ("securityContext: {runAsUser: 999}", "", ["STS322"]),
        ("securityContext: {runAsUser: 999, fsGroup: 999}", "", []),
        ("securityContext: {runAsUser: 999, supplementalGroups: [999]}", "", []),
        ("securityContext: {runAsUser: 0}", "", []),
        ("securityContext: {runAsNonRoot: true}", "", ["STS322:image"]),
        ("securityContext: {runAsNonRoot: false}", "", []),
        ("", "securityContext: {runAsUser: 999}", ["STS322"]),
        ("", "securityContext: {runAsNonRoot: true}", ["STS322:image"]),
        ("securityContext: {runAsUser: 999}", "securityContext: {runAsUser: 0}", []),
        ("securityContext: {fsGroup: 1}", "securityContext: {runAsUser: 999}", []),
        ("securityContext: nonsense", "securityContext: [999]", []),
        ("os: {name: windows}\nsecurityContext: {runAsNonRoot: true}", "", []),
    ],
)
def test_users_and_groups(pod: str, container: str, expected: list[str]) -> None:
    assert codes(stored(pod=pod, container=f"{MOUNT}\n{container}")) == expected


def test_the_group_that_is_offered() -> None:
    pod = "securityContext: {runAsUser: 999, runAsGroup: 70}"
    found = only(stored(pod=pod))
    assert (found.params["found"], found.params["needed"]) == (999, 70)
    assert found.path == "spec.template.spec.securityContext.runAsUser"


@pytest.mark.parametrize(
    ("init", "expected"),
    [
        ("{securityContext: {runAsUser: 0}, volumeMounts: [{name: data, mountPath: /d}]}", []),
        ("{securityContext: {runAsUser: 0}}", ["STS322"]),
        ("{volumeMounts: [{name: data, mountPath: /d}]}", ["STS322"]),
    ],
)
def test_an_init_container_may_prepare_the_volume(init: str, expected: list[str]) -> None:
    pod = f"securityContext: {{runAsUser: 999}}\ninitContainers: [{init}]"
    assert codes(stored(pod=pod)) == expected


def test_who_only_reads_needs_no_group() -> None:
    pod = "securityContext: {runAsUser: 999}"
    assert codes(stored(pod=pod, container=MOUNT.replace("}]", ", readOnly: true}]"))) == []


@pytest.mark.parametrize(
    ("image", "volume", "expected"),
    [
        ("mongo:7", "", ["STS325"]),
        ("quay.io/minio/minio:latest", "", ["STS325"]),
        ("mongo:7", "{name: data, emptyDir: {}}", ["STS325:fleeting"]),
        ("mongo:7", "{name: data, configMap: {name: x}}", ["STS325"]),
        ("mongo:7", "{name: data, hostPath: {path: /srv}}", []),
        ("mongo:7", "{name: data, nfs: {server: a, path: /b}}", []),
        ("mongo:7", "{name: data, persistentVolumeClaim: {claimName: x}}", ["STS314:unseen"]),
        # Caches and what is not known to keep data.
        ("redis:7", "", []),
        ("nginx:1.27", "{name: data, emptyDir: {}}", []),
        ("mongo-express:1", "", []),
    ],
)
def test_databases_without_a_claim(image: str, volume: str, expected: list[str]) -> None:
    container = MOUNT if volume else ""
    assert (
        codes(stored("", container=container, image=image, pod=f"volumes: [{volume}]")) == expected
    )


def test_a_database_with_a_claim_is_fine() -> None:
    assert codes(stored(CLAIM, image="mongo:7")) == []

import pytest

from tests.rules.manifests import together
from tests.rules.volumes import CLAIM, codes, findings, only, pvc, stored

MODES = "accessModes: [ReadWriteOnce]"


def template(modes: str) -> str:
    return stored(CLAIM.replace(MODES, modes))


def alone(modes: str) -> str:
    return pvc().replace(MODES, modes)


def ephemeral(modes: str) -> str:
    spec = f"{{{modes}, resources: {{requests: {{storage: 1Gi}}}}}}"
    return stored(
        pod=f"volumes: [{{name: tmp, ephemeral: {{volumeClaimTemplate: {{spec: {spec}}}}}}}]"
    )


@pytest.mark.parametrize(
    ("modes", "expected"),
    [
        ("accessModes: [ReadWriteOnce]", []),
        ("accessModes: [ReadWriteOncePod]", []),
        ("accessModes: [ReadWriteOnce, ReadOnlyMany]", []),
        ("accessModes: []", ["STS305"]),
        ("accessModes: null", ["STS305"]),
        ("x: y", ["STS305"]),
        # The schema says that the field is misspelt or has the wrong shape.
        ("accessMode: [ReadWriteOnce]", []),
        ("accessmodes: [ReadWriteOnce]", []),
        ("accessModes: ReadWriteOnce", []),
        ("accessModes: [RWO]", ["STS306"]),
        ("accessModes: [rwo]", ["STS306"]),
        ("accessModes: [ReadwriteOnce]", ["STS306"]),
        ("accessModes: [read-write-once]", ["STS306"]),
        ("accessModes: [Exclusive]", ["STS306:unknown"]),
        ("accessModes: [ReadWriteOnce, RWX]", ["STS306"]),
        ("accessModes: [null, 3]", []),
        ("accessModes: ['${MODE}']", []),
        ("accessModes: [ReadWriteOncePod, ReadWriteOnce]", ["STS307"]),
    ],
)
@pytest.mark.parametrize("place", [template, alone, ephemeral])
def test_access_modes(place: object, modes: str, expected: list[str]) -> None:
    assert callable(place)
    assert codes(place(modes)) == expected


@pytest.mark.parametrize(
    ("written", "needed"),
    [
        ("RWO", "ReadWriteOnce"),
        ("RWX", "ReadWriteMany"),
        ("ROX", "ReadOnlyMany"),
        ("RWOP", "ReadWriteOncePod"),
        ("ReadwriteOnce", "ReadWriteOnce"),
        ("ReadWriteonce", "ReadWriteOnce"),
        ("ReadWriteOncepod", "ReadWriteOncePod"),
        ("ReadOnly", "ReadOnlyMany"),
        ("ReadWriteOncce", "ReadWriteOnce"),
        ("Read Write Many", "ReadWriteMany"),
    ],
)
def test_the_mode_that_was_meant(written: str, needed: str) -> None:
    assert only(template(f"accessModes: [{written}]")).params["needed"] == needed


def test_a_template_without_a_spec_lacks_mode_and_size() -> None:
    assert codes(stored("- metadata: {name: data}\n")) == ["STS305", "STS309"]


def test_a_patch_of_a_claim_lacks_nothing() -> None:
    patch = "apiVersion: v1\nkind: PersistentVolumeClaim\nmetadata: {name: a}\n$patch: delete\n"
    assert codes(patch) == []


def test_sharing_is_no_use_to_a_claim_of_one_pod() -> None:
    found = only(template("accessModes: [ReadWriteOnce, ReadWriteMany]"))
    assert (found.code, found.path) == (
        "STS308",
        "spec.volumeClaimTemplates[0].spec.accessModes[1]",
    )
    assert codes(alone("accessModes: [ReadWriteMany]")) == []


def test_two_templates_of_one_name() -> None:
    found = only(stored(CLAIM + CLAIM))
    assert (found.code, found.path) == ("STS304", "spec.volumeClaimTemplates[1].metadata.name")


@pytest.mark.parametrize(
    ("name", "expected", "needed"),
    [
        ("data", "", ""),
        ("my-data-2", "", ""),
        ("Data", "STS324", "data"),
        ("my_data", "STS324", "my-data"),
        ("my.data", "STS324", "my-data"),
        ("-data-", "STS324", "data"),
        ("データ", "STS324", "data"),
        ("a" * 64, "STS324", "a" * 63),
        ('""', "STS324:absent", "data"),
        ("null", "STS324:absent", "data"),
        ("3", "", ""),
    ],
)
def test_template_names(name: str, expected: str, needed: str) -> None:
    text = stored(CLAIM.replace("name: data", f"name: {name}"), container="")
    found = [f for f in findings(text) if f.code == "STS324"]
    assert [f"{f.code}:{f.variant}".removesuffix(":") for f in found] == [expected] * bool(expected)
    assert [f.params["needed"] for f in found] == [needed] * bool(needed)


def two_sets(first: str, second: str, more: str = "") -> list[str]:
    """Codes for two sets, each given as ``claim of set``."""
    texts = []
    for words, extra in ((first, ""), (second, more)):
        claim, name = words.split(" of ")
        texts.append(
            stored(
                CLAIM.replace("name: data", f"name: {claim}"),
                container=f"volumeMounts: [{{name: {claim}, mountPath: /d}}]",
                name=name,
                spec=f"serviceName: nginx\nreplicas: 3\n{extra}".strip(),
            )
        )
    return codes(together(*texts))


@pytest.mark.parametrize(
    ("first", "second", "more", "expected"),
    [
        ("data of web", "data of api", "", []),
        ("data-a of b", "data of a-b", "", ["STS323"]),
        ("x of y-z", "x-y of z", "", ["STS323"]),
        # Ordinals that never meet.
        ("data-a of b", "data of a-b", "ordinals: {start: 3}", []),
        ("data-a of b", "data of a-b", "ordinals: {start: 2}", ["STS323"]),
        ("data of web", "data of web-0", "", []),
    ],
)
def test_claims_of_two_sets(first: str, second: str, more: str, expected: list[str]) -> None:
    assert two_sets(first, second, more) == expected


def test_one_volume_for_the_claims_of_many() -> None:
    claim = CLAIM.replace("storageClassName: standard", "volumeName: disk-1")
    assert codes(stored(claim)) == ["STS331"]
    assert codes(stored(claim, spec="serviceName: nginx\nreplicas: 1")) == []

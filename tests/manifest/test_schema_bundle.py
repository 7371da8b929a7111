import importlib.util
import json
import subprocess
import sys
from pathlib import Path

import pytest

from tutor.manifest import schema_bundle
from tutor.manifest.schema_bundle import (
    ANY,
    BYTES,
    INT32,
    INT64,
    INT_OR_STRING,
    LIST,
    MAP,
    OBJECT,
    QUANTITY,
    STRING,
    TIME,
    Ref,
    Type,
    bundle,
)

ROOT = Path(__file__).parents[2]
FILE = ROOT / "tutor" / "manifest" / "schema.json"


def field(type_: str, name: str) -> Ref:
    return bundle().type(type_).fields[name].ref


def test_it_is_small() -> None:
    assert FILE.stat().st_size < 60_000


def test_every_type_unpacks_and_every_reference_leads_somewhere() -> None:
    types = json.loads(FILE.read_bytes())["types"]
    for name in types:
        for each in bundle().type(name).fields.values():
            ref: Ref | None = each.ref
            while ref is not None:
                assert ref.code != OBJECT or isinstance(ref.type, Type)
                assert (ref.item is not None) == (ref.code in (LIST, MAP))
                ref = ref.item


@pytest.mark.parametrize(
    ("type_", "name", "code"),
    [
        ("StatefulSetSpec", "replicas", INT32),
        ("StatefulSetSpec", "serviceName", STRING),
        ("StatefulSetSpec", "template", OBJECT),
        ("PodSpec", "terminationGracePeriodSeconds", INT64),
        ("PodSpec", "nodeSelector", MAP),
        ("ServicePort", "targetPort", INT_OR_STRING),
        ("Secret", "data", MAP),
        ("EmptyDirVolumeSource", "sizeLimit", QUANTITY),
        ("ObjectMeta", "creationTimestamp", TIME),
        ("ManagedFieldsEntry", "fieldsV1", ANY),
    ],
)
def test_types_of_fields(type_: str, name: str, code: str) -> None:
    assert field(type_, name).code == code


def test_what_a_strategic_merge_needs() -> None:
    containers = field("PodSpec", "containers")
    assert (containers.list_kind, containers.keys) == ("map", ("name",))
    assert (containers.strategy, containers.merge_key) == ("merge", "name")
    ports = field("Container", "ports")
    assert (ports.keys, ports.merge_key) == (("containerPort", "protocol"), "containerPort")
    assert field("PodSpec", "volumes").strategy == "merge,retainKeys"
    assert field("DeploymentSpec", "strategy").strategy == "retainKeys"
    claims = field("StatefulSetSpec", "volumeClaimTemplates")
    assert (claims.list_kind, claims.keys, claims.strategy) == ("atomic", (), "")
    finalizers = field("ObjectMeta", "finalizers")
    assert (finalizers.list_kind, finalizers.strategy, finalizers.merge_key) == ("set", "merge", "")
    assert field("StatefulSetSpec", "selector").atomic
    assert field("ServiceSpec", "selector").atomic
    data = field("Secret", "data").item
    assert data is not None
    assert data.code == BYTES


def test_what_is_required() -> None:
    def required(name: str) -> set[str]:
        return {f.name for f in bundle().type(name).required}

    assert required("StatefulSetSpec") == {"selector", "template"}
    assert required("Container") == {"image", "name"}
    assert required("VolumeMount") == {"mountPath", "name"}
    assert required("NetworkPolicySpec") == set()
    assert bundle().type("Container").fields["image"].nonempty
    assert not bundle().type("ServicePort").fields["port"].nonempty


def test_since_when_a_field_exists() -> None:
    fields = bundle().type("StatefulSetSpec").fields
    assert (fields["ordinals"].since, fields["replicas"].since) == ("1.26", "")
    assert bundle().type("PodSpec").fields["hostnameOverride"].since == "1.34"


def test_kinds() -> None:
    found = bundle()
    assert found.kubernetes == "1.36"
    assert found.api_version("StatefulSet") == "apps/v1"
    assert found.api_version("HorizontalPodAutoscaler") == "autoscaling/v2"
    assert found.api_version("Event") == "v1"
    assert found.root("StatefulSet", "apps/v1beta1") is None
    assert found.root("Event", "events.k8s.io/v1") is None
    assert {"Role", "Ingress"} <= found.others
    with pytest.raises(KeyError):
        found.type("Nonsense")


def test_unpacking_waits_until_it_is_asked_for() -> None:
    program = (
        "from tutor.manifest.schema_bundle import bundle\n"
        "bundle().root('Service', 'v1')\n"
        "print(len(bundle()._types))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert int(done.stdout) == 1


@pytest.mark.skipif(
    importlib.util.find_spec("kubernetes_validate") is None,
    reason="kubernetes-validate is only installed to generate the bundle",
)
def test_the_file_is_what_the_generator_writes(tmp_path: Path) -> None:
    spec = importlib.util.spec_from_file_location("generate", ROOT / "tools/generate_schema.py")
    assert spec is not None
    assert spec.loader is not None
    generator = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(generator)
    generator.main(tmp_path / "schema.json")
    assert (tmp_path / "schema.json").read_bytes() == FILE.read_bytes()


def test_the_format_is_read_as_described() -> None:
    text = {
        "kubernetes": "1.99",
        "kinds": {"Box": {"v1": "Box"}},
        "removed": {},
        "others": "",
        "groups": "apps",
        "atomic": "Lid",
        "types": {
            "Box": "items=[map:name|merge,retainKeys:name]Lid! lid=(retainKeys)Lid!!@1.30",
            "Lid": "labels={atomic}s",
            "Nothing": "",
        },
    }
    found = schema_bundle.Bundle(json.dumps(text))
    box = found.root("Box", "v1")
    assert box is not None
    items, lid = box.fields["items"], box.fields["lid"]
    assert (items.required, items.nonempty, items.since) == (True, False, "")
    assert (lid.required, lid.nonempty, lid.since) == (True, True, "1.30")
    assert (items.ref.strategy, items.ref.merge_key) == ("merge,retainKeys", "name")
    assert (lid.ref.strategy, lid.ref.atomic, lid.ref.type.name) == ("retainKeys", True, "Lid")
    assert found.type("Nothing").fields == {}

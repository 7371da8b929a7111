"""Nothing calculates a power of a number that comes from outside.

``10**n`` of somebody's n takes all memory there is. One place raises ten to a power, and refuses
those that are too large; what else is raised to a power is bounded beside it.
"""

import ast
from pathlib import Path

import tutor

PACKAGE = Path(tutor.__file__).parent
ALLOWED = {
    "cluster/watching.py": "2 ** min(failures, 10)",
    "manifest/quantity.py": "10 ** power",
    "offline/controllers/csi.py": "2 ** min(failures - 1, 9)",
    "offline/controllers/kubelet/containers.py": "2.0 ** min(max(restarts, 1) - 1, 10)",
    "offline/queue.py": "2.0 ** min(failures, 60)",
}


def powers(path: Path) -> list[str]:
    tree = ast.parse(path.read_text("utf-8"))
    found = [node for node in ast.walk(tree) if isinstance(node, ast.BinOp)]
    raised = [one for one in found if isinstance(one.op, ast.Pow)]
    called = [
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "pow"
    ]
    odd = [one for one in raised if not isinstance(one.right, ast.Constant)]
    return [ast.unparse(one) for one in (*odd, *called)]


def test_powers_are_of_the_programs_own_numbers() -> None:
    found = {path.relative_to(PACKAGE).as_posix(): powers(path) for path in PACKAGE.rglob("*.py")}
    there = {name: own for name, own in found.items() if own}
    assert there.keys() == ALLOWED.keys()
    for name, own in there.items():
        assert all(one in ALLOWED[name] for one in own), name

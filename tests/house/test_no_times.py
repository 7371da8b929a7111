"""No test says how long anything may take, or waits for a time instead of for something."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

TESTS = Path(__file__).parents[1]
CLOCKS = {
    *("time", "monotonic", "perf_counter", "process_time", "thread_time"),
    *("time_ns", "monotonic_ns", "perf_counter_ns", "process_time_ns", "thread_time_ns"),
    *("clock_gettime", "times", "getrusage", "timeit", "default_timer"),
}
OWNERS = {"time", "loop", "timeit", "resource", "os"}
ALLOWED = {"waiting.py"}
"""Where the one limit is that tells a test that hangs."""
SLOW_ON_PURPOSE = {"cluster/odd.py"}
"""Servers whose answers drip."""
HANGS = 20
"""Seconds. A shorter limit on something that is waited for is a time that is asserted."""
WAITERS = {"wait_for", "communicate", "join", "run", "check_output", "check_call"}

Scope = ast.Module | ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda


def name_of(node: ast.expr) -> str:
    """The last part of a dotted name."""
    return node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")


def imported_clocks(tree: ast.Module) -> set[str]:
    """Names that stand for a clock's function: ``from time import process_time as now``."""
    return {
        alias.asname or alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module in OWNERS
        for alias in node.names
        if alias.name in CLOCKS
    }


def owners(tree: ast.Module) -> set[str]:
    """Names whose attributes are clocks, other names for their modules too."""
    found = set(OWNERS)
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {alias.asname for alias in node.names if alias.name in OWNERS and alias.asname}
    return found


class Times:
    """What in a module is a time that was measured: calls, and all that is made of them."""

    def __init__(self, tree: ast.Module) -> None:
        self._owners = owners(tree)
        self._clocks = imported_clocks(tree)
        self._measured: set[str] = set()
        size = -1
        while size < len(self._measured):  # through as many names as it goes
            size = len(self._measured)
            self._learn(tree)

    def _learn(self, tree: ast.Module) -> None:
        for node in ast.walk(tree):
            match node:
                case ast.Assign(targets=targets, value=value):
                    self._name(targets, value)
                case ast.AnnAssign(target=target, value=ast.expr() as value):
                    self._name([target], value)
                case ast.AugAssign(target=target, value=value):
                    self._name([target], value)
                case ast.NamedExpr(target=target, value=value):
                    self._name([target], value)
                case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
                    returned = (one.value for one in ast.walk(node) if isinstance(one, ast.Return))
                    if any(value is not None and self.measured(value) for value in returned):
                        self._measured.add(name)

    def _name(self, targets: list[ast.expr], value: ast.expr) -> None:
        for target in targets:
            if isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple):
                for one, of_it in zip(target.elts, value.elts, strict=False):
                    self._name([one], of_it)
            elif isinstance(target, ast.Tuple):
                self._name(target.elts, value)
            elif name_of(target) and self.measured(value):
                self._measured.add(name_of(target))

    def measured(self, node: ast.AST) -> bool:
        """Whether a time that was measured goes into an expression."""
        for part in ast.walk(node):
            if isinstance(part, ast.Name | ast.Attribute) and name_of(part) in self._measured:
                return True
            if isinstance(part, ast.Call) and self._reads_a_clock(part.func):
                return True
        return False

    def _reads_a_clock(self, function: ast.expr) -> bool:
        if isinstance(function, ast.Name):
            return function.id in self._clocks
        if not isinstance(function, ast.Attribute) or function.attr not in CLOCKS:
            return False
        owner = function.value
        asked = isinstance(owner, ast.Call) and name_of(owner.func).endswith("_loop")
        return asked or name_of(owner) in self._owners


def ends_by_itself(loop: ast.AST) -> bool:
    """Whether a loop waits for something, and not only for its end."""
    if isinstance(loop, ast.While) and not isinstance(loop.test, ast.Constant):
        return True
    return any(isinstance(part, ast.Break | ast.Return) for part in ast.walk(loop))


def sleeps(tree: ast.Module) -> Iterator[int]:
    """Lines that wait for a time, and not for something."""

    def visit(node: ast.AST, waiting: bool) -> Iterator[int]:
        if isinstance(node, ast.While | ast.For | ast.AsyncFor):
            waiting = ends_by_itself(node)
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            waiting = False
        elif isinstance(node, ast.Call):
            called = name_of(node.func)
            nothing = [ast.unparse(one) for one in node.args[:1]] == ["0"]
            if (called == "sleep" and not nothing and not waiting) or called == "Timer":
                yield node.lineno
        for child in ast.iter_child_nodes(node):
            yield from visit(child, waiting)

    yield from visit(tree, False)


def short(call: ast.Call) -> bool:
    """Whether a call gives up on something after a time that a busy machine may need."""
    called = name_of(call.func)
    limits = [one.value for one in call.keywords if one.arg == "timeout"]
    if called == "wait_for" and ast.unparse(call.func).startswith("asyncio."):
        limits += call.args[1:2]
    elif called not in WAITERS:
        return False
    return any(
        isinstance(one, ast.Constant) and isinstance(one.value, int | float) and one.value < HANGS
        for one in limits
    )


def violations(source: str) -> list[int]:
    """The lines of a test's source that assert a time, or wait for one."""
    tree = ast.parse(source)
    times = Times(tree)
    found = set(sleeps(tree))
    for node in ast.walk(tree):
        compared = isinstance(node, ast.Compare) and times.measured(node)
        if compared or (isinstance(node, ast.Call) and short(node)):
            found.add(node.lineno)  # type: ignore[attr-defined]  # both have one
    return sorted(found)


def test_no_test_asserts_a_time() -> None:
    found = {}
    for path in sorted(TESTS.rglob("*.py")):
        name = path.relative_to(TESTS).as_posix()
        if name in ALLOWED | SLOW_ON_PURPOSE:
            continue
        if lines := violations(path.read_text("utf-8")):
            found[name] = lines
    assert found == {}


PLANTED = {
    "a difference": "import time\nt = time.time()\nf()\nassert time.time() - t < 2",
    "kept": "import time\nt = time.monotonic()\nspent = time.monotonic() - t\nassert spent < 1",
    "imported": "from time import process_time as now\nt = now()\nf()\nassert now() - t < 1",
    "a module by another name": "import time as w\nassert w.perf_counter() < 3",
    "a loop's": "loop = get_running_loop()\nt = loop.time()\nf()\nassert loop.time() - t < 5",
    "a loop's, asked": "t = asyncio.get_running_loop().time()\nf()\nassert t < 5",
    "returned": "import time\ndef cost():\n    return time.process_time()\nassert cost() < 1",
    "the best of several": (
        "import time\ndef cost():\n    t = time.time()\n    return time.time() - t\n"
        "a, b = min(cost(), cost()), 2\nassert a < b"
    ),
    "a deadline": "import time\nend = time.time() + 5\nwhile time.time() < end:\n    f()",
    "kept in an object": (
        "import time\nclass A:\n    def f(self):\n        self.t = time.time()\n"
        "    def g(self):\n        assert self.t < 5"
    ),
    "of a child": "import resource\nassert resource.getrusage(0).ru_utime < 5",
    "a sleep": "import time\nf()\ntime.sleep(0.5)\nassert g()",
    "a sleep of a loop": "async def f():\n    await asyncio.sleep(0.1)\n    assert g()",
    "a sleep in a loop without a condition": "for _ in range(9):\n    f()\n    sleep(1)",
    "a sleep in a function in a loop": "while g():\n    def f():\n        sleep(1)",
    "a timer": "threading.Timer(0.5, f).start()",
    "a short limit": "asyncio.wait_for(f(), 5)",
    "a short limit of a process": "process.communicate(timeout=10)",
}
INNOCENT = {
    "a clock of the cluster's": "assert clock.now - now < 5\nassert cluster.time == 3",
    "a clock handed over": "import time\nhouse = House(time.time, time.monotonic)\nassert house",
    "a time that is written": "import time\nstore.record(Event(time.time(), 'x'))",
    "a turn of the loop": "async def f():\n    await asyncio.sleep(0)\n    assert g()",
    "waiting for something": "while not done():\n    sleep(0.01)",
    "trying until it is so": "for _ in range(9):\n    if done():\n        break\n    sleep(0.01)",
    "a limit that hangs": "asyncio.wait_for(f(), HANG)\nprocess.communicate(timeout=60)",
    "kubectl's own": "shell('wait pod/one --timeout=1s')",
}


@pytest.mark.parametrize("name", PLANTED)
def test_what_asserts_a_time_is_found(name: str) -> None:
    assert violations(PLANTED[name])


@pytest.mark.parametrize("name", INNOCENT)
def test_what_does_not_is_not(name: str) -> None:
    assert violations(INNOCENT[name]) == []

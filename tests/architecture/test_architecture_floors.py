"""The floors: a file imports its own floor or a lower one; the core knows no user interface; nobody imports the launcher."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import spec_lab

ROOT = Path(__file__).resolve().parents[2]
FLOORS = {
    **{
        "_base": 0,
        "tree": 1,
        "priors": 2,
        "variables": 3,
        "data": 4,
        "models": 4,
        "statistics": 5,
        "fit": 6,
        "bridge": 7,
    },
    **{"engines": 8, "results": 9, "infer": 10, "exchange": 11, "session": 12, "spec_lab_widgets": 13},
}
APART = [{"data", "models"}]  # share a floor and do not see each other
USER_INTERFACE = {"ipywidgets", "anywidget", "traitlets", "IPython", "ipykernel", "spec_lab_widgets", "jupyterlab"}
CORE = [p for p in (ROOT / "spec_lab").rglob("*.py") if "_launch" not in p.parts and p.parent.name != "spec_lab"]
PANELS = list((ROOT / "widgets" / "spec_lab_widgets").rglob("*.py"))


def names(path: Path) -> list[str]:
    """The dotted name of a file's module, as a list, and its package for `__init__`."""
    base = ROOT / "widgets" if "spec_lab_widgets" in path.parts else ROOT
    parts = list(path.relative_to(base).with_suffix("").parts)
    return parts[:-1] if parts[-1] == "__init__" else parts


def imported(path: Path) -> Iterator[tuple[int, str]]:
    """Each module a file imports, anywhere in it, with the line; relative imports made absolute."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from ((node.lineno, name) for name in absolute(path, node))


def absolute(path: Path, node: ast.ImportFrom) -> list[str]:
    here = names(path) if path.stem == "__init__" else names(path)[:-1]
    base = ".".join([*here[: len(here) - node.level + 1], *filter(None, [node.module])]) if node.level else node.module
    assert base
    if base != "spec_lab":
        return [base]
    public = {**spec_lab._HOME, "datasets": "spec_lab.data.datasets"}
    return [public.get(alias.name, f"spec_lab.{alias.name}") for alias in node.names]


def floor_of(module: str) -> str | None:
    head, _, rest = module.partition(".")
    name = head if head == "spec_lab_widgets" else rest.partition(".")[0] if head == "spec_lab" else ""
    return name if name in FLOORS else None


def trespasses(path: Path) -> list[str]:
    own = floor_of(".".join(names(path)))
    assert own is not None, f"{path} stands on no floor"
    found = []
    for line, module in imported(path):
        other = floor_of(module)
        if other and (FLOORS[other] > FLOORS[own] or any({own, other} == pair for pair in APART)):
            found.append(f"{path.relative_to(ROOT)}:{line}: {own} imports {module}")
    return found


def test_all_floors_are_known():
    packages = {p.parent.name for p in (ROOT / "spec_lab").glob("*/__init__.py")} - {"_launch"}
    assert packages == set(FLOORS) - {"spec_lab_widgets"}


def test_files_import_their_own_floor_or_a_lower_one():
    assert [text for path in CORE + PANELS for text in trespasses(path)] == []


def test_nothing_below_the_bridge_imports_numpyro():
    below = [path for path in CORE if FLOORS[floor_of(".".join(names(path))) or ""] < FLOORS["bridge"]]
    found = [
        (str(p.relative_to(ROOT)), line) for p in below for line, name in imported(p) if name.startswith("numpyro")
    ]
    assert below and found == []


def test_core_knows_no_user_interface():
    found = [
        f"{path.relative_to(ROOT)}:{line}: {module}"
        for path in CORE
        for line, module in imported(path)
        if module.partition(".")[0] in USER_INTERFACE
    ]
    assert found == []


def test_nobody_imports_the_launcher():
    assert [str(p) for p in CORE + PANELS for _, module in imported(p) if module.startswith("spec_lab._launch")] == []


def test_the_launcher_needs_only_the_standard_library():
    import sys

    allowed = {*sys.stdlib_module_names, "spec_lab"}
    launcher = [p for p in (ROOT / "spec_lab" / "_launch").rglob("*.py") if p.stem != "server"]
    found = [(p.name, module) for p in launcher for _, module in imported(p)]
    assert [entry for entry in found if entry[1].partition(".")[0] not in allowed] == []
    assert [entry for entry in found if floor_of(entry[1])] == []


@pytest.mark.parametrize(
    ("where", "code", "guilty"),
    [
        ("fit", "from spec_lab.engines import catalog", True),
        ("fit", "def f():\n    import spec_lab.session.state", True),
        ("data", "from spec_lab import models", True),
        ("data", "from spec_lab import Model", True),
        ("tree", "from ..fit import setup", True),
        ("fit", "from spec_lab.data import DataUnit\nimport numpy", False),
        ("engines", "from . import catalog", False),
    ],
)
def test_the_walk_sees_trespasses(tmp_path, monkeypatch, where, code, guilty):
    monkeypatch.setitem(globals(), "ROOT", tmp_path)
    path = tmp_path / "spec_lab" / where / "module.py"
    path.parent.mkdir(parents=True)
    path.write_text(code)
    assert bool(trespasses(path)) is guilty

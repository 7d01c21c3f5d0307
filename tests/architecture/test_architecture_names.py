"""Names and imports of the whole tree: one class a name, one concept a file stem, no circle, nobody past a door."""

import ast
from collections import defaultdict
from functools import cache

from test_architecture_floors import CORE, PANELS, ROOT, names

TWICE = {"Parameterized"}  # documented at two doors
ROLES = {  # what a file is to its folder, not a concept of its own
    "__init__",
    "table",
    "figure",
    "catalog",  # what there is, by name
    "documented",  # the names that the published documents give what a floor has
    "errors",
    "annotations",  # the array types of a floor
    "fields",  # field makers of one kind of class
    "formulas",  # of one question
}
SAME_CONCEPT = {  # a feature and its view; a concept and the floor above that shows or saves it
    "archive": {"infer", "session"},
    "brush": {"session"},
    "criteria": {"results", "session"},
    "degeneracy": {"session"},
    "engines": {"infer", "session"},
    "hints": {"session"},
    "lesson": {"session"},
    "profiles": {"results", "session"},
    "quantities": {"data", "infer", "results"},
    "spectrum": {"data", "results", "session"},
    "starts": {"session"},
}
DOORS = {  # documented, or used as a namespace of their own
    "spec_lab.tree.attrs",
    "spec_lab.tree.io",
    "spec_lab.data.datasets",
    "spec_lab.infer.infer",
    "spec_lab.infer.pair",
    "spec_lab.infer.analyzer",
    "spec_lab.infer.statistic",
}
HEAVY = {  # imported by name when used: a door that exported them would bring matplotlib, lmfit or NumPyro with it
    "spec_lab.results.figures",
    "spec_lab.results.corner.figure",
    "spec_lab.results.estimates.figure",
    "spec_lab.results.goodness.figure",
    "spec_lab.engines.lmfit",
    "spec_lab.engines.psis",
    "spec_lab.bridge.guides",
    "spec_lab.bridge.sites",
}
FILES = {".".join(names(path)): path for path in [*CORE, *PANELS]}


@cache
def parsed(module):
    return ast.parse(FILES[module].read_text())


@cache
def exported(package):
    """Names that a package's door binds by its own statements."""
    found = set()
    for node in ast.walk(parsed(package)):
        if isinstance(node, ast.Import | ast.ImportFrom):
            found |= {alias.asname or alias.name for alias in node.names}
        elif isinstance(node, ast.FunctionDef | ast.ClassDef):
            found.add(node.name)
    return found


@cache
def functions_of_the_door(package):
    """Names that hide the submodule they come from: `spec_lab.fit.term_photons` is the function."""
    if package not in FILES:
        return set()
    froms = [node for node in ast.walk(parsed(package)) if isinstance(node, ast.ImportFrom)]
    return {alias.name for node in froms for alias in node.names if node.module == f"{package}.{alias.name}"}


@cache
def imports(module):
    """The modules a file imports when it runs, also inside functions: every `from` names its module or a submodule."""
    return tuple(_imports(module))


def _imports(module):
    skipped = set()
    for node in ast.walk(parsed(module)):
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
            skipped.update(id(inner) for inner in ast.walk(node))
        elif id(node) in skipped:
            continue
        elif isinstance(node, ast.Import):
            yield from ((alias.name, node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            for alias in node.names:
                inner = f"{node.module}.{alias.name}"
                function = inner not in FILES or alias.name in functions_of_the_door(node.module)
                yield (node.module if function else inner), node.lineno


def circles(edges):
    """Strongly connected components with more than one member (Tarjan 1972)."""
    index, low, stack, found = {}, {}, [], []

    def visit(node):
        index[node] = low[node] = len(index)
        stack.append(node)
        for other in edges[node]:
            if other not in index:
                visit(other)
                low[node] = min(low[node], low[other])
            elif other in stack:
                low[node] = min(low[node], index[other])
        if low[node] == index[node]:
            part = set()
            while node not in part:
                part.add(stack.pop())
            found.append(part)

    for node in edges:
        if node not in index:
            visit(node)
    return [part for part in found if len(part) > 1]


def past_doors():
    """Imports of a file inside another floor; a package is a door, whatever its depth, and so is what a door exports."""
    for module in FILES:
        own = ".".join(module.split(".")[:2]) if module.startswith("spec_lab.") else module.split(".")[0]
        for name, line in imports(module):
            floor = ".".join(name.split(".")[:2]) if name.startswith("spec_lab.") else name.split(".")[0]
            if name not in FILES or floor == own or FILES[name].stem == "__init__" or name in DOORS | HEAVY:
                continue
            package, _, last = name.rpartition(".")
            if last not in exported(package):
                yield f"{FILES[module].relative_to(ROOT)}:{line}: {name}"


def test_no_public_class_name_stands_twice():
    places = defaultdict(list)
    for module in FILES:
        for node in parsed(module).body:
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                places[node.name].append(module)
    assert len(places) > 100
    assert {name: where for name, where in places.items() if len(where) > 1 and name not in TWICE} == {}


def test_a_file_stem_recurs_only_for_one_concept_or_role():
    places = defaultdict(set)
    for module, path in FILES.items():
        if path.stem not in ROLES:
            places[path.stem].add(module)
    twice = {stem: sorted(found) for stem, found in places.items() if len(found) > 1}
    known = {stem: found for stem, found in twice.items() if {m.split(".")[1] for m in found} == SAME_CONCEPT.get(stem)}
    assert {stem: found for stem, found in twice.items() if stem not in known} == {}
    assert sorted(known) == sorted(SAME_CONCEPT)  # an entry that is no longer needed goes


def test_there_is_no_import_circle_not_even_by_late_imports():
    assert circles({module: {name for name, _ in imports(module) if name in FILES} for module in FILES}) == []


def test_the_search_for_circles_finds_them():
    assert circles({"a": {"b"}, "b": {"c"}, "c": {"a"}, "d": {"a"}}) == [{"a", "b", "c"}]


def test_nobody_imports_past_a_door():
    found = [name for module in FILES for name, _ in imports(module)]
    assert len(found) > 2000 and set(found) >= HEAVY
    assert sorted(past_doors()) == []

"""Components that tests define: one name stands in one file, for all files of a run share the catalog."""

import ast
from collections import defaultdict
from pathlib import Path

TESTS = Path(__file__).parents[1]


def _registered(path):
    """Names that a file registers when it is imported: functions decorated with `component`."""
    for node in ast.parse(path.read_text()).body:
        if isinstance(node, ast.FunctionDef) and any(
            ast.unparse(d).startswith("component") for d in node.decorator_list
        ):
            yield node.name


def test_no_two_files_define_a_component_of_one_name():
    places = defaultdict(list)
    for path in TESTS.rglob("*.py"):
        for name in _registered(path):
            places[name].append(path.relative_to(TESTS).as_posix())
    assert len(places) > 5
    assert {name: where for name, where in places.items() if len(where) > 1} == {}

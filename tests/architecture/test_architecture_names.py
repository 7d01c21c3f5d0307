"""One public class a name in the whole tree, so that a name leads to one place."""

import ast
from collections import defaultdict

from test_architecture_floors import CORE, PANELS, ROOT

TWICE = {"Parameterized"}  # documented at two doors


def test_no_public_class_name_stands_twice():
    places = defaultdict(list)
    for path in [*CORE, *PANELS]:
        for node in ast.parse(path.read_text()).body:
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                places[node.name].append(str(path.relative_to(ROOT)))
    assert len(places) > 100
    assert {name: where for name, where in places.items() if len(where) > 1 and name not in TWICE} == {}

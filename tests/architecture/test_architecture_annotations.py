"""Annotations say something: how many of the public ones are `Any`, or as good as none.

Counted are the arguments (without self and cls), returns and fields of public functions and classes. As `Any` count: Any itself,
object, bare tuple, dict, list, set, Callable and Mapping, and an annotation that is missing.
"""

import ast
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
VAGUE = {
    "Any", "object", "tuple", "dict", "list", "set", "Callable", "Mapping", "Sequence", "Iterable", "Iterator", "frozenset",
    "typing.Any",
}  # fmt: skip
MOST = 0.05
PACKAGES = sorted(
    str(path.parent.relative_to(ROOT))
    for path in [*ROOT.glob("spec_lab/*/__init__.py"), ROOT / "widgets/spec_lab_widgets/__init__.py"]
)


def vague(annotation):
    """Whether an annotation is missing, or says nothing beyond the kind of container."""
    if annotation is None:
        return True
    if isinstance(annotation, ast.Constant) and isinstance(annotation.value, str):
        annotation = ast.parse(annotation.value, mode="eval").body
    if isinstance(annotation, ast.BinOp):  # X | None says X; Any | X says nothing
        return vague(annotation.left) or vague(annotation.right)
    return ast.unparse(annotation) in VAGUE


def of_function(node, inside):
    """The annotations of one public function."""
    static = any(isinstance(d, ast.Name) and d.id == "staticmethod" for d in node.decorator_list)
    places = [*node.args.posonlyargs, *node.args.args]
    if inside and not static:
        places = places[1:]
    for arg in (*places, *node.args.kwonlyargs, node.args.vararg, node.args.kwarg):
        if arg is not None and not arg.arg.startswith("_"):
            yield f"{node.name}({arg.arg})", arg.annotation
    if not (node.name.startswith("__") and node.returns is None):
        yield f"{node.name} ->", node.returns


def annotations(body, inside=False):
    """Name and annotation of everything public in a module or class."""
    for node in body:
        if isinstance(node, ast.FunctionDef) and (
            not node.name.startswith("_") or node.name in ("__init__", "__call__")
        ):
            yield from of_function(node, inside)
        elif isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
            for name, annotation in annotations(node.body, inside=True):
                yield f"{node.name}.{name}", annotation
        elif inside and isinstance(node, ast.AnnAssign) and not ast.unparse(node.target).startswith("_"):
            yield ast.unparse(node.target), node.annotation


def count(package):
    """Numbers of vague and of all annotations of a package, and the places of the vague ones."""
    counts, places = Counter(), []
    for path in sorted((ROOT / package).rglob("*.py")):
        for name, annotation in annotations(ast.parse(path.read_text()).body):
            counts["all"] += 1
            if vague(annotation):
                counts["vague"] += 1
                places.append(f"{path.relative_to(ROOT)}: {name}")
    return counts["vague"], counts["all"], places


def test_what_counts_as_vague():
    source = """
def f(a, b: int, *c: Any, d: "Any" = 1, e: dict = {}, _f=1) -> tuple: ...
class K:
    x: Any | None = None
    y: dict[str, Any]
    def __init__(self, z: object): ...
    def _hidden(self, a): ...
"""
    found = {name: vague(annotation) for name, annotation in annotations(ast.parse(source).body)}
    assert found == {
        "f(a)": True, "f(b)": False, "f(c)": True, "f(d)": True, "f(e)": True, "f ->": True, "K.x": True, "K.y": False,
        "K.__init__(z)": True,
    }  # fmt: skip


def test_public_annotations_say_something():
    counted = {package: count(package) for package in PACKAGES}
    few, together = (sum(numbers[i] for numbers in counted.values()) for i in (0, 1))
    listed = "\n".join(place for _, _, places in counted.values() for place in places)
    assert few <= MOST * together, f"{few} of {together} say nothing:\n{listed}"


if __name__ == "__main__":
    totals = Counter()
    for package in PACKAGES:
        few, all_of_them, _ = count(package)
        totals.update(few=few, all=all_of_them)
        print(f"{package:28} {few:5} of {all_of_them:5}  {few / max(all_of_them, 1):.0%}")
    print(f"{totals['few']} of {totals['all']}: {totals['few'] / totals['all']:.1%}")

"""Annotations are kept to in every test: each call of a function of the numerical floors is checked by beartype.

`install` puts a finder before Python's own. It decorates the functions of a module, and of the classes in it, with `checked`
while the module is compiled; inside one call a shape symbol such as `c` means one number (jaxtyping). Functions made inside
functions are left alone, and so is what `LEFT_OUT` names. jaxtyping's own hook does the same, but checks every argument twice,
binds signatures at every call and decorates closures anew each time they are made: too dear for the calls of a fit.

Not here: what is right. That stands in the annotations; what a person may pass is called `Given...` there and judged by the
function in words of its own, so that at run time anything is let through to that judgement.
"""

import ast
import functools
import sys
import typing
from importlib import import_module
from importlib.abc import MetaPathFinder
from importlib.machinery import PathFinder, SourceFileLoader

import numpy as np
from beartype import BeartypeConf, FrozenDict, beartype
from jaxtyping import jaxtyped

FLOORS = ("statistics", "fit", "engines", "results", "data", "models")
LEFT_OUT = {
    "spec_lab.statistics.numba_loops": "numba compiles the functions themselves and knows no wrapped ones",
    "spec_lab.data.file_warnings": "it counts the frames up to a person's line, from its own",
}
OURS = "<spec_lab checks>"  # warnings that point at a person's line pass over files of such names
CONFIGURATION = BeartypeConf(
    is_pep484_tower=True,  # an int will do for a float
    is_random=False,  # of a long list the first item is looked at: a failure comes again
    hint_overrides=FrozenDict({typing.Self: typing.Any, int: int | np.integer, bool: bool | np.bool_}),
)


def checked(function):
    """The function, which refuses arguments and results that are not what its annotations say."""
    typed = beartype(function, conf=CONFIGURATION)
    if typed is function:  # nothing is annotated
        return function

    typed.__code__ = typed.__code__.replace(co_filename=OURS)

    @functools.wraps(function)
    def within_its_shapes(*args, **kwargs):
        with jaxtyped("context"):
            return typed(*args, **kwargs)

    within_its_shapes.__code__ = within_its_shapes.__code__.replace(co_filename=OURS)
    return within_its_shapes


class Decorating(ast.NodeTransformer):
    """Writes `@shape_checks.checked` below the decorators of functions, and does not look into functions."""

    def visit_FunctionDef(self, node):
        if not any(isinstance(name, ast.Name) and name.id == "overload" for name in node.decorator_list):
            decorator = ast.Attribute(ast.Name("shape_checks", ast.Load()), "checked", ast.Load())
            node.decorator_list.append(ast.copy_location(decorator, node))
        return node

    def visit_Module(self, node):
        self.generic_visit(node)
        first = 1 + max((i for i, line in enumerate(node.body) if is_heading(line)), default=-1)
        node.body.insert(first, ast.Import([ast.alias(__name__)]))
        return ast.fix_missing_locations(node)


def is_heading(statement):
    """Whether a statement must stay before every import: a docstring, or an import from the future."""
    if isinstance(statement, ast.Expr):
        return isinstance(statement.value, ast.Constant)
    return isinstance(statement, ast.ImportFrom) and statement.module == "__future__"


def imported_for_types(tree):
    """Name and module of what is imported for a type checker only: beartype asks the module for it at the first call."""
    for node in tree.body:
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
            for line in node.body:
                if isinstance(line, ast.ImportFrom):
                    yield from ((alias.name, line.module) for alias in line.names)


class CheckedLoader(SourceFileLoader):
    """Compiles a module with checks, anew in every process: nothing of it is left beside the sources."""

    def get_code(self, fullname):
        path = self.get_filename(fullname)
        tree = ast.parse(self.get_data(path), path)
        self.homes = dict(imported_for_types(tree))
        return compile(Decorating().visit(tree), path, "exec", dont_inherit=True)

    def exec_module(self, module):
        super().exec_module(module)

        def fetch(name):
            if name not in self.homes:
                raise AttributeError(f"module {module.__name__!r} has no attribute {name!r}", name=name, obj=module)
            return getattr(import_module(self.homes[name]), name)

        if self.homes:
            module.__dict__.setdefault("__getattr__", fetch)


class CheckedFinder(MetaPathFinder):
    """Finds the modules of the numerical floors."""

    def find_spec(self, fullname, path=None, target=None):
        if fullname in LEFT_OUT or fullname.partition("spec_lab.")[2].partition(".")[0] not in FLOORS:
            return None
        spec = PathFinder.find_spec(fullname, path, target)
        if spec is not None:
            spec.loader = CheckedLoader(fullname, spec.origin)
        return spec


def is_check(frame):
    """Whether a frame is of the checking, not of what is checked: for tests that count calls."""
    while frame is not None and "/spec_lab/" not in frame.f_code.co_filename:
        if any(name in frame.f_code.co_filename for name in (OURS, "beartype", "jaxtyping")):
            return True
        frame = frame.f_back
    return False


def install():
    """Check the modules imported from now on."""
    sys.meta_path.insert(0, CheckedFinder())

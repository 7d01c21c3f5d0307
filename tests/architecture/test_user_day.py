"""The scripted day runs, and the documented names of `variables` and `bridge` are of use in it.

Product code is to use these two floors instead of a mechanism of its own. So the day is run once under a recorder of function
calls, and of the names that their documentation promises at least half must have run, the others are listed with the reason.
A name has run when code of its own did: a method, a property, or (a class) anything its body defines.
"""

import ast
import inspect
import sys
import threading
from pathlib import Path
from types import CodeType, FunctionType

import pytest
import user_day

from spec_lab import bridge, variables
from spec_lab.bridge import guides

VARIABLES = """
AbstractVariable.value AbstractVariable.__jax_array__ AbstractVariable.__sub__ AbstractVariable.shape AbstractVariable.size
AbstractVariable.dtype AbstractVariable.unwrap AbstractVariable.as_fixed
Tagged Fixed Fixed.__getattr__ Fixed.as_free Derived Constrained Constrained.bounds Constrained.base
Constrained.update tagged derived constrained unwrap is_constant is_variable
AbstractBounded.bounds AbstractConstraint.bounds AbstractConstraint.bijector
RealLine Positive Negative Interval GreaterThan LessThan
tree_base tree_bounds tree_update Random Tie Frozen Parameterized Computed TransformedConstraint TreeConstraint
CustomConstraint tree_replace named_variables freeze thaw as_fixed as_free partition combine
""".split()

BRIDGE = """
PyroxParam PyroxSample PyroxModule PyroxModule.pyrox_param PyroxModule.pyrox_sample pyrox_method
Parameterized Parameterized.setup Parameterized.register_param Parameterized.set_prior Parameterized.autoguide
Parameterized.set_mode Parameterized.get_param Parameterized.load_pyro_samples Parameterized._teardown Context
guides.normal guides.joint
""".split()

LEFT_OF_VARIABLES = {
    "AbstractVariable.__jax_array__": "for expressions a person writes; inside, trees are unwrapped once",
    "AbstractVariable.size": "parameters of components are single numbers",
    "AbstractVariable.dtype": "parameters of components are single numbers",
    "Constrained.base": "for optimisers of a person's own: a fit keeps its values beside the tree",
    "tagged": "for modules of a person's own; components declare with `parameter`",
    "derived": "for modules of a person's own; components declare with `parameter`",
    "constrained": "for modules of a person's own; components declare with `parameter`",
    "is_constant": "for `equinox.partition`, in training loops of a person's own",
    "tree_base": "for bounded optimisers of a person's own",
    "tree_bounds": "for bounded optimisers of a person's own",
    "tree_update": "for bounded optimisers of a person's own",
    "Tie": "ties within a model may be said around it; the day says them in the fit",
    "Frozen": "freezes a whole tree; the fit freezes single parameters",
    "Parameterized": "a tree that is a function's result; components are classes",
    "Computed": "a tree that is a function's result; components are classes",
    "TransformedConstraint": "limits of parameters are intervals",
    "TreeConstraint": "limits of parameters are intervals",
    "CustomConstraint": "limits of parameters are intervals",
    "as_fixed": "`freeze` serves",
    "as_free": "`thaw` serves",
    "partition": "for training loops of a person's own",
    "combine": "for training loops of a person's own",
}

LEFT_OF_BRIDGE = {
    "PyroxParam": "a site in waiting; the day registers by name",
    "Parameterized.autoguide": "`svi` asks for guides, which the day does not run: it compiles a loop of its own",
    "Parameterized.set_mode": "`svi` takes a copy in the other mode (`with_mode`); setting it is for SVI of a person's own",
    "Parameterized._teardown": "for programs that make modules by the thousand",
    "guides.normal": "for SVI of a person's own: the guide of `svi` is the joint one",
    "guides.joint": "the guide of `svi`, which the day does not run: it compiles a loop of its own",
}


class Recorder:
    """Collects the code objects that run while it is open, in this thread and in those begun meanwhile."""

    def __enter__(self) -> set[CodeType]:
        seen: set[CodeType] = set()

        def hear(frame, event, _):
            if event == "call":
                seen.add(frame.f_code)

        threading.setprofile(hear)
        sys.setprofile(hear)
        return seen

    def __exit__(self, *_: object) -> None:
        sys.setprofile(None)
        threading.setprofile(None)  # type: ignore[arg-type]


def _functions(thing):
    """The plain functions behind a class attribute."""
    if isinstance(thing, (staticmethod, classmethod)):
        thing = thing.__func__
    if isinstance(thing, property):
        return [f for f in (thing.fget, thing.fset) if f is not None]
    wrapped = getattr(thing, "method", thing)  # equinox keeps methods in a descriptor
    wrapped = inspect.unwrap(wrapped) if callable(wrapped) else wrapped
    return [wrapped] if isinstance(wrapped, FunctionType) else []


def _family(cls):
    return [cls, *(below for child in cls.__subclasses__() for below in _family(child))]


def codes(door, name):
    """The code objects of a documented name."""
    first, _, rest = name.partition(".")
    found = guides if first == "guides" else getattr(door, first)
    if isinstance(found, type) and rest:
        things = [vars(cls)[rest] for cls in (*_family(found), *found.__mro__) if rest in vars(cls)]
    elif isinstance(found, type):
        things = list(vars(found).values())
    else:
        things = [getattr(found, rest) if rest else found]
    functions = [function for thing in things for function in _functions(thing)]
    # equal code is one code: what `collections` gives every named tuple runs wherever any of them is used
    own = {function.__code__ for function in functions if function.__module__ != "collections"}
    return own | {inner for code in own for inner in _made_by(code)}


def _made_by(code):
    """The functions that a function makes: a decorator is of use where what it made runs, wherever the class stands."""
    inner = {constant for constant in code.co_consts if isinstance(constant, CodeType)}
    return inner | {below for one in inner for below in _made_by(one)}


def ran(door, names, seen):
    """Those of the names that ran."""
    return [name for name in names if codes(door, name) & seen]


def check(found, names, reasons):
    """At least half ran; what did not has a reason, and what has a reason did not run."""
    left = set(names) - set(found)
    assert len(found) >= len(names) / 2, sorted(left)
    assert sorted(left - set(reasons)) == [], "these no longer run, and no reason is given"
    assert sorted(set(reasons) - left) == [], "these run now: take their reasons away"


@pytest.fixture(scope="module")
def day(tmp_path_factory):
    """What ran in the day, whose components are of the first dialect."""
    with Recorder() as seen:
        page, script = user_day.main(tmp_path_factory.mktemp("day"))[-1]
    assert page.stat().st_size > 100_000 and "infer." in script
    return seen


def test_every_documented_name_is_there():
    for door, names in ((variables, VARIABLES), (bridge, BRIDGE)):
        assert not [name for name in names if not codes(door, name)]


def test_the_day_imports_what_a_person_would():
    source = ast.parse(Path(user_day.__file__).read_text(encoding="utf-8"))
    modules = {node.module for node in ast.walk(source) if isinstance(node, ast.ImportFrom)}
    modules |= {a.name for node in ast.walk(source) if isinstance(node, ast.Import) for a in node.names}
    own = {"spec_lab", "spec_lab.models", "spec_lab.infer", "spec_lab_widgets"}
    assert modules == own | {"numpy", "numpyro.distributions"}


@pytest.mark.slow
def test_half_of_the_names_of_variables_run(day):
    found = ran(variables, VARIABLES, day)
    check(found, VARIABLES, LEFT_OF_VARIABLES)


DIALECTS = {"Parameterized": user_day.fit_registered, "PyroxSample": user_day.fit_sampled}


@pytest.mark.slow
@pytest.mark.parametrize("dialect", DIALECTS)
def test_a_component_of_each_dialect_is_fitted(dialect):
    infer, fit = DIALECTS[dialect]()
    assert fit.min_stat < 1e4 and infer.free_nparams >= 2


@pytest.mark.slow
def test_half_of_the_names_of_the_bridge_run(day):
    with Recorder() as seen:
        for fit in DIALECTS.values():
            fit()
    found = ran(bridge, BRIDGE, seen | day)
    check(found, BRIDGE, LEFT_OF_BRIDGE)

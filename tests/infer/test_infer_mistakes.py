"""Mistakes at the façade: each is answered with what was wrong, what is allowed, and the next step; nothing changes."""

import numpy as np
import pytest
from small import make_data, make_unit

from spec_lab._base import DataError, EngineError, ParameterError, SpecLabError
from spec_lab.data import Data, DataUnit
from spec_lab.infer import BayesInfer, Infer
from spec_lab.models import Model, cpl
from spec_lab.tree import Struct
from spec_lab.tree.errors import ValidationError

INFER = BayesInfer([(make_data(1), Model.parse("tbabs*(cpl+bb)"))])
MODEL = cpl()
UNIT = make_unit(name="a")


def put(name, value):
    setattr(INFER.par[2], name, value)


@pytest.mark.parametrize(
    ("wrong", "error", "words"),
    [
        (lambda: INFER.par["99"], ParameterError, "no such parameter; got '99'; allowed: a number from 1 to 11, or a name"),
        (lambda: INFER.par[0], ParameterError, "got 0; allowed: a number from 1 to"),
        (lambda: INFER.par[1.5], ParameterError, "got 1.5; allowed: a number from 1 to"),
        (lambda: INFER.par["cpl.alpah"], ParameterError, r"Did you mean cpl\.alpha\?"),
        (lambda: INFER.par["alpha"], ParameterError, r"Did you mean cpl\.alpha\?"),
        (lambda: INFER.par["logA"], ParameterError, r"Did you mean cpl\.logA or bb\.logA\?"),
        (lambda: INFER.link("12"), ParameterError, "no such parameter; got '12'"),
        (lambda: INFER.link([1, 99]), ParameterError, "got 99; allowed: a number from 1 to"),
        (lambda: put("prior", "unif(3,1)"), ParameterError, "min is not below max; .*freeze it"),
        (lambda: put("prior", "unfi(1, 3)"), ParameterError, "Did you mean unif"),
        (lambda: put("prior", 5), ParameterError, r"the prior of par\[2\] is no prior; got 5; allowed: .*unif"),
        (lambda: put("val", "abc"), ParameterError, r"par\[2\] \(alpha\) must be a finite number; got 'abc'"),
        (lambda: put("val", None), ParameterError, "must be a finite number; got None"),
        (lambda: put("val", [1, 2]), ParameterError, r"must be a finite number; got \[1, 2\]"),
        (lambda: put("val", np.inf), ParameterError, "must be a finite number; got inf"),
        (lambda: put("frozen", "no"), ParameterError, r"par\[2\].frozen is a switch; got 'no'; allowed: True or False"),
        (lambda: INFER.par[3].tie("2*par[1"), ParameterError, r"not an expression; got '2\*par\[1'; allowed: numbers, par\[n\]"),
        (lambda: INFER.par[3].tie("par[3]"), ParameterError, "cannot follow itself"),
        (lambda: INFER.par[3].tie("par[99]"), ParameterError, "got 99; allowed: a number"),
        (lambda: INFER.at_par("abc"), ParameterError, r"got 'abc'; allowed: one number each: p1\(N_H\)"),
        (lambda: INFER.at_par([1.0]), ParameterError, r"got \(1,\); allowed: shape \(6,\): p1\(N_H\)"),
        (lambda: INFER.calc_stat("abc"), ParameterError, "one number each"),
        (lambda: INFER.notice("u2", [1, 2]), ParameterError, "no such data unit; got 'u2'; allowed: 'u1'"),
        (lambda: INFER.notice("u1", 3), DataError, "not a choice of energy windows; got 3; allowed"),
        (lambda: INFER.notice("u1", [5, 1]), DataError, "no width"),
        (lambda: INFER.fit(foo=1), EngineError, "'fit' has no option 'foo'; got 1; allowed: max_iterations, starts"),
        (lambda: INFER.nuts(wramup=1), EngineError, r"allowed: .*Did you mean warmup\?"),
        (lambda: INFER.run("nuts!"), EngineError, "no such engine; .*Did you mean nuts"),
        (lambda: Infer([(MODEL, MODEL)]), ParameterError, r"join data and a model; got '\(cpl, cpl\)'; allowed: \(Data, Model\)"),
        (lambda: Infer([(UNIT, cpl)]), ParameterError, r"Write the model with parentheses: cpl\(\)"),
        (lambda: Infer((UNIT, MODEL)), ParameterError, r"a pair must be two things; .*Infer\(\[\(data, model\)\]\)"),
        (lambda: Infer([(UNIT, "cpl")]), ParameterError, r"Make a model of the text: Model.parse\('cpl'\)"),
        (lambda: Infer().stat, ParameterError, r"no pairs yet. Add one: infer.append"),
        (lambda: Infer().par[1], ParameterError, "none: there are no pairs"),
        (lambda: BayesInfer().emcee(), ParameterError, "no pairs yet"),
        (lambda: Data([("a", UNIT), ("a", UNIT)]), DataError, r"same name; got \['a', 'a'\]. Give each unit a name"),
        (lambda: make_data(1)["u11"], DataError, r"no such unit; got 'u11'; allowed: u1. Did you mean u1\?"),
        (lambda: DataUnit(UNIT.src, notch=[1, 2]), ValidationError, r"DataUnit has no field 'notch'; .*mean notc\?"),
        (lambda: UNIT.replace(notch=[1, 2]), ValidationError, r"no field 'notch'; .*Did you mean notc\?"),
        (lambda: DataUnit(), ValidationError, "DataUnit needs src; allowed: src, bkg"),  # type: ignore[call-arg]
        (lambda: DataUnit(*[None] * 20), ValidationError, "takes at most 15 arguments without a name; got 20"),
        (lambda: DataUnit(3), DataError, "src cannot be used; got 3; allowed: Source, path"),
    ],
)  # fmt: skip
def test_it_says_what_is_allowed(wrong, error, words):
    before = INFER.setup
    with pytest.raises(error, match=words) as caught:
        wrong()
    assert isinstance(caught.value, SpecLabError) and INFER.setup is before


def test_a_struct_called_wrongly_stays_a_type_error():
    with pytest.raises(TypeError):
        DataUnit(UNIT.src, foo=1)  # type: ignore[call-arg]
    with pytest.raises(TypeError, match="unexpected thing inside"):
        _Fails(1)


class _Fails(Struct):
    a: int

    def __post_init__(self):
        raise TypeError("an unexpected thing inside")


def test_windows_typed_in_any_spelling_replay():
    for windows, code in (([20, None], "[[20.0, None]]"), ([[20, 50], (40, 90)], "[[20.0, 90.0]]"), ([], "[]")):
        infer = Infer([(make_data(1), cpl())])
        infer.notice("u1", windows)
        kept = infer.pairs[0].data["u1"].channels().emin
        again = Infer([(make_data(1), cpl())])
        again.notice("u1", eval(code))
        np.testing.assert_array_equal(again.pairs[0].data["u1"].channels().emin, kept)
        assert len(kept) and (kept.min() >= 20 or not windows)

"""What variables say is honoured: derived parameters, ties around models, shared components and variables."""

import jax.numpy as jnp
import numpy as np
import pytest
from small import make_data

from spec_lab import BayesInfer
from spec_lab._base import ModelError, ParameterError, SpecLabWarning
from spec_lab.fit import Append, Freeze, Link, Problem, SetModel, SetTie, Setup, SetValue, Unlink
from spec_lab.fit.declared_ties import inherited_prior
from spec_lab.models import bb, cpl, pl, tbabs
from spec_lab.priors import logunif, unif
from spec_lab.variables import Computed, Constrained, Derived, Fixed, Frozen, Interval, Tagged, Tie

ONE, TWO = make_data(1), make_data(2)


def derived(**more):
    return cpl(logA=Derived(jnp.log10, Tagged(20.0, **more)))


@pytest.fixture
def setup():
    return Setup.from_pairs([(ONE, derived()), (TWO, cpl())])


# derived parameters


def test_a_derived_parameter_follows_its_source(setup):
    assert setup.tied == {2: "log10(par[4])"}
    assert setup.slots[3].path == "pair1.cpl.logA_raw" and setup.slots[3].source
    assert setup.free == (0, 1, 3, 4, 5, 6)
    moved = SetValue("pair1.cpl.logA_raw", 100.0).apply(setup)
    assert moved.values[2] == pytest.approx(2.0)
    with pytest.raises(ParameterError, match="follows the tie"):
        SetValue(3, 1.0).apply(setup)


def test_it_gives_the_statistic_of_the_value(setup):
    plain = Setup.from_pairs([(ONE, cpl(logA=np.log10(20.0))), (TWO, cpl())])
    assert Problem(setup).stat() == pytest.approx(Problem(plain).stat(), rel=1e-12)
    value, slope = Problem(setup).value_and_grad()
    _, expected = Problem(plain).value_and_grad()
    assert slope[2] == pytest.approx(expected[2] / (20.0 * np.log(10.0)), rel=1e-6)
    assert np.isfinite(value)


def test_an_affine_one_compiles_nothing_of_its_own(setup):
    affine = Setup.from_pairs([(ONE, cpl(logA=Derived(lambda x: 2 * x + 1, Tagged(0.2)))), (TWO, cpl())])
    assert Problem(affine).layout.curved == () and affine.values[2] == pytest.approx(1.4)
    assert len(Problem(setup).layout.curved) == 1


def test_words_limits_and_freezes_of_the_source_hold():
    told = Setup.from_pairs([(ONE, derived(metadata={"prior": "unif(1, 50)", "unit": "ph", "label": "K"}))])
    assert (told.priors[3], told.slots[3].unit, told.slots[3].label) == (unif(1, 50), "ph", "K")
    limited = Setup.from_pairs([(ONE, cpl(logA=Derived(jnp.log10, Constrained(Interval(1.0, 50.0), 20.0))))])
    assert limited.slots[3].limits == (1.0, 50.0)
    held = Setup.from_pairs([(ONE, cpl(logA=Derived(jnp.log10, Fixed(20.0))))])
    assert held.free == (0, 1) and held.frozen[3]
    bare = Setup.from_pairs([(ONE, cpl(logA=Derived(jnp.log10, 20.0)))])
    assert bare.free == (0, 1, 3)


def test_a_chain_of_functions_is_one_formula():
    chain = Derived(jnp.log10, Derived(lambda x: 3 * x, Tagged(2.0)))
    setup = Setup.from_pairs([(ONE, cpl(logA=Tagged(chain)))])
    assert setup.tied == {2: "log10(3 * par[4])"} and setup.values[3] == 2.0


def test_a_function_that_has_no_formula_is_refused():
    with pytest.raises(ParameterError, match=r"cpl\.logA has no formula"):
        Setup.from_pairs([(ONE, cpl(logA=Derived(lambda x: jnp.where(x > 0, x, 0.0), Tagged(2.0))))])


def test_it_survives_every_edit(setup):
    edits = [
        SetValue(1, -1.2),
        Freeze((2,)),
        Link((1, 5)),
        Unlink((5,)),
        SetTie(7, "2*par[3]"),
        SetTie(7, ""),
        Append((make_data(3), pl())),
        SetModel(cpl() + bb(), 2),
    ]
    for edit in edits:
        setup = edit.apply(setup)
        assert setup.tied[2] == "log10(par[4])"
    assert SetModel(bb() + derived(), 1).apply(setup).tied == {4: "log10(par[6])"}


def test_files_bring_it_back_though_its_function_has_no_name(tmp_path):
    infer = BayesInfer([(ONE, cpl(logA=Derived(lambda x: jnp.log10(2 * x), Tagged(20.0))))])
    again = BayesInfer.load(infer.export(tmp_path / "fit.zip"))
    assert again.setup.ties == infer.setup.ties == ((3, "log10(2 * par[4])"),)
    assert again.stat == infer.stat
    again.par[4].val = 50.0
    assert again.par[3].val == pytest.approx(2.0)
    again.append((TWO, pl()))
    assert again.par[3].tied_to == "log10(2 * par[4])"


def test_untied_the_source_moves_nothing_and_is_not_free(setup):
    loose = SetTie(3, "").apply(setup)
    assert loose.free == (0, 1, 2, 4, 5, 6)
    assert Append((make_data(3), pl())).apply(loose).tied == {}
    assert SetTie(3, "log10(par[4])").apply(loose).free == setup.free


def test_a_model_without_it_takes_the_tie_away(setup):
    assert SetModel(pl(), 1).apply(setup).tied == {}
    back = SetModel(derived(), 1).apply(SetModel(pl(), 1).apply(setup))
    assert back.tied == {2: "log10(par[4])"}
    declared_now = SetModel(derived(), 2).apply(setup)
    assert len(declared_now.tied) == 2


def test_the_model_with_present_values_is_still_derived(setup):
    variable = SetValue("pair1.cpl.logA_raw", 100.0).apply(setup).model(0).logA
    assert isinstance(variable, Derived) and float(variable.value) == pytest.approx(2.0)
    assert not isinstance(SetTie(3, "").apply(setup).model(0).logA, Derived)


def test_par_info_shows_the_tie(setup):
    rows = BayesInfer([(ONE, derived())]).par_info.data_dict
    assert rows["Prior"][2] == "=log10(par[4])"
    assert rows["par#"][:4] == ["1*", "2*", "3", "4*"]


@pytest.mark.parametrize(
    ("formula", "at", "expected"),
    [
        ("log10(par[1])", 0.02, logunif(2e-5, 20.0)),
        ("2*par[1] + 1", 0.02, unif(-5.5, 4.5)),
        ("2*par[1] + 1", -3.0, unif(-5.5, 4.5)),
        ("-2*par[1]", -1.0, unif(-5, 5)),
        ("exp(par[1])", 0.1, None),
        ("3*par[1]", 5.0, None),
    ],
)
def test_a_source_without_a_prior_gets_what_the_derived_one_implies(formula, at, expected):
    assert inherited_prior(formula, unif(-10, 10), at, (-np.inf, np.inf)) == expected


# ties around a model


def test_a_tie_around_a_model_becomes_a_tie_of_the_fit():
    tied = Tie(Tie(cpl() + bb(), "right.logA", "left.logA", lambda a: a - 1), "right.logkT", "left.logEp")
    setup = Setup.from_pairs([(TWO, pl()), (ONE, tied)])
    assert setup.tied == {6: "par[5] - 1", 5: "par[4]"}
    assert setup.values[6] == setup.values[4] - 1
    assert SetValue(5, 1.0).apply(setup).values[6] == 0.0


def test_a_tie_of_something_else_is_refused():
    with pytest.raises(ParameterError, match="hold a model"):
        Setup.from_pairs([(ONE, Tie({"a": Tagged(1.0), "b": Tagged(2.0)}, "b", "a"))])


# shared objects


def test_a_component_in_two_models_is_one():
    c = cpl()
    with pytest.warns(SpecLabWarning, match=r"par\[1\] cpl\.alpha = par\[6\] cpl\.alpha") as said:
        infer = BayesInfer([(ONE, c + bb()), (TWO, c)])
    assert infer.free_nparams == 5 and len(said) == 1
    infer.par[6].val = -1.3
    assert infer.par[1].val == -1.3


def test_a_component_twice_in_one_model_is_one():
    p = pl()
    with pytest.warns(SpecLabWarning, match=r"pl\.alpha = par\[3\] pl2\.alpha"):
        infer = BayesInfer([(ONE, p + p)])
    assert infer.free_nparams == 2
    infer.unlink([3])
    assert infer.free_nparams == 3


def test_a_variable_in_two_components_is_one():
    alpha = Tagged(-1.4)
    with pytest.warns(SpecLabWarning, match="same object"):
        setup = Setup.from_pairs([(ONE, cpl(alpha=alpha) + pl(alpha=alpha))])
    assert setup.partition[3] == 0 and setup.priors[3] == setup.priors[0]


def test_a_source_that_is_also_a_parameter_is_one():
    x = Tagged(1.0)
    with pytest.warns(SpecLabWarning, match="same object"):
        setup = Setup.from_pairs([(ONE, cpl(logA=x) + bb(logA=Derived(lambda a: a - 1, x)))])
    assert setup.free == (0, 1, 2, 3)
    assert SetValue(3, 2.0).apply(setup).values[4] == 1.0


SAID = "The same object stands in several places, so these parameters are one: "
HINT = ". Make an object for each place if they shall differ, such as pl() + pl(), or unlink them."


def remark(edit, setup):
    return edit.remark(setup, edit.apply(setup))


def test_an_edit_that_brings_a_known_component_says_so():
    c = cpl()
    setup = Setup.from_pairs([(ONE, c)])
    added = Append((TWO, c + bb()))
    alike = "; ".join(
        f"par[{i}] cpl.{name} = par[{i + 3}] cpl.{name}" for i, name in ((1, "alpha"), (2, "logEp"), (3, "logA"))
    )
    assert remark(added, setup) == SAID + alike + HINT
    grown = added.apply(setup)
    assert remark(SetModel(bb() + c, 2), grown) == ""  # they were one before
    assert remark(SetValue(1, -1.2), grown) == ""
    other = SetModel(c + bb(), 2).apply(Append((TWO, pl())).apply(setup))
    assert remark(SetModel(c + pl(), 2), other) == ""
    assert remark(SetModel(pl() + c, 2), Append((TWO, pl())).apply(setup)).startswith(
        SAID + "par[1] cpl.alpha = par[6]"
    )


def test_an_edit_says_only_what_is_one_now():
    p, m = pl(), cpl()
    setup = Setup.from_pairs([(ONE, m)])
    assert remark(Append((TWO, m)), setup) == ""  # a whole model, as at construction
    assert "par[1] pl.alpha = par[3] pl2.alpha" in remark(SetModel(p + p), setup)
    alpha = Tagged(-1.4)
    assert "cpl.alpha = par[4] pl.alpha" in remark(SetModel(cpl(alpha=alpha) + pl(alpha=alpha)), setup)
    apart = Unlink((3, 4)).apply(SetModel(p + p).apply(setup))
    assert remark(Append((TWO, bb())), apart) == ""


def test_an_infer_says_it_once():
    c = cpl()
    infer = BayesInfer([(ONE, c)])
    with pytest.warns(SpecLabWarning, match=r"par\[1\] cpl\.alpha = par\[4\] cpl\.alpha") as said:
        infer.append((TWO, c + bb()))
    assert len(said) == 1 and said[0].filename == __file__ and infer.free_nparams == 5
    infer.set_model(bb() + c, 2)  # nothing new
    p = pl()
    with pytest.warns(SpecLabWarning, match=r"pl\.alpha = par\[\d\] pl2\.alpha") as said:
        infer.set_model(p + p, 1)
    assert len(said) == 1
    with pytest.warns(SpecLabWarning, match="same object") as said:
        infer.pairs = [(ONE, c + bb()), (TWO, c)]
    assert len(said) == 1


def test_a_whole_model_in_two_pairs_is_linked_without_a_word():
    m = derived()
    setup = Setup.from_pairs([(ONE, m), (TWO, m)])
    assert setup.free == (0, 1, 3)


def test_another_model_for_pairs_that_shared_theirs_is_shared_and_else_is_not():
    m = cpl()
    shared, apart = Setup.from_pairs([(ONE, m), (TWO, m)]), Setup.from_pairs([(ONE, cpl()), (TWO, cpl())])
    assert len(SetModel(derived()).apply(shared).free) == 3
    assert len(SetModel(derived()).apply(apart).free) == 6
    assert len(SetModel(bb()).apply(shared).free) == 2
    assert len(SetModel(bb()).apply(apart).free) == 4


def test_a_model_that_no_longer_derives_a_parameter_says_so():
    setup = Setup.from_pairs([(ONE, derived())])
    told = remark(SetModel(cpl() + bb()), setup)
    assert told.startswith("The former model derived cpl.logA = log10(par[4]), the new one does not")
    assert remark(SetModel(derived() + bb()), setup) == ""
    assert remark(SetModel(bb()), setup) == ""  # the parameter itself is gone
    assert remark(SetModel(cpl() + bb()), SetTie(3, "").apply(setup)) == ""  # it was untied before


@pytest.mark.parametrize("wrapped", [Frozen(Tagged(-1.1)), Computed(jnp.negative, Tagged(1.1)), object()])
def test_what_wraps_a_whole_tree_is_no_value_of_a_parameter(wrapped):
    with pytest.raises(ParameterError, match=r"alpha.* takes one real number or a variable"):
        cpl(alpha=wrapped)


def test_a_tie_goes_around_the_whole_model():
    tied = Tie(cpl(), "logEp", "alpha", lambda a: a + 3)
    for join in (lambda: tied + bb(), lambda: bb() + tied, lambda: tbabs() * tied):
        with pytest.raises(ModelError, match=r"whole model.*Tie\(cpl\(\) \+ bb"):
            join()


def test_pairs_of_a_fit_are_a_fit_with_the_same_parameters():
    c, p = derived(), pl()
    with pytest.warns(SpecLabWarning, match="same object"):
        infer = BayesInfer([(ONE, c + bb()), (TWO, c + p + p)])
    infer.par[1].val = -1.3
    infer.par["pair1.cpl.logA_raw"].freeze()
    with pytest.warns(SpecLabWarning, match="same object"):
        again = BayesInfer(infer.pairs)
    assert again.setup.partition == infer.setup.partition and again.setup.free == infer.setup.free
    assert (again.setup.ties, again.setup.values.tolist()) == (infer.setup.ties, infer.setup.values.tolist())
    with pytest.warns(SpecLabWarning, match=r"pl\.alpha = par\[\d\] pl2\.alpha"):
        assert BayesInfer([(ONE, BayesInfer([(ONE, p + p)]).Model[0])]).free_nparams == 2
    infer.unlink(["pair2.cpl.alpha"])
    with pytest.warns(SpecLabWarning, match="same object"):
        apart = BayesInfer(infer.pairs)  # what was unlinked is another variable
    assert apart.free_nparams == infer.free_nparams

"""The algebra: which kinds combine, names, expressions, terms, structures."""

import copy
import itertools
import pickle

import jax
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spec_lab._base import ModelError, ParameterError
from spec_lab.models import Grid, Model, bb, cflux, const, cpl, gauss, gsmooth, pl, tbabs, zshift
from spec_lab.priors import Prior
from spec_lab.variables import Constrained, Derived, Fixed, Interval, Positive, Tagged

ONE_OF = {"add": pl, "mul": tbabs, "math": const}
ALLOWED = {
    "+": {"add add": "add", "add math": "add", "math add": "add", "mul mul": "mul", "mul math": "mul", "math mul": "mul"},
    "*": {"add mul": "add", "mul add": "add", "add math": "add", "math add": "add", "mul mul": "mul", "mul math": "mul",
          "math mul": "mul"},
    "/": {"add mul": "add", "add math": "add", "mul mul": "mul", "mul math": "mul", "math mul": "mul"},
    "**": {"mul math": "mul"},
}  # fmt: skip
ALLOWED["-"] = ALLOWED["+"]
COMBINE = {
    "+": lambda a, b: a + b,
    "-": lambda a, b: a - b,
    "*": lambda a, b: a * b,
    "/": lambda a, b: a / b,
    "**": lambda a, b: a**b,
}


@pytest.mark.parametrize("symbol", COMBINE)
@pytest.mark.parametrize("left, right", [*itertools.product(ONE_OF, ONE_OF)])
def test_kinds(symbol, left, right):
    expected = "math" if (left, right) == ("math", "math") else ALLOWED[symbol].get(f"{left} {right}")
    if expected is not None:
        assert COMBINE[symbol](ONE_OF[left](), ONE_OF[right]()).kind == expected
        return
    with pytest.raises(ModelError) as caught:
        COMBINE[symbol](ONE_OF[left](), ONE_OF[right]())
    assert left in str(caught.value) and right in str(caught.value)


def test_a_bare_convolution_combines_with_nothing():
    with pytest.raises(ModelError, match="must be called with a model"):
        gsmooth() * pl()
    with pytest.raises(ModelError, match="only a convolution"):
        tbabs()(pl())


def test_convolutions_of_convolutions_act_one_after_the_other():
    both, E = zshift(z=0.5)(gsmooth(Sig_6keV=0.2)), np.array([2.0, 4.0, 6.0])
    assert both.kind == "conv" and both.expression == "zshift(gsmooth)"
    model, want = both(gauss(El=6.0)), zshift(z=0.5)(gsmooth(Sig_6keV=0.2)(gauss(El=6.0)))
    assert model.kind == "add" and model.expression == want.expression == "zshift(gsmooth(gauss))"
    np.testing.assert_allclose(model.phtspec(E), want.phtspec(E), rtol=1e-12)
    with pytest.raises(ModelError, match="cflux scales photons"):
        cflux()(gsmooth())(tbabs())


def test_strangers_are_refused():
    with pytest.raises(TypeError):
        pl() + "pl"
    with pytest.raises(TypeError):
        pl() * True


def test_same_name_three_times():
    """bayspec never returns from pl+pl+pl, nor from three numbers."""
    model = pl() + pl() + pl()
    assert model.names == ("pl", "pl2", "pl3")
    assert [p.component for p in model.parameters] == ["pl", "pl", "pl2", "pl2", "pl3", "pl3"]
    scaled = 2 * pl() + 3 * pl() + 4 * cpl()
    assert scaled.names == ("const", "pl", "const2", "pl2", "const3", "cpl")
    assert scaled.expression == "2*pl+3*pl2+4*cpl"


def test_given_names_stay_unique():
    assert (pl(name="jet") + pl(name="jet") + pl()).names == ("jet", "jet2", "pl")


@pytest.mark.parametrize(
    "text", ["tbabs*(pl+bb)", "pl+pl2+pl3", "2*pl", "pl-bb", "pl-(bb-cpl)", "tbabs*(gsmooth(pl+gauss))", "-pl+bb",
             "tbabs**2*pl", "pl/(const+2)", "tbabs*tbabs2*pl", "hecut*-pl"]
)  # fmt: skip
def test_expression_reads_back(text):
    model = Model.parse(text)
    again = Model.parse(model.expression)
    assert again.expression == model.expression
    assert again.structure is model.structure


EXPRESSIONS = st.recursive(
    st.sampled_from(["pl", "bb", "cpl"]),
    lambda inner: st.one_of(
        st.tuples(inner, st.sampled_from("+-"), inner).map(lambda t: f"({t[0]}){t[1]}({t[2]})"),
        st.tuples(st.sampled_from(["tbabs", "const", "2.5", "(hecut+1)"]), inner).map(lambda t: f"{t[0]}*({t[1]})"),
        inner.map(lambda t: f"-({t})"),
        inner.map(lambda t: f"zshift({t})"),
    ),
    max_leaves=6,
)


@settings(max_examples=60, deadline=None)
@given(EXPRESSIONS)
def test_any_expression_reads_back(text):
    model = Model.parse(text)
    again = Model.parse(model.expression)
    assert again.expression == model.expression
    assert again.names == model.names
    assert model.kind == "add"
    indices = {i for term in model.terms for i in term.indices}
    assert indices == set(range(model.size))


@pytest.mark.parametrize(
    "text, message",
    [("powrlaw", "Did you mean powerlaw"), ("pl+", "does not parse"), ("pl*bb", "not multiplied"), ("3*4", "a number"),
     ("pl.alpha", "not part of"), ("pl(alpha=x)", "plain values"), ("pl(beta=2)", "no parameter or setting 'beta'"),
     ("__import__('os')", "unknown component"), ("pl+" * 300 + "pl", "too long"), ("-" * 600 + "pl", "too long"),
     ("2(pl)", "a number in a model expression takes no argument")],
)  # fmt: skip
def test_bad_expressions_teach(text, message):
    with pytest.raises(ModelError, match=message):
        Model.parse(text)


def test_a_model_shows_its_parameters_and_settings():
    model = tbabs(N_H=0.3) * cpl()
    assert model.par_info.columns == ("par#", "Component", "Parameter", "Value", "Prior")
    assert model.par_info.list_dict[0] == {
        "par#": "1", "Component": "tbabs", "Parameter": "N_H", "Value": 0.3, "Prior": "unif(0.0001, 50)"
    }  # fmt: skip
    assert model.cfg_info.columns == ("cfg#", "Component", "Parameter", "Value")
    assert ("cpl", "pivot_energy", 1.0) in [tuple(row[1:]) for row in model.cfg_info.data_list]


def test_names_are_read_in_any_case():
    assert Model.parse("zTBabs*CutoffPL").structure == Model.parse("ztbabs*cutoffpl").structure
    assert Model.parse("CutoffPL").structure != Model.parse("cpl").structure  # the alias brings its settings


def test_aliases_mean_what_xspec_means():
    names = [p.name for p in Model.parse("zphabs(redshift=0.5)*cutoffpl").parameters]
    assert names == ["N_H", "alpha", "logEc", "logA"]
    assert Model.parse("zphabs(redshift=0.5)*powerlaw").setting_rows[0] == ("phabs", "redshift", 0.5)


def test_terms_add_up_and_index_into_theta():
    model = tbabs(N_H=0.3) * (pl(alpha=-2.0) + 2 * bb(logkT=-0.3)) - cpl(logA=-1.0)
    assert [term.name for term in model.terms] == ["pl", "bb", "cpl"]
    grid = Grid.make(*_edges(0.5, 9, 24))
    theta = model.theta
    parts = sum(np.asarray(t.model.photons(theta[list(t.indices)], grid)) for t in model.terms)
    np.testing.assert_allclose(parts, model.photons(theta, grid), rtol=1e-12)
    for term in model.terms:
        assert [model.parameters[i].name for i in term.indices] == [p.name for p in term.model.parameters]


def test_parameters_carry_what_variables_say():
    alpha = Constrained(Interval(-3.0, 3.0), -1.5, metadata={"prior": "norm(-1.5, 0.2)"})
    model = pl(alpha=alpha, logA=Fixed(Tagged(0.25))) + cpl(logEp=2.5)
    first, second, third, *_ = model.parameters
    assert (first.value, str(first.prior)) == (pytest.approx(-1.5), "norm(-1.5, 0.2)")
    assert first.bounds == pytest.approx((-3, 3))
    assert first.label == r"\alpha" and not first.frozen
    assert second.frozen and second.value == 0.25 and second.log and second.unit.startswith("photons")
    assert str(third.prior) == "unif(-2, 2)" and model.theta[3] == 2.5


@pytest.mark.parametrize(
    "variable, prior",
    [
        (Constrained(Interval(-2.0, 0.5), -1.0), "unif(-2, 0.5)"),  # the limits themselves
        (Constrained(Positive(), 1.0), "unif(0, 10)"),  # the class's range after them
        (Fixed(Constrained(Interval(-2.0, 0.5), -1.0)), "unif(-2, 0.5)"),
        (Constrained(Interval(-2.0, 0.5), -1.0, metadata={"prior": "norm(0, 1)"}), "norm(0, 1)"),
        (Constrained(Interval(-2.0, 0.5), -1.0, metadata={"prior": None}), None),
        (-1.0, "unif(-10, 10)"),
    ],
)
def test_limits_of_a_variable_are_limits_of_the_fit(variable, prior):
    found = pl(alpha=variable).parameters[0].prior
    assert found == (None if prior is None else Prior.parse(prior))


def test_parameters_take_numbers_or_variables_only():
    assert pl(alpha=Derived(np.sin, 0.0)).theta[0] == 0.0
    for nonsense in ("-1", [1.0, 2.0], True):
        with pytest.raises(ParameterError):
            pl(alpha=nonsense)
    with pytest.raises(ParameterError, match="vfv_peak=False"):
        cpl(logEc=2.0)


def test_with_values_puts_state_back():
    model = pl(alpha=Constrained(Interval(-3.0, 3.0), -1.0)) + bb()
    other = model.with_values([-2.0, 1.0, 0.5, 0.0], [False, True, False, False])
    np.testing.assert_allclose(other.theta, [-2.0, 1.0, 0.5, 0.0])
    assert [p.frozen for p in other.parameters] == [False, True, False, False]
    assert other.parameters[0].bounds == pytest.approx((-3, 3))
    assert [p.frozen for p in other.with_values(model.theta).parameters] == [False, True, False, False]
    with pytest.raises(ModelError, match="does not fit"):
        model.with_values([1.0])


def test_structure_is_equal_whatever_values_freezes_and_priors():
    plain = tbabs() * cpl()
    told = Tagged(0.1, metadata={"prior": "norm(0, 1)", "label": "x"})
    dressed = tbabs(N_H=Fixed(3.0)) * cpl(alpha=told)
    assert plain.structure is dressed.structure and hash(plain.structure) == hash(dressed.structure)
    assert plain.structure is not (tbabs() * cpl(vfv_peak=False)).structure
    assert jax.tree.structure(cpl()) == jax.tree.structure(cpl(alpha=-1.3))
    assert hash(jax.tree.structure(cpl())) == hash(jax.tree.structure(cpl(alpha=-1.3)))
    assert pickle.loads(pickle.dumps(plain)).structure is plain.structure
    assert copy.deepcopy(plain).structure is plain.structure


def test_equal_structures_share_one_compilation():
    grid = Grid.make(*_edges(1, 10, 5))
    traced = []

    @jax.jit
    def rate(theta, grid, model):
        traced.append(1)
        return model.photons(theta, grid)

    for model in (cpl(), cpl(alpha=-0.5), cpl(logEp=3.0)):
        rate(model.theta, grid, model)
    assert len(traced) == 1


def test_powers_and_signs():
    E = np.array([0.7, 2.0])
    np.testing.assert_allclose((tbabs() ** 2).evaluate(E), tbabs().evaluate(E) ** 2, rtol=1e-12)
    np.testing.assert_allclose((-pl()).evaluate(E), -pl().evaluate(E))
    np.testing.assert_allclose((+pl()).evaluate(E), pl().evaluate(E))
    np.testing.assert_allclose((1 - tbabs()).evaluate(E), 1 - tbabs().evaluate(E), rtol=1e-12)
    np.testing.assert_allclose((pl() + 2).evaluate(E), pl().evaluate(E) + 2, rtol=1e-12)


def test_a_factor_has_no_photons():
    with pytest.raises(ModelError, match="no photons of its own"):
        tbabs().photons(tbabs().theta, Grid.make(*_edges(1, 2, 3)))


def test_tables_are_readable():
    assert "tbabs*pl" in repr(tbabs() * pl())
    html = (tbabs() * pl())._repr_html_()
    assert "N_H" in html and "unif(-10, 10)" in html


def _edges(lo, hi, n):
    edges = np.geomspace(lo, hi, n + 1)
    return edges[:-1], edges[1:]


@pytest.mark.parametrize(
    ("text", "expression"),
    [
        ("phabs(po)", "phabs*pl"),
        ("(bbody + po)wabs", "(bb+pl)*wabs"),
        ("constant(ga + po)highecut", "const*(gauss+pl)*highecut"),
        ("constant*TBabs(powerlaw+ga)", "const*(tbabs*(pl+gauss))"),
        ("tbabs(N_H=2)(pl)", "tbabs*pl"),
        ("tbabs\n  * (pl\n  + bb)", "tbabs*(pl+bb)"),
    ],
)
def test_text_as_xspec_users_write_it(text, expression):
    assert Model.parse(text).expression == expression


@pytest.mark.parametrize("theta", [[1.0, 2.0], [1.0, 2.0, 3.0, 4.0], 5.0, []])
def test_a_theta_of_another_length_is_refused(theta):
    """JAX reads past the end of an array without a word: two values for three parameters gave a curve."""
    model, grid = Model.parse("cpl"), Grid.make([1.0], [2.0])
    for use in (lambda: model.evaluate([1.0], theta), lambda: model.photons(theta, grid)):
        with pytest.raises(ModelError, match=r"theta does not fit cpl; .*3 values: cpl.alpha, cpl.logEp, cpl.logA"):
            use()


def test_models_can_be_summed():
    assert sum([Model.parse("pl"), Model.parse("bb"), Model.parse("pl")]).expression == "pl+bb+pl2"


def test_two_signs_cancel():
    assert Model.parse("--pl").expression == "pl" and Model.parse("-" * 201 + "pl").expression == "-pl"
    turned = -pl()
    assert (-turned).expression == "pl" and isinstance(-turned, pl)

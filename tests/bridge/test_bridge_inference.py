"""The bridge under NumPyro's handlers and engines: everything composes."""

import functools

import jax
import jax.numpy as jnp
import numpy as np
import numpyro
import numpyro.distributions as dist
import pytest
from numpyro import handlers
from numpyro.infer import MCMC, NUTS, SVI, Predictive, Trace_ELBO, log_likelihood
from numpyro.infer.autoguide import AutoDelta, AutoMultivariateNormal, AutoNormal
from numpyro.infer.reparam import LocScaleReparam
from numpyro.infer.util import log_density

from spec_lab.bridge import Parameterized, PyroxModule, norm, pyrox_method

X = jnp.linspace(-1.0, 1.0, 12)
Y = 0.7 * X - 0.3
SIGMA = 0.1
# the posterior of a line with unit normal priors, in closed form
PRECISION = np.array([[1 + float((X**2).sum()) / SIGMA**2, 0.0], [0.0, 1 + len(X) / SIGMA**2]])
MEAN = np.linalg.solve(PRECISION, np.array([float((X * Y).sum()), float(Y.sum())]) / SIGMA**2)
SD = np.sqrt(np.diag(np.linalg.inv(PRECISION)))


class Line(Parameterized):
    pyrox_name = "line"

    def setup(self):
        for name in ("slope", "height"):
            self.register_param(name, 0.0)
            self.set_prior(name, norm(0, 1))

    @pyrox_method
    def __call__(self, x):
        return self.get_param("slope") * x + self.get_param("height")


class Free(PyroxModule):
    pyrox_name = "line"

    @pyrox_method
    def __call__(self, x):
        slope = self.pyrox_sample("slope", dist.Normal(0.0, 1.0))
        return slope * x + self.pyrox_sample("height", dist.Normal(0.0, 1.0))


def model(x=X, y=Y, module=None):
    numpyro.sample("y", dist.Normal((module or Line())(x), SIGMA), obs=y)


def seeded(fn, **kwargs):
    return handlers.seed(functools.partial(fn, **kwargs), 0)


BOTH = pytest.mark.parametrize("module", [Line(), Free()], ids=["Parameterized", "PyroxModule"])


@BOTH
class TestHandlers:
    def test_seed_and_trace(self, module):
        one, same = (handlers.trace(seeded(model, module=module)).get_trace() for _ in "12")
        assert list(one) == ["line.slope", "line.height", "y"]
        assert all(np.array_equal(one[k]["value"], same[k]["value"]) for k in one)

    def test_substitute(self, module):
        out = handlers.substitute(seeded(module, x=2.0), {"line.slope": 3.0, "line.height": 1.0})()
        assert float(out) == 7.0

    def test_condition(self, module):
        trace = handlers.trace(handlers.condition(seeded(model, module=module), {"line.slope": 3.0})).get_trace()
        assert trace["line.slope"]["is_observed"] and float(trace["line.slope"]["value"]) == 3.0

    def test_block(self, module):
        trace = handlers.trace(handlers.block(seeded(model, module=module), hide=["line.slope"])).get_trace()
        assert list(trace) == ["line.height", "y"]

    def test_scope(self, module):
        trace = handlers.trace(handlers.scope(seeded(model, module=module), prefix="pair1")).get_trace()
        assert list(trace) == ["pair1/line.slope", "pair1/line.height", "pair1/y"]

    def test_mask_and_scale(self, module):
        point = {"line.slope": 0.5, "line.height": 0.1}
        full, _ = log_density(model, (), {"module": module}, point)
        masked, _ = log_density(handlers.mask(model, mask=False), (), {"module": module}, point)
        scaled, _ = log_density(handlers.scale(model, scale=2.0), (), {"module": module}, point)
        assert float(masked) == 0.0 and float(scaled) == pytest.approx(2 * float(full), rel=1e-5)
        want = (
            dist.Normal(0.5 * X + 0.1, SIGMA).log_prob(Y).sum() + dist.Normal().log_prob(jnp.asarray([0.5, 0.1])).sum()
        )
        assert float(full) == pytest.approx(float(want), rel=1e-5)

    def test_do(self, module):
        trace = handlers.trace(handlers.do(seeded(model, module=module), {"line.slope": 5.0})).get_trace()
        assert float(trace["y"]["fn"].loc[-1] - trace["y"]["fn"].loc[0]) == pytest.approx(10.0, rel=1e-5)

    def test_reparam(self, module):
        config = {"line.slope": LocScaleReparam(0.0)}
        trace = handlers.trace(handlers.reparam(seeded(model, module=module), config)).get_trace()
        assert trace["line.slope"]["type"] == "deterministic" and "line.slope_decentered" in trace

    def test_infer_config(self, module):
        config = lambda site: {"marked": True} if site["name"] == "line.slope" else {}  # noqa: E731
        trace = handlers.trace(handlers.infer_config(seeded(model, module=module), config)).get_trace()
        assert trace["line.slope"]["infer"].get("marked") and not trace["line.height"]["infer"].get("marked")

    def test_plate(self, module):
        def many():
            with numpyro.plate("n", 4):
                return module(1.0)

        trace = handlers.trace(handlers.seed(many, 0)).get_trace()
        assert trace["line.slope"]["value"].shape == (4,) and trace["line.slope"]["cond_indep_stack"][0].name == "n"

    def test_factor(self, module):
        def cheap():
            numpyro.factor("extra", -(module(1.0) ** 2))

        point = {"line.slope": 1.0, "line.height": 1.0}
        value, _ = log_density(cheap, (), {}, point)
        assert float(value) == pytest.approx(-4 + float(dist.Normal().log_prob(jnp.ones(2)).sum()), rel=1e-5)

    def test_jit_vmap_grad(self, module):
        energy = lambda s: log_density(model, (), {"module": module}, {"line.slope": s, "line.height": 0.0})[0]  # noqa: E731
        assert float(jax.jit(energy)(0.5)) == pytest.approx(float(energy(0.5)), rel=1e-5)
        assert jax.vmap(energy)(jnp.arange(3.0)).shape == (3,)
        want = float((X * (Y - 0.5 * X)).sum()) / SIGMA**2 - 0.5
        assert float(jax.grad(energy)(0.5)) == pytest.approx(want, rel=1e-4)

    def test_nuts(self, module):
        mcmc = MCMC(NUTS(model), num_warmup=200, num_samples=400, progress_bar=False)
        mcmc.run(jax.random.key(0), module=module)
        draws = mcmc.get_samples()
        for name, mean, sd in zip(("line.slope", "line.height"), MEAN, SD, strict=True):
            assert float(draws[name].mean()) == pytest.approx(mean, abs=0.3 * sd + 1e-9)
            assert float(draws[name].std()) == pytest.approx(sd, rel=0.3)


def test_lift_turns_params_into_samples():
    class P(PyroxModule):
        pyrox_name = "p"

        def __call__(self):
            return self.pyrox_param("w", 1.0)

    trace = handlers.trace(handlers.seed(handlers.lift(P(), {"p.w": dist.Normal(40.0, 1.0)}), 0)).get_trace()
    assert trace["p.w"]["type"] == "sample" and float(trace["p.w"]["value"]) > 30


def fit(guide, model=model, steps=500, rate=0.03, **options):
    svi = SVI(model, guide, numpyro.optim.Adam(rate), Trace_ELBO(**options))
    return svi.run(jax.random.key(0), steps, progress_bar=False).params


def test_autodelta_finds_the_maximum():
    guide = AutoDelta(model)
    best = guide.median(fit(guide))
    assert [float(best[f"line.{n}"]) for n in ("slope", "height")] == pytest.approx(list(MEAN), abs=1e-3)


@pytest.mark.parametrize("kind", [AutoNormal, AutoMultivariateNormal])
def test_autoguides_find_the_posterior(kind):
    guide = kind(model)
    params = fit(guide, num_particles=4)
    draws = guide.sample_posterior(jax.random.key(1), params, sample_shape=(500,))
    assert float(draws["line.slope"].mean()) == pytest.approx(MEAN[0], abs=SD[0])
    assert float(draws["line.height"].std()) == pytest.approx(SD[1], rel=0.4)


def test_predictive_from_posterior_draws():
    draws = {"line.slope": jnp.asarray([1.0, 2.0]), "line.height": jnp.zeros(2)}
    out = Predictive(model, posterior_samples=draws)(jax.random.key(0), X, None)
    assert out["y"].shape == (2, len(X)) and float(jnp.abs(out["y"][1] - 2 * X).max()) < 5 * SIGMA
    assert log_likelihood(model, draws)["y"].shape == (2, len(X))
    prior = Predictive(model, num_samples=3)(jax.random.key(0), X, None)
    assert prior["line.slope"].shape == (3,)


@pytest.mark.parametrize("kind", ["delta", "normal", "mvn"])
def test_our_guides_serve_svi(kind):
    module = Line()
    for name in ("slope", "height"):
        module.autoguide(name, kind)
    guide = module.with_mode("guide")
    params = fit(
        lambda: guide.load_pyro_samples(), model=lambda: model(module=module), num_particles=1 if kind == "delta" else 4
    )
    names = {"delta": ["line.slope", "line.height"], "normal": ["line.slope_loc", "line.height_loc"]}
    found = params["line.mvn_loc"] if kind == "mvn" else [params[name] for name in names[kind]]
    assert [float(x) for x in found] == pytest.approx(list(MEAN), abs=0.03)
    if kind == "normal":
        assert float(params["line.height_scale"]) == pytest.approx(SD[1], rel=0.3)
    if kind == "mvn":
        covariance = params["line.mvn_scale_tril"] @ params["line.mvn_scale_tril"].T
        assert np.sqrt(np.diag(covariance)) == pytest.approx(list(SD), rel=0.4)


def test_a_delta_guide_serves_svi_inside_a_scope():
    module = Line()
    guide = module.with_mode("guide")
    within = lambda fn: handlers.scope(fn, prefix="pair1")  # noqa: E731
    params = fit(within(lambda: guide.load_pyro_samples()), model=within(lambda: model(module=module)))
    assert float(params["pair1/line.slope"]) == pytest.approx(MEAN[0], abs=1e-2)

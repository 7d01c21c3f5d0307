"""Saved chains: the documented files, going on with them, and refusing those of anything else."""

import json
import shutil
from pathlib import Path

import numpy as np
import numpyro.distributions as dist
import pytest
from small import make_data, make_unit

from spec_lab import BayesInfer, MaxLikeFit, unif
from spec_lab._base import EngineError, SpecLabWarning
from spec_lab.engines.fingerprint import fingerprint
from spec_lab.engines.nested import saved_run
from spec_lab.engines.nested.likelihoods import CompiledLikelihood
from spec_lab.engines.nested.live_points import NestedRun, Plan
from spec_lab.fit import Problem
from spec_lab.models import component, cpl, pl


def make(unit=None, model=None, cls=BayesInfer):
    infer = cls([(unit or make_unit(1), model or pl())])
    infer.par[2].prior, infer.par[2].val = unif(-3, 5), 2.3
    infer.par[1].val = -1.6
    return infer


@pytest.fixture(scope="module")
def saved(tmp_path_factory):
    folder = tmp_path_factory.mktemp("chain")
    return folder, make().emcee(nstep=40, discard=10, random_seed=450001, savepath=folder)


def copy(saved, tmp_path):
    return shutil.copytree(saved[0], tmp_path / "copy")


def test_the_documented_files(saved):
    folder, posterior = saved
    assert {p.name for p in folder.iterdir()} >= {"1-.npz", "1-posterior_sample.txt", "1-nstep.json", "1-discard.json"}
    assert json.loads((folder / "1-nstep.json").read_text()) == 40
    assert json.loads((folder / "1-discard.json").read_text()) == 10
    table = np.loadtxt(folder / "1-posterior_sample.txt")
    np.testing.assert_allclose(table[:, :2], posterior.sample)
    np.testing.assert_allclose(table[:, 2], posterior.outcome.log_prob)
    assert len(posterior.sample) == 30 * 32


def test_a_chain_is_extended_as_if_it_had_never_ended(saved, tmp_path):
    folder = copy(saved, tmp_path)
    extended = make().emcee(nstep=70, discard=10, random_seed=450001, savepath=folder)
    at_once = make().emcee(nstep=70, discard=10, random_seed=450001, savepath=None)
    np.testing.assert_array_equal(extended.sample, at_once.sample)
    assert "40 of its 70 steps" in extended.outcome.message
    assert json.loads((folder / "1-nstep.json").read_text()) == 70


def test_a_long_enough_chain_is_taken_as_it_is(saved):
    folder, posterior = saved
    again = make().emcee(nstep=40, discard=10, random_seed=450001, savepath=folder)
    np.testing.assert_array_equal(again.sample, posterior.sample)


def test_moving_sliders_does_not_spoil_a_chain(saved, tmp_path):
    infer = make()
    infer.at_par([-1.2, 1.0])
    infer.emcee(nstep=40, discard=10, random_seed=450001, savepath=copy(saved, tmp_path))


def changed_prior():
    infer = make()
    infer.par[1].prior = unif(-4, 0)
    return infer


def frozen():
    infer = make()
    infer.par[1].freeze()
    return infer


def free_factor():
    infer = make()
    infer.par[5].thaw()
    return infer


OTHERS = {
    "model": lambda: make(model=cpl()),
    "data": lambda: make(unit=make_unit(2)),
    "data ": lambda: make(unit=make_unit(1, notc=[20.0, 500.0])),
    "data  ": lambda: make(unit=make_unit(1, stat="cstat")),
    "priors": changed_prior,
    "fixed values": frozen,
    "free parameters": free_factor,
}


@pytest.mark.parametrize("part", OTHERS)
def test_a_chain_of_another_fit_is_moved_aside_and_says_why(saved, tmp_path, part):
    folder = copy(saved, tmp_path)
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    with pytest.warns(SpecLabWarning, match=rf"belongs to another fit \(.*{part.strip()}.* differ.*earlier_1"):
        OTHERS[part]().emcee(nstep=20, discard=10, random_seed=450001, savepath=folder)
    assert {path.name: path.read_bytes() for path in (folder / "earlier_1").iterdir()} == before
    assert json.loads((folder / "1-nstep.json").read_text()) == 20


def test_starting_over_replaces_it(saved, tmp_path):
    folder = copy(saved, tmp_path)
    changed_prior().emcee(nstep=20, discard=5, random_seed=450001, resume=False, savepath=folder)
    changed_prior().emcee(nstep=25, discard=5, random_seed=450001, savepath=folder)
    assert json.loads((folder / "1-nstep.json").read_text()) == 25


def test_a_chain_without_fingerprint_is_moved_aside(saved, tmp_path):
    folder = copy(saved, tmp_path)
    (folder / "1-emcee_fingerprint.json").unlink()
    with pytest.warns(SpecLabWarning, match="nothing says"):
        make().emcee(nstep=40, discard=10, random_seed=450001, savepath=folder)


def test_a_hook_that_reads_other_numbers_is_another_hook(tmp_path):
    centre = [-1.6]
    infer = make()
    infer.loglike_func = lambda infer, theta: -0.5 * float((theta[0] - centre[0]) ** 2 + (theta[1] - 2.3) ** 2)
    infer.emcee(nstep=20, discard=5, random_seed=450001, savepath=tmp_path)
    infer.emcee(nstep=25, discard=5, random_seed=450001, savepath=tmp_path)
    centre[0] = -1.0
    with pytest.warns(SpecLabWarning, match="another fit .hooks differ"):
        infer.emcee(nstep=25, discard=5, random_seed=450001, savepath=tmp_path)


def test_user_functions_of_one_name_are_told_apart():
    def law(power):
        @component(formula="E^a")
        def mine(E, slope=-1.6, logA=2.0):
            """A power law."""
            return 10**logA * E ** (power * slope)

        return mine()

    prints = [fingerprint(Problem(BayesInfer([(make_data(1), law(power))]).setup)) for power in (1.0, 1.1, 1.0)]
    assert prints[0] == prints[2]
    assert [name for name in prints[0] if prints[0][name] != prints[1][name]] == ["likelihood"]


def test_priors_that_no_text_tells_apart_are_told_apart():
    """Mixtures of two distributions without quantiles: the same text, other numbers."""

    def of_shares(*shares):
        infer = make()
        law = dist.SoftLaplace(np.array([-2.0, -1.5]), 0.3)
        infer.par[1].prior = dist.MixtureSameFamily(dist.Categorical(np.array(shares)), law)
        return fingerprint(infer.problem)

    prints = [of_shares(*shares) for shares in ((0.3, 0.7), (0.6, 0.4), (0.3, 0.7))]
    assert prints[0] == prints[2]
    assert "priors" in [name for name in prints[0] if prints[0][name] != prints[1][name]]


def test_a_fingerprint_is_the_same_in_an_equal_set_up():
    assert fingerprint(make().problem) == fingerprint(make().problem)


class TestNested:
    def test_a_run_goes_on_as_if_it_had_never_ended(self, tmp_path):
        short = make().nested(live=100, max_rounds=9, savepath=tmp_path)
        assert short.outcome.status == "limit"
        whole, at_once = make().nested(live=100, savepath=tmp_path), make().nested(live=100)
        np.testing.assert_array_equal(whole.sample, at_once.sample)
        assert whole.outcome.message == at_once.outcome.message
        for name in ("iterations", "evaluations", "dead_log_evidence"):
            assert whole.outcome.figures[name] == at_once.outcome.figures[name]

    def test_a_run_that_ended_is_taken_as_it_is_or_goes_deeper(self, tmp_path):
        first = make().nested(live=100, savepath=tmp_path)
        again, deeper = (
            make().nested(live=100, savepath=tmp_path),
            make().nested(live=100, tolerance=1e-4, savepath=tmp_path),
        )
        np.testing.assert_array_equal(again.sample, first.sample)
        assert deeper.outcome.figures["iterations"] > first.outcome.figures["iterations"]

    def test_one_that_made_no_round_begins_where_it_was(self, tmp_path):
        folder = tmp_path / "run"
        saved_run.write(folder, begun := self.begun())
        for ours, theirs in zip(saved_run.read(folder).live, begun.live, strict=True):
            np.testing.assert_array_equal(ours, theirs)
        assert saved_run.read(folder).dead == [] and saved_run.read(folder).log_dead == -np.inf

    @staticmethod
    def begun():
        return NestedRun(CompiledLikelihood(make().problem), 2, Plan(20, 3, 450001)).saved()

    @pytest.mark.parametrize(("what", "infer", "options"), [
        ("model", lambda: make(model=cpl()), {}), ("priors", changed_prior, {}), ("live", make, {"live": 60}),
    ])  # fmt: skip
    def test_a_run_of_another_fit_is_moved_aside(self, tmp_path, what, infer, options):
        make().nested(live=40, max_rounds=2, savepath=tmp_path)
        before = (tmp_path / saved_run.RUN).read_bytes()
        with pytest.warns(SpecLabWarning, match=rf"belongs to another fit \(.*{what}.* differ"):
            infer().nested(**{"live": 40, **options}, max_rounds=1, savepath=tmp_path)
        assert (tmp_path / "earlier_1" / saved_run.RUN).read_bytes() == before
        assert infer().nested(**{"live": 40, **options}, max_rounds=1, savepath=tmp_path, resume=False)


@pytest.mark.parametrize("damage", [lambda b: b[: len(b) // 2], lambda b: b"", lambda b: b"x" * 300])
@pytest.mark.parametrize(("engine", "options", "chain"), [
    ("emcee", {"nstep": 12, "discard": 5}, "1-.npz"), ("nested", {"live": 40, "max_rounds": 1}, "1-nested.npz"),
    ("nuts", {"draws": 25, "warmup": 25}, "1-nuts.npz"),
])  # fmt: skip
def test_a_damaged_chain_is_moved_aside(tmp_path, engine, options, chain, damage):
    getattr(make(), engine)(**options, savepath=tmp_path)
    (tmp_path / chain).write_bytes(damage((tmp_path / chain).read_bytes()))
    with pytest.warns(SpecLabWarning, match=f"{chain} is damaged"):
        getattr(make(), engine)(**options, savepath=tmp_path)
    getattr(make(), engine)(**options, savepath=tmp_path)


@pytest.mark.parametrize(("engine", "options"), [
    ("emcee", {"nstep": 12, "discard": 5}), ("nested", {"live": 40, "max_rounds": 3}),
    ("nuts", {"draws": 25, "warmup": 25}),
])  # fmt: skip
def test_a_run_that_has_nothing_to_add_changes_no_file(tmp_path, engine, options):
    first = getattr(make(), engine)(**options, savepath=tmp_path)
    before = {path: (path.stat().st_mtime_ns, path.read_bytes()) for path in tmp_path.iterdir()}
    again = getattr(make(), engine)(**options, savepath=tmp_path)
    assert {path: (path.stat().st_mtime_ns, path.read_bytes()) for path in tmp_path.iterdir()} == before
    np.testing.assert_array_equal(again.sample, first.sample)


def test_a_seed_that_nobody_chose_is_new_and_told():
    one, two = (make().emcee(nstep=12, discard=5, savepath=None).outcome for _ in range(2))
    seeds = [dict(outcome.settings)["seed"] for outcome in (one, two)]
    assert seeds[0] != seeds[1]
    again = make().emcee(nstep=12, discard=5, savepath=None, random_seed=seeds[0]).outcome
    np.testing.assert_array_equal(again.draws, one.draws)


@pytest.mark.parametrize(("engine", "options", "more", "chain"), [
    ("emcee", {"nstep": 30, "discard": 5}, {"nstep": 35}, "1-.npz"),
    ("nuts", {"draws": 25, "warmup": 25}, {"draws": 50}, "1-nuts.npz"),
    ("nested", {"live": 40, "max_rounds": 3}, {"max_rounds": 4}, "1-nested.npz"),
])  # fmt: skip
def test_a_disk_that_fills_leaves_the_chain_that_was_there(tmp_path, monkeypatch, engine, options, more, chain):
    getattr(make(), engine)(**options, savepath=tmp_path)
    before, names = (tmp_path / chain).read_bytes(), {p.name for p in tmp_path.iterdir()}

    def full(file, **arrays):
        Path(file).write_bytes(b"half of it")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(np, "savez", full)
    with pytest.warns(SpecLabWarning, match=f"could not be kept in {tmp_path}: No space left on device"):
        posterior = getattr(make(), engine)(**{**options, **more}, savepath=tmp_path)
    assert "could not be kept" in posterior.outcome.message and len(posterior.sample)
    assert (tmp_path / chain).read_bytes() == before and {p.name for p in tmp_path.iterdir()} == names


ENGINES = {
    "emcee": {"nstep": 12, "discard": 5}, "nuts": {"draws": 25, "warmup": 25}, "nested": {"live": 40, "max_rounds": 3},
}  # fmt: skip


def seed_of(posterior):
    return dict(posterior.outcome.settings)["seed"]


@pytest.mark.parametrize(("engine", "seed"), [("emcee", "random_seed"), ("nuts", "seed"), ("nested", "seed")])
def test_a_run_that_goes_on_tells_the_seed_it_was_begun_with(tmp_path, engine, seed):
    first = getattr(make(), engine)(**ENGINES[engine], savepath=tmp_path, **{seed: 7})
    again = getattr(make(), engine)(**ENGINES[engine], savepath=tmp_path, **{seed: 8})
    assert seed_of(first) == seed_of(again) == 7
    np.testing.assert_array_equal(again.sample, first.sample)


def test_an_emcee_chain_whose_seed_nobody_chose_tells_it_when_it_goes_on(tmp_path):
    first = make().emcee(nstep=12, discard=5, savepath=tmp_path)
    assert seed_of(make().emcee(nstep=14, discard=5, savepath=tmp_path)) == seed_of(first)


@pytest.mark.parametrize("engine", ENGINES)
def test_folders_that_can_keep_nothing_are_refused_before_the_run(tmp_path, monkeypatch, engine):
    (tmp_path / "file").write_text("")
    run = lambda folder: getattr(make(), engine)(**ENGINES[engine], savepath=folder)  # noqa: E731
    with pytest.raises(EngineError, match="cannot contain the character NUL"):
        run(f"{tmp_path}/a\0b")
    with pytest.raises(EngineError, match=f"no chain can be kept in {tmp_path}/file/chain: {tmp_path}/file is a file"):
        run(tmp_path / "file" / "chain")
    monkeypatch.setattr("os.access", lambda *_: False)
    with pytest.raises(EngineError, match=f"{tmp_path} may not be written to"):
        run(tmp_path / "new")
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_the_fingerprint_of_another_fit_goes_before_its_chain_does(tmp_path, monkeypatch):
    """Else a disk that fills in between leaves a chain that claims to be of another fit."""
    make().emcee(nstep=12, discard=5, savepath=tmp_path)
    monkeypatch.setattr("spec_lab.engines.emcee.save_table", lambda *_: (_ for _ in ()).throw(OSError(28, "full")))
    with pytest.warns(SpecLabWarning, match="full"):
        changed_prior().emcee(nstep=12, discard=5, savepath=tmp_path, resume=False)
    monkeypatch.undo()
    with pytest.warns(SpecLabWarning, match="nothing says what the chain"):
        make().emcee(nstep=12, discard=5, savepath=tmp_path)


def test_a_file_that_claims_more_than_it_holds_is_damaged(tmp_path):
    make().emcee(nstep=12, discard=5, savepath=tmp_path)
    with np.load(tmp_path / "1-.npz") as file:
        arrays = dict(file)
    np.savez_compressed(tmp_path / "1-.npz", **{**arrays, "chain": np.zeros((10_000, 32, 2))})
    with pytest.warns(SpecLabWarning, match=r"1-.npz is damaged \(it claims .* bytes"):
        make().emcee(nstep=12, discard=5, savepath=tmp_path)


def test_no_step_left_is_refused():
    with pytest.raises(EngineError, match="discard < nstep"):
        make().emcee(nstep=10, discard=10, random_seed=450001, savepath=None)


@pytest.mark.parametrize("engine", ["lmfit", "iminuit"])
def test_files_of_a_best_fit(engine, tmp_path):
    fit = make(cls=MaxLikeFit)
    options = {"minos": True} if engine == "iminuit" else {}
    result = getattr(fit, engine)(savepath=tmp_path / "new", **options)
    found = json.loads((tmp_path / "new" / "1-maxlike_res.json").read_text())
    np.testing.assert_allclose(found["values"], fit.free_pvalues)
    np.testing.assert_allclose(found["errors"], result.errors)
    np.testing.assert_allclose(found["covar"], result.covariance)
    assert ("minos_errors" in found) is (engine == "iminuit")
    sample = np.loadtxt(tmp_path / "new" / "1-bootstrap_sample.txt")
    assert sample.shape == (1000, 3)  # parameters, and the log probability
    np.testing.assert_allclose(sample[0, :2], fit.free_pvalues)
    np.testing.assert_allclose(sample[:5, 2], [fit.calc_loglike(x) + fit.calc_logprior(x) for x in sample[:5, :2]])

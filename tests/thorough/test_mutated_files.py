"""Saved fits and sessions changed at random, digests made right again: each opens and works, or is refused with a sentence.

pytest -m thorough tests/thorough          (SPEC_LAB_BUDGET: seconds a test, 60; SPEC_LAB_SEED: 1)
"""

import copy
import json
import random
import time
import zipfile

import pytest
from small import make_data
from thorough_budget import budget, seed

from spec_lab import BayesInfer
from spec_lab._base import SpecLabError
from spec_lab.models import bb, pl
from spec_lab.session import FitSession
from spec_lab.tree import SerializationError
from spec_lab.tree.errors import StructError
from spec_lab.tree.io import bundle

pytestmark = [pytest.mark.thorough, pytest.mark.filterwarnings("ignore"), pytest.mark.timeout(0)]
VALUES = [
    None, True, -1, 0, 10**12, 1.5, 1e300, "", "x", "\x00", "a" * 200, [], {},
    {"__kind__": "float", "value": "nan"}, {"__kind__": "tuple", "items": []}, {"__kind__": "dict", "items": []},
]  # fmt: skip


def places(part, path=()):
    """The path of every node of a JSON tree."""
    yield path
    items = part.items() if isinstance(part, dict) else enumerate(part) if isinstance(part, list) else ()
    for key, value in items:
        yield from places(value, (*path, key))


def at(part, path):
    for key in path:
        part = part[key]
    return part


def mutate(head, paths, rng):
    """Change one node of a manifest."""
    manifest = head["manifest"]
    *above, key = rng.choice(paths)
    parent = at(manifest, above)
    how = rng.random()
    if how < 0.55:
        parent[key] = copy.deepcopy(rng.choice(VALUES))
    elif how < 0.7:
        del parent[key]
    elif how < 0.85:
        parent[key] = copy.deepcopy(at(manifest, rng.choice(paths)))
    elif isinstance(parent[key], int | float) and not isinstance(parent[key], bool):
        parent[key] = parent[key] * rng.choice([-1, 2, 1e9]) + rng.choice([0, 1])
    elif isinstance(parent, list):
        parent.append(copy.deepcopy(parent[key]))
    else:
        parent[f"{key}z"] = parent[key]


def use_fit(path):
    infer = BayesInfer.load(path)
    repr(infer), str(infer.par_info), infer._repr_html_(), infer.stat, infer.setup.model(0), repr(infer.outcome)


def use_session(path):
    session = FitSession.load(path)
    infer = session.infer
    repr(infer), str(infer.par_info), infer._repr_html_(), infer.stat, infer.setup.model(0)
    [repr(run) for run in session.state.runs], session.script(), str(session.journal)
    session.save(path.with_name("again.speclab"))


@pytest.mark.parametrize("kind", ["fit", "session"])
def test_a_changed_file_works_or_is_refused_with_a_sentence(kind, tmp_path):
    infer = BayesInfer([(make_data(1), pl() + bb()), (make_data(2), pl() + bb())])
    infer.link([1, 5])
    infer.par[3].frozen = True
    infer.fit()
    if kind == "fit":
        path, use = infer.export(tmp_path / "fit.zip"), use_fit
    else:
        path, use = FitSession(infer).save(tmp_path / "s.speclab"), use_session
    with zipfile.ZipFile(path) as archive:
        original, arrays = json.loads(archive.read("manifest.json")), archive.read("arrays.npz")
    paths = [place for place in places(original["manifest"]) if place]
    end, tries, outcomes = time.monotonic() + budget(), 0, {"works": 0, "refused": 0}
    while time.monotonic() < end:
        rng = random.Random(f"{seed()}/{kind}/{tries}")
        tries += 1
        head = copy.deepcopy(original)
        mutate(head, paths, rng)
        head["digests"]["manifest.json"] = bundle._digest_of(head)
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("manifest.json", json.dumps(head))
            archive.writestr("arrays.npz", arrays)
        try:
            use(path)
            outcomes["works"] += 1
        except (SpecLabError, StructError, SerializationError):
            outcomes["refused"] += 1
        except Exception as error:
            raise AssertionError(f"try {tries - 1} of {kind}: {type(error).__name__}: {error}") from error
    print(f"{kind}: {tries} changed files, {outcomes}")
    assert all(outcomes.values())

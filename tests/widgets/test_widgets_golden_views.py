"""The golden conversations that the front end's tests replay are what Python says today."""

import base64
import json

import numpy as np
import pytest
from make_golden_views import FOLDER, SCENES, scene


def same(a, b, where=""):
    """Equal in all but the last digits of numbers."""
    if isinstance(a, dict):
        assert list(a) == list(b), where
        for key in a:
            same(a[key], b[key], f"{where}.{key}")
    elif isinstance(a, list):
        assert len(a) == len(b), where
        for i, pair in enumerate(zip(a, b, strict=True)):
            same(*pair, f"{where}[{i}]")
    elif isinstance(a, float) or isinstance(b, float):
        assert a == pytest.approx(b, rel=1e-3, abs=1e-6), where
    else:
        assert a == b, where


def same_said(kept, now, said):
    """The same messages, buffers to a few digits."""
    assert len(kept) == len(now), said
    for old, new in zip(kept, now, strict=True):
        same(old["content"], new["content"], said)
        for buffers in zip(old["buffers"][:1], new["buffers"][:1], strict=True):
            first = [np.frombuffer(base64.b64decode(buffer), "<f4") for buffer in buffers]
            np.testing.assert_allclose(*first, rtol=2e-3, atol=1e-5)


def without_words(scene):
    """Without those of other floors, which change with them: names of engines, priors and components."""
    view = scene["opening"][0]["content"]
    view["engines"], view["params"]["families"] = [], []
    scene["questions"] = [each for each in scene["questions"] if each["ask"].get("name") != "components"]
    return scene


@pytest.mark.parametrize("name", SCENES)
def test_golden_conversations_are_current(name):
    kept = without_words(json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8")))
    now = without_words(json.loads(json.dumps(scene(name))))
    said = f"run tests/widgets/make_golden_views.py: {name}"
    same_said(kept["opening"], now["opening"], said)
    before, after = ({"questions": each["questions"], **each["plays"]} for each in (kept, now))
    assert list(before) == list(after), said
    for play in before:
        assert [each["ask"] for each in before[play]] == [each["ask"] for each in after[play]], f"{said}: {play}"
        for old, new in zip(before[play], after[play], strict=True):
            same_said(old["said"], new["said"], f"{said}: {play}")

"""The golden messages that the front end's tests read are what Python tells today."""

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


@pytest.mark.parametrize("name", SCENES)
def test_golden_messages_are_current(name):
    kept, now = json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8")), scene(name)
    now = json.loads(json.dumps(now))
    for view in (kept["view"], now["view"]):  # whose words are those of other floors, and change with them
        view["engines"], view["params"]["families"] = [], []
    said = f"run tests/widgets/make_golden_views.py: {name}"
    same(kept["view"], now["view"], said)
    for old, new in zip(kept["frames"], now["frames"], strict=True):
        same(old["header"], new["header"], said)
        first = [np.frombuffer(base64.b64decode(frame["buffers"][0]), "<f4") for frame in (old, new)]
        np.testing.assert_allclose(*first, rtol=2e-3, atol=1e-5)

"""Fixtures of the tree floor."""

import pytest

import spec_lab.tree.references


@pytest.fixture
def packages(monkeypatch):
    """Declared packages, restored afterwards."""
    kept = set(spec_lab.tree.references._packages)
    monkeypatch.setattr(spec_lab.tree.references, "_packages", kept)

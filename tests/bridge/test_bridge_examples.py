"""The examples in the docstrings run and say what they say."""

import doctest
import importlib
import pkgutil

import pytest

import spec_lab.bridge as floor

MODULES = [m.name for m in pkgutil.walk_packages(floor.__path__, f"{floor.__name__}.")]


@pytest.mark.parametrize("name", MODULES)
def test_examples(name):
    failed, _ = doctest.testmod(importlib.import_module(name))
    assert failed == 0


def test_there_are_examples():
    finder = doctest.DocTestFinder(exclude_empty=True)
    modules = map(importlib.import_module, MODULES)
    assert sum(bool(t.examples) for module in modules for t in finder.find(module)) >= 2

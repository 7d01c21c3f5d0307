"""The examples in the docstrings run and say what they say."""

import doctest
import importlib
import pkgutil

import pytest

import spec_lab.variables as floor

MODULES = [f"{floor.__name__}.{m.name}" for m in pkgutil.iter_modules(floor.__path__)]


@pytest.mark.parametrize("name", MODULES)
def test_examples(name):
    failed, _ = doctest.testmod(importlib.import_module(name))
    assert failed == 0


def test_there_are_examples():
    finder = doctest.DocTestFinder(exclude_empty=True)
    modules = map(importlib.import_module, MODULES)
    assert sum(bool(t.examples) for module in modules for t in finder.find(module)) >= 10

"""Spectral models: components, their algebra, and integration over photon-energy bins. The door of the floor.

    energy       Energy, Grid: where spectra are evaluated, how bins are integrated
    parameter    parameters as fields of components; the `Parameter` record
    model        what every model can do
    component    the leaves: Additive, Multiplicative, Mathematical
    algebra      the operations: which kinds combine, and how
    powerlaws thermal factors …   the components, one family a file
    parse, catalog                from text to model; what there is

Not here: data, responses, statistics, priors as distributions (a parameter only carries its prior's text).
"""

from spec_lab.models import absorption, factors, powerlaws, thermal
from spec_lab.models.absorption import pcfabs, phabs, tbabs, tinvabs, wabs
from spec_lab.models.algebra import join, literal
from spec_lab.models.catalog import catalog, component_class
from spec_lab.models.component import Additive, Component, Mathematical, Multiplicative
from spec_lab.models.energy import Energy, Grid
from spec_lab.models.factors import const
from spec_lab.models.model import Model, Structure, Term
from spec_lab.models.parameter import Parameter, config, parameter
from spec_lab.models.powerlaws import cpl, pl
from spec_lab.models.thermal import bb

__all__ = [
    "Additive",
    "Component",
    "Energy",
    "Grid",
    "Mathematical",
    "Model",
    "Multiplicative",
    "Parameter",
    "Structure",
    "Term",
    "absorption",
    "bb",
    "catalog",
    "component_class",
    "config",
    "const",
    "cpl",
    "factors",
    "join",
    "literal",
    "parameter",
    "pcfabs",
    "phabs",
    "pl",
    "powerlaws",
    "tbabs",
    "thermal",
    "tinvabs",
    "wabs",
]

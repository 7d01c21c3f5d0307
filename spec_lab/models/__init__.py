"""Spectral models: components, their algebra, and integration over photon-energy bins. The door of the floor.

    parameter    parameters as fields of components; the `Parameter` record
    model        what every model can do
    documented   the names of bayspec: par, cfg, dictionaries by component, what the last fit says of a model
    fold         a model beside a response, without a fit
    component    the leaves: Additive, Multiplicative, Mathematical
    algebra      the operations: which kinds combine, and how
    parse, catalog    from text to model; what there is
    counterparts      which components XSPEC has, too, and how well they agree
    argument_checks       what a component may be given, and what is said when it is given something else
    shared_parameters     the parameters that many components have: amplitudes, energies, indices
    function_components   models from functions
    foreign      modules written for NumPyro, and others whose fields hold variables, read as components
    integration/      photon-energy bins: grids, nodes, cut bins, smoothing, fluxes in a band
    library/          the components, one family a file
    absorption/       factors of cold gas and dust, and their cross-sections
    tables/           models from files and arrays

Not here: data, responses, statistics, distributions of NumPyro (a parameter carries its prior as an object of `spec_lab.priors`).
"""

from collections.abc import Callable

from spec_lab._base import nearest
from spec_lab.models.absorption.dust import redden, zdust
from spec_lab.models.absorption.gas import pcfabs, phabs, tbabs, tinvabs, wabs, ztbabs
from spec_lab.models.absorption.unabsorbed import without_absorption as without_absorption
from spec_lab.models.algebra import Binary as Binary
from spec_lab.models.algebra import as_model, join, literal
from spec_lab.models.annotations import Curve as Curve
from spec_lab.models.annotations import Scalar as Scalar
from spec_lab.models.catalog import catalog, component_class, known_names, maker
from spec_lab.models.catalog import check_free as check_free
from spec_lab.models.component import Additive, Component, Mathematical, Multiplicative
from spec_lab.models.component import needs_time as needs_time
from spec_lab.models.counterparts import XSPEC as XSPEC
from spec_lab.models.documented import last_fit as last_fit
from spec_lab.models.function_components import component
from spec_lab.models.integration.band_flux import BandFlux as BandFlux
from spec_lab.models.integration.band_flux import Watch as Watch
from spec_lab.models.integration.band_flux import band_photons as band_photons
from spec_lab.models.integration.grid import KEV_TO_ERG as KEV_TO_ERG
from spec_lab.models.integration.grid import Energy, Grid
from spec_lab.models.library.band import band, cband, dband
from spec_lab.models.library.comptonised import comptt
from spec_lab.models.library.convolution import Convolution, gsmooth, zshift
from spec_lab.models.library.factors import const, cyclabs, edge, expabs, gabs, hecut, highecut, smedge
from spec_lab.models.library.flux_scaling import cflux, clumin, cpflux
from spec_lab.models.library.high_latitude import hleband, hlecpl
from spec_lab.models.library.joined_powerlaws import csb2pl, sb2pl, sb3pl, sb4pl
from spec_lab.models.library.lines import gauss, lorentz
from spec_lab.models.library.powerlaws import bknpl, cpl, logpar, pl
from spec_lab.models.library.smoothly_broken import csbpl, dsbpl, sbpl, tsbpl
from spec_lab.models.library.thermal import bb, bbodyrad, bremss, diskbb, diskpbb, mbb
from spec_lab.models.model import Model, Structure, Term
from spec_lab.models.parameter import Declaration as Declaration
from spec_lab.models.parameter import Parameter, config, parameter
from spec_lab.models.parameter import parameter_of as parameter_of
from spec_lab.models.parameter import variable_at as variable_at
from spec_lab.models.shared_parameters import AMPLITUDES as AMPLITUDES
from spec_lab.models.shared_parameters import SCALED_FLUXES as SCALED_FLUXES
from spec_lab.models.tables.table_models import atable, mtable, tabulated

__all__ = [
    "Additive",
    "Component",
    "Convolution",
    "Energy",
    "Grid",
    "Mathematical",
    "Model",
    "Multiplicative",
    "Parameter",
    "Structure",
    "Term",
    "as_model",
    "atable",
    "band",
    "bb",
    "bbodyrad",
    "bknpl",
    "bremss",
    "catalog",
    "cband",
    "cflux",
    "clumin",
    "component",
    "component_class",
    "comptt",
    "config",
    "const",
    "cpflux",
    "cpl",
    "csb2pl",
    "csbpl",
    "cyclabs",
    "dband",
    "diskbb",
    "diskpbb",
    "dsbpl",
    "edge",
    "expabs",
    "gabs",
    "gauss",
    "gsmooth",
    "hecut",
    "highecut",
    "hleband",
    "hlecpl",
    "join",
    "literal",
    "logpar",
    "lorentz",
    "mbb",
    "mtable",
    "parameter",
    "pcfabs",
    "phabs",
    "pl",
    "redden",
    "sb2pl",
    "sb3pl",
    "sb4pl",
    "sbpl",
    "smedge",
    "tabulated",
    "tbabs",
    "tinvabs",
    "tsbpl",
    "wabs",
    "zdust",
    "zshift",
    "ztbabs",
]


def __getattr__(name: str) -> Callable[..., Component]:
    """Aliases are names here too: ``models.powerlaw``, ``models.zphabs``; so are components made with `component`."""
    make = None if name.startswith("_") else maker(name)
    if make is None:
        near = None if name.startswith("_") else nearest(name, known_names())
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}" + (f". {near}" if near else ""))
    return make

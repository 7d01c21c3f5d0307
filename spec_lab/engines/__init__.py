"""Engines: one a file behind one contract, `run(problem, options, control) -> Outcome`.

`catalog` is the table of them; each engine's module is imported when it is first used.
"""

from spec_lab.engines.catalog import ENGINES as ENGINES
from spec_lab.engines.catalog import Engine as Engine
from spec_lab.engines.catalog import check_proper as check_proper
from spec_lab.engines.catalog import find_engine as find_engine
from spec_lab.engines.catalog import improper as improper
from spec_lab.engines.catalog import make_options as make_options
from spec_lab.engines.catalog import run_engine as run_engine
from spec_lab.engines.chain_diagnostics import ess as ess
from spec_lab.engines.chain_diagnostics import ess_sd as ess_sd
from spec_lab.engines.chain_diagnostics import rhat as rhat
from spec_lab.engines.control import Control as Control
from spec_lab.engines.control import Progress as Progress
from spec_lab.engines.frozen_draws import doubt_of_weights as doubt_of_weights
from spec_lab.engines.interrupt import stop_on_interrupt as stop_on_interrupt
from spec_lab.engines.newton import minimise as minimise
from spec_lab.engines.newton import quick_fit as quick_fit
from spec_lab.engines.newton import resume_minimise as resume_minimise
from spec_lab.engines.newton import values_of as values_of
from spec_lab.engines.options import new_seed as new_seed
from spec_lab.engines.outcome import Outcome as Outcome
from spec_lab.engines.outcome import Status as Status
from spec_lab.engines.presets import presets as presets
from spec_lab.engines.psis import psis as psis
from spec_lab.engines.simulation import simulate_units as simulate_units

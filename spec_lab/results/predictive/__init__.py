"""Would the model give such data? Simulated data sets beside the recorded one."""

from spec_lab.results.predictive.check import SEED, PredictiveCheck, SimulatedUnit, posterior_check, refitted_check
from spec_lab.results.predictive.simulated import (
    SimulatedCounts,
    Tail,
    possible_background,
    simulate_counts,
    tail,
)

__all__ = [
    "SEED",
    "PredictiveCheck",
    "SimulatedCounts",
    "SimulatedUnit",
    "Tail",
    "possible_background",
    "posterior_check",
    "refitted_check",
    "simulate_counts",
    "tail",
]

"""The documented parameters: names in order, start values and beliefs of every component that has a documented table."""

import pytest

from spec_lab.models import Model

A, EP, SHARP, STEEP, WIDE = "0 [-10,10]", "2 [0,4]", "-1 [-2,2]", "-3 [-6,-2]", "[-6,4]"
DOCUMENTED = {
    "pl": f"alpha 0 [-10,10], logA {A}",
    "cpl": f"alpha {SHARP}, logEp {EP}, logA {A}",
    "cpl(vfv_peak=False)": f"alpha -1 [-8,4], logEc {EP}, logA {A}",
    "sbpl": f"alpha {SHARP}, beta {STEEP}, logEp {EP}, logA {A}",
    "sbpl(vfv_peak=False)": f"alpha1 -1 {WIDE}, alpha2 -3 {WIDE}, logEb {EP}, logA {A}",
    "csbpl": f"alpha1 1 [-2,2], alpha2 -1 [-2,2], logEb 1 [-1,3], logEp {EP}, logA {A}",
    "csbpl(vfv_peak=False)": f"alpha1 1 {WIDE}, alpha2 -1 {WIDE}, logEb 1 [-1,3], logEc {EP}, logA {A}",
    "dsbpl": f"alpha1 1 [-2,2], alpha2 -1 [-2,2], beta {STEEP}, logEb 1 [-1,3], logEp {EP}, logA {A}",
    "dsbpl(vfv_peak=False)": (
        f"alpha1 1 {WIDE}, alpha2 -1 {WIDE}, alpha3 -3 {WIDE}, logEb1 1 [-1,3], logEb2 {EP}, logA {A}"
    ),
    "tsbpl": (
        f"alpha1 2 {WIDE}, alpha2 1 {WIDE}, alpha3 -1 {WIDE}, alpha4 -3 {WIDE}, "
        f"logEb1 1 [-1,3], logEb2 {EP}, logEb3 3 [1,5], logA {A}"
    ),
    "sb2pl": f"alpha {SHARP}, beta {STEEP}, logEp {EP}, logA {A}",
    "csb2pl": f"alpha1 1 [-2,2], alpha2 -1 [-2,2], logEb 1 [-1,3], logEp {EP}, logA {A}",
    "csb2pl(vfv_peak=False)": f"alpha1 1 {WIDE}, alpha2 -1 {WIDE}, logEb 1 [-1,3], logEc {EP}, logA {A}",
    "sb3pl": f"alpha1 1 {WIDE}, alpha2 -1 {WIDE}, alpha3 -3 {WIDE}, logEb1 1 [-1,3], logEb2 {EP}, logA {A}",
    "band": f"alpha {SHARP}, beta {STEEP}, logEp {EP}, logA {A}",
    "cband": f"alpha1 1 [-2,2], alpha2 -1 [-2,2], logEb 1 [0,3], logEp 3 [1,4], logA {A}",
    "dband": f"alpha1 1 [-2,2], alpha2 -1 [-2,2], beta {STEEP}, logEb 1 [0,3], logEp 3 [1,4], logA {A}",
    "bb": f"logkT 1 [-2,4], logA {A}",
    "mbb": f"logkTmin 0 [-1,3], logkTmax {EP}, m 0 [-2,2], logA {A}",
    "hlecpl": f"alpha {SHARP}, logEpc {EP}, logAc 0 [-6,6], t0 0 [-20,20], tc 10 [0,50]",
    "hleband": f"alpha {SHARP}, beta -4 [-6,-2], logEpc {EP}, logAc 0 [-6,6], t0 0 [-20,20], tc 10 [0,50]",
    "hecut": "logEc 2 [-1,5]",
    "wabs": "N_H 1 [0.0001,50]",
    "phabs": "N_H 1 [0.0001,50]",
    "tbabs": "N_H 1 [0.0001,50]",
    "redden": "EBV 0.1 [0,5]",
    "zdust": "EBV 0.1 [0,100]",
    "const": "C 0 [-10,10]",
}


@pytest.mark.parametrize("text", DOCUMENTED)
def test_parameters_are_the_documented_ones(text):
    told = [(p.name, p.value, str(p.prior).removeprefix("unif")) for p in Model.parse(text).parameters]
    ours = ", ".join(f"{name} {value:g} [{prior.strip('()').replace(', ', ',')}]" for name, value, prior in told)
    assert ours == DOCUMENTED[text]

"""The components that come with spec_lab, one family a file.

    powerlaws, smoothly_broken, joined_powerlaws, band, high_latitude, thermal, comptonised, lines   sources of photons
    factors        a constant, cut-offs, an edge, an absorption line
    convolution    operators on models

Factors of cold gas and dust are in `spec_lab.models.absorption`.
"""

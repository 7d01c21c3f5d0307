"""How far may a parameter move? The statistic along one parameter or over two, the others refitted."""

from spec_lab.results.profiles.contours import LEVELS, Contour, contour
from spec_lab.results.profiles.one_parameter import Profile, profile
from spec_lab.results.profiles.profiles import Profiles

__all__ = ["LEVELS", "Contour", "Profile", "Profiles", "contour", "profile"]

"""Responses that depend on where the source is: `balrog` holds the generator, `direction_table` interpolates in its matrices."""

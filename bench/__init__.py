"""Measurements of a running server: `make bench`. Each figure is taken in one run with what it is compared to."""

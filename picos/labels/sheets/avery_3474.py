"""Avery Zweckform 3474, A4: 24 labels, 70 × 37 mm, edge to edge."""

from picos.labels.sheets import A4

NAME = "3474"
TITLE = "Avery Zweckform 3474, A4: 24 labels, 70 × 37 mm, edge to edge"
PAGE = A4
COLUMNS = 3
ROWS = 8
LABEL = (70.0, 37.0)
MARGIN = (0.0, 0.5)
PITCH = (70.0, 37.0)

"""Avery L7159, A4: 24 labels, 63.5 × 33.9 mm."""

from picos.labels.sheets import A4

NAME = "L7159"
TITLE = "Avery L7159, A4: 24 labels, 63.5 × 33.9 mm"
PAGE = A4
COLUMNS = 3
ROWS = 8
LABEL = (63.5, 33.9)
MARGIN = (7.21, 12.9)
PITCH = (66.04, 33.9)

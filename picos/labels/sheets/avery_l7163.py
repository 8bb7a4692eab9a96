"""Avery L7163, A4: 14 labels, 99.1 × 38.1 mm."""

from picos.labels.sheets import A4

NAME = "L7163"
TITLE = "Avery L7163, A4: 14 labels, 99.1 × 38.1 mm"
PAGE = A4
COLUMNS = 2
ROWS = 7
LABEL = (99.1, 38.1)
MARGIN = (4.65, 15.15)
PITCH = (101.6, 38.1)

"""Avery L7160, A4: 21 labels, 63.5 × 38.1 mm."""

from picos.labels.sheets import A4

NAME = "L7160"
TITLE = "Avery L7160, A4: 21 labels, 63.5 × 38.1 mm"
PAGE = A4
COLUMNS = 3
ROWS = 7
LABEL = (63.5, 38.1)
MARGIN = (7.21, 15.15)
PITCH = (66.04, 38.1)

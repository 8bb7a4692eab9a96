"""Avery L7651, A4: 65 labels, 38.1 × 21.2 mm."""

from picos.labels.sheets import A4

NAME = "L7651"
TITLE = "Avery L7651, A4: 65 labels, 38.1 × 21.2 mm"
PAGE = A4
COLUMNS = 5
ROWS = 13
LABEL = (38.1, 21.2)
MARGIN = (4.67, 10.7)
PITCH = (40.64, 21.2)

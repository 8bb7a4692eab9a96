"""Avery L7654, A4: 40 labels, 45.7 × 25.4 mm."""

from picos.labels.sheets import A4

NAME = "L7654"
TITLE = "Avery L7654, A4: 40 labels, 45.7 × 25.4 mm"
PAGE = A4
COLUMNS = 4
ROWS = 10
LABEL = (45.7, 25.4)
MARGIN = (9.76, 21.5)
PITCH = (48.26, 25.4)

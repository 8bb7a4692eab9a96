"""Avery 5163, letter: 10 labels, 4 × 2 in."""

from picos.labels.sheets import INCH, LETTER

NAME = "5163"
TITLE = "Avery 5163, letter: 10 labels, 4 × 2 in"
PAGE = LETTER
COLUMNS = 2
ROWS = 5
LABEL = (4 * INCH, 2 * INCH)
MARGIN = (0.15625 * INCH, 0.5 * INCH)
PITCH = (4.1875 * INCH, 2 * INCH)

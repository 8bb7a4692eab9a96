"""Avery 5160, letter: 30 labels, 2⅝ × 1 in."""

from picos.labels.sheets import INCH, LETTER

NAME = "5160"
TITLE = "Avery 5160, letter: 30 labels, 2⅝ × 1 in"
PAGE = LETTER
COLUMNS = 3
ROWS = 10
LABEL = (2.625 * INCH, 1 * INCH)
MARGIN = (0.1875 * INCH, 0.5 * INCH)
PITCH = (2.75 * INCH, 1 * INCH)

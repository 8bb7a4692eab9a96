"""Avery 22806, letter: 12 square labels, 2 × 2 in."""

from picos.labels.sheets import INCH, LETTER

NAME = "22806"
TITLE = "Avery 22806, letter: 12 square labels, 2 × 2 in"
PAGE = LETTER
COLUMNS = 3
ROWS = 4
LABEL = (2 * INCH, 2 * INCH)
MARGIN = (0.625 * INCH, 0.625 * INCH)
PITCH = (2.625 * INCH, 7.75 / 3 * INCH)

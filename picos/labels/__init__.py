"""What a batch's codes are printed from: sheets of labels as PDF, ZPL for label printers, CSV, a ZIP of SVGs.

Lengths are in millimetres, from the top left corner, unless a name says otherwise.
"""

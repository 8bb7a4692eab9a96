"""Advisories: one notice for many picos, found when a page is read, told to owners at a steady rate."""

"""The record that an owner and a company share about one pico: entries, who sees them, photos."""

"""In a real Chromium, against real processes."""

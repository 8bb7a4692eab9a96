"""Reaching people outside their dashboard: by mail, in their browser, through services of their own."""

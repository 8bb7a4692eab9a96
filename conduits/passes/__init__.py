"""Context passes: in a call the customer reads a short code out, and the agent sees once, for 30 minutes, what the
customer ticked, as they saw it. Both sides keep the receipt, which says what was shown and no value of it.
"""

"""What every API door shares: keys, problem details, pages of a list, idempotency, throttles."""

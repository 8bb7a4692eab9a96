"""The engine: takes events from the queue and runs the rules that wait for them, each effect exactly once."""

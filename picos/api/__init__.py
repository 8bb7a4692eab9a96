"""The API's doors to picos, journals, conduits and deliveries. What a company gets passes conduits/gate.py."""

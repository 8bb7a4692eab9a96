"""A call centre with its own program and records: it hears of scans by webhook, and answers through the API.

It stands for any company's own system, so it knows no more of Pico Conduit than docs/ tells everybody: it imports
none of the other floors, and is told its port, folder and keys when it starts.
"""

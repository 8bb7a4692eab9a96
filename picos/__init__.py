"""Products, batches, picos and their codes: scanning, claiming, losing and finding, and the events of it all."""

"""Settings, URLs and the processes: how the floors are put together and started."""

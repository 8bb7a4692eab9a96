"""Terms after IEEE 7012: rosters of agreements, how two sides come to one, and its signed record."""

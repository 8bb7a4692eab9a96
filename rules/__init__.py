"""IF event AND conditions THEN actions: the rules, the engine that drains events through them, and their runs."""

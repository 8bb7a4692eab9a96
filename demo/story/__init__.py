"""Both scenes, played against a running server through its public doors only, as browsers and programs would."""

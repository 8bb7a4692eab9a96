"""People, companies, their members and keys, and how they sign in."""

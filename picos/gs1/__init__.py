"""GS1 Digital Link: reading such addresses, and finding what they name (docs/gs1.md has the standards)."""

"""The suite: one folder per floor, named for behaviour. See CONTRIBUTING.md."""

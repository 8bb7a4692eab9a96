"""Rules as pages, the same for a person and for a company's desk."""

"""The API's doors to rules, runs and endpoints."""

"""The domain: events, claims, dates and provenance. Imports the standard library and Pydantic only."""

"""What every Salname service shares: the domain, the log store, settings and telemetry."""

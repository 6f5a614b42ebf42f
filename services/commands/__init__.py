"""The commands of `salname` that are a subject of their own; `services.cli` registers them."""

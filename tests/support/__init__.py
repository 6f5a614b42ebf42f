"""Real servers for tests and benchmarks, started and cleaned up by ourselves."""

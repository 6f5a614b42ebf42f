"""What Salname is measured beside, each behind the same small interface (`benchmarks.race`)."""

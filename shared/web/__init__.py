"""What every HTTP surface shares: problem details, authentication, health."""

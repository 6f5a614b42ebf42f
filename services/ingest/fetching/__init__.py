"""Pages from the web, through a guard: only public addresses, only so much, only so long, and the response kept as it came."""

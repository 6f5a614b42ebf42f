"""Cryptography: sealing what may have to go, signing what must stay, and proofs that hold without us."""

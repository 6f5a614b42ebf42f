"""The key-encryption key of tests."""

from shared.crypto.sealing import KeyEncryptionKey

KEK = KeyEncryptionKey(bytes(range(32)))

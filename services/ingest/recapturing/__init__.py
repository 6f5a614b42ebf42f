"""Sources captured again: what their claims became, and when to look next."""

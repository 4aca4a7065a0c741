"""Sessions: what each is, where, which instalment it carries, and that it was held (S1, S3, B3)."""

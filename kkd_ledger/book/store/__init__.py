"""The one writer: batches whole or not at all, under one lock, durable."""

"""Background jobs: enqueued on the caller's transaction, done by the worker, each in a transaction of its own."""

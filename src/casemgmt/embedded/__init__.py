"""The embedded database: PostgreSQL from a wheel, owned by the process that started it.

`server.EmbeddedServer` is what callers use. It starts one guard process (`guard`), which alone touches the
data folder, and the guard starts PostgreSQL:

    holder (the service, the tests) ──pipe──► guard ──parent of──► postgres

- The pipe is the life line: when the holder ends in any way, the kernel closes it and the guard stops the
  server.
- When the guard is killed, the kernel tells the server to stop (Linux), and the holder sees the pipe close.
- One `flock` on the data folder is inherited by every PostgreSQL process. As long as any of them lives, the
  kernel holds the lock; when it is free, the kernel has vouched that none does. Process ids decide nothing
  by themselves.
"""

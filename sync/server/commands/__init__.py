"""The commands of `tyopari-server`, one module a subject: each adds its own by `add`."""

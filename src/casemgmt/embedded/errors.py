"""What goes wrong with the embedded database, in words for the person who started it."""


class EmbeddedServerError(Exception):
    """The embedded server could not be started, or stopped in order. The text is for the user."""

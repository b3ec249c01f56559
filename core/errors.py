"""What goes wrong with a user's input, and a run that was cancelled."""


class InputDataError(ValueError):
    """An input that cannot be used; the text says what was found, where, and what to do.

    The text is kept as a template and its values, so that an interface can translate the template.

    Parameters
    ----------
    template : str
        English text with `{name}` placeholders.
    **values
        What fills the placeholders.

    Examples
    --------
    >>> str(InputDataError("No column '{column}' in {table}.", column="gdp", table="stats.csv"))
    "No column 'gdp' in stats.csv."
    """

    def __init__(self, template, **values):
        self.template = template
        self.values = values
        super().__init__(self.worded(template))

    def worded(self, template):
        """The error with its values in `template`, which is its own or a translation of it."""
        return template.format(**self.values) if self.values else template


class Cancelled(Exception):
    """The user cancelled the run; whoever opened a file removes it on the way out."""

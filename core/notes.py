"""Notes: the decisions taken for the user and the warnings that a result carries.

Core never prints and never uses `warnings` (not thread-safe): a result holds a tuple of notes.
"""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Note:
    """One decision or warning.

    The text is a template and its values, so that an interface can translate the template.
    """

    kind: str  # 'decision' or 'warning'
    template: str
    values: dict = field(default_factory=dict)
    count: int | None = None  # how many units, cells or rows it is about
    about: str = ""  # what the note is about where results have several parts, such as a year

    @property
    def text(self):
        """The note in English."""
        return self.worded(self.template)

    def worded(self, template):
        """The note with its values in `template`, which is its own or a translation of it."""
        text = template.format(**self.values) if self.values else template
        return f"{self.about}: {text}" if self.about else text


def decision(template, **values):
    """A choice that was made for the user and that changes the result."""
    return Note("decision", template, values)


def warning(template, count=None, **values):
    """Something a careful user would want to know before trusting the result."""
    if count is not None:
        values = {"count": count, **values}
    return Note("warning", template, values, count)


def listing(names, most=10):
    """'a, b, c and 12 more': a list short enough for a message.

    Examples
    --------
    >>> listing(["a", "b", "c"], most=2)
    'a, b and 1 more'
    """
    names = [str(name) for name in names]
    shown = ", ".join(names[:most])
    return shown if len(names) <= most else f"{shown} and {len(names) - most} more"

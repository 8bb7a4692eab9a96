"""HTML, which some systems want, from plain text. What comes back as HTML is read by conduits/mail/markup.py."""

import html


def as_html(text: str) -> str:
    """The text, with its line breaks and nothing that acts."""
    return html.escape(text).replace("\n", "<br>")

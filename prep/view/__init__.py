"""A look at a prep run: one static page with every reply and its outline side by side."""

PAGE = "view.html"

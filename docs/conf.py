"""The settings of the documentation site. ``nox -s docs`` builds it: ``python -m docs.site.build``.

No page refers to another server: no fonts, no scripts, no badges from elsewhere, and no index of somebody else's names.
"""

from __future__ import annotations

from importlib.metadata import version as installed
from typing import TYPE_CHECKING, Final

from docs.site.rendering import (
    hide_borrowed_words,
    hide_colons,
    mark_sources,
    share_side_bar,
    shorten_aliases,
    show_colons,
    show_signature,
    show_wire_fields,
)

if TYPE_CHECKING:
    from sphinx.application import Sphinx

project = "service_engine"
author = "service_engine contributors"
project_copyright = author
version = release = installed("service-engine")
language = "en_GB"

extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon"]
source_suffix = {".md": "markdown", ".rst": "restructuredtext"}
myst_heading_anchors = 4
nitpicky = True
# Names of the standard library and of other packages are shown, and lead nowhere: their pages are on other servers.
# So are type variables and what is private.
nitpick_ignore_regex = [
    ("py:.*", r"(?!service_engine\.).*"),
    ("py:.*", r"service_engine\..*\.[A-Z]"),
    ("py:.*", r"service_engine\.(.*\.)?_.*|.*<locals>.*"),
]
# What these are is nobody's business but the library's own, though a public signature names them.
nitpick_ignore = [
    ("py:class", "service_engine.adapters.memory.state.State"),
    ("py:class", "service_engine.testing.contracts.lists.Lists"),
]

autodoc_class_signature = "mixed"
autodoc_member_order = "bysource"
autodoc_typehints = "signature"
autodoc_preserve_defaults = True
autodoc_use_type_comments = False  # there are none, and looking for them takes a while
autodoc_inherit_docstrings = True
napoleon_numpy_docstring = False
napoleon_custom_sections = ["Source"]
python_use_unqualified_type_names = True
python_maximum_signature_line_length = 120
add_module_names = False
toc_object_entries_show_parents = "hide"

html_theme = "furo"
html_title = f"service_engine {version}"
html_static_path = ["site/static"]
templates_path = ["site/templates"]
html_css_files = ["site.css"]
html_show_sphinx = False
html_copy_source = False
html_show_sourcelink = False
html_use_opensearch = ""
html_use_index = html_domain_indices = False  # the search and the reference find every name
pygments_style = "friendly"
pygments_dark_style = "monokai"

FIRST: Final = 300
BEFORE_NAPOLEON: Final = 400


def setup(app: Sphinx) -> None:
    """Connect what renders this library's own kinds of things."""
    app.connect("autodoc-process-signature", show_signature)
    app.connect("autodoc-process-docstring", hide_borrowed_words, priority=FIRST)
    app.connect("autodoc-process-docstring", mark_sources, priority=BEFORE_NAPOLEON)
    app.connect("autodoc-process-docstring", hide_colons, priority=BEFORE_NAPOLEON)
    app.connect("autodoc-process-docstring", show_colons)
    app.connect("autodoc-process-docstring", show_wire_fields)
    app.connect("object-description-transform", shorten_aliases)
    app.connect("html-page-context", share_side_bar, priority=FIRST)

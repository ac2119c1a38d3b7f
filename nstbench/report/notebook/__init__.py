"""What the notebooks share: results of a document, and all claims, read from files of a finished pipeline.

Only `Document.vary` makes new pictures; nothing else imports torch.
"""

from nstbench.report.notebook.claims import Claims
from nstbench.report.notebook.document import Document
from nstbench.report.notebook.glossary import glossary

__all__ = ["Claims", "Document", "glossary"]

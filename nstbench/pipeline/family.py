"""The short name of a document, by which its experiments find their notebook."""

import re
import unicodedata


def family(document: str) -> str:
    """The first author's name in lower-case ASCII: `unlusoy` of "Ünlüsoy, Menssen and Cerrada, ..."."""
    ascii_only = unicodedata.normalize("NFKD", document).encode("ascii", "ignore").decode()
    return "".join(re.findall(r"\w+", ascii_only)[:1]).lower()

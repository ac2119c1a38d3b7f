"""Scripts by others that pages share, once in reports/assets: Vega with Vega-Lite, and DataTables."""

import re
from pathlib import Path

from nstbench.core.files import write_text

# How the module of itables ends: what it has, and by which names others may import it.
EXPORTS = re.compile(r"export\s*\{([^}]*)\};?")


def write_assets(reports: Path) -> None:
    """Write reports/assets/vega.js, tables.js and tables.css.

    Pages that are opened as files may not load modules, so both are plain scripts: they leave `vegaEmbed` and
    `itables` in the window.
    """
    import itables
    import vl_convert

    folder = reports / "assets"
    write_text(folder / "vega.js", _alone(vl_convert.javascript_bundle("window.vegaEmbed = vegaEmbed;")))
    packaged = Path(itables.__file__).parent / "html"
    module = (packaged / "dt_bundle.js").read_text(encoding="utf-8")
    write_text(folder / "tables.js", _alone(EXPORTS.sub(_as_properties, module)))
    write_text(folder / "tables.css", (packaged / "dt_bundle.css").read_text(encoding="utf-8"))


def _alone(script: str) -> str:
    """A script whose names are its own, so that two of them on a page do not meet."""
    return f"(() => {{\n{script}\n}})();\n"


def _as_properties(exports: re.Match[str]) -> str:
    """`export {a as b}` as `window.itables = {b: a}`."""
    pairs = (pair.strip().partition(" as ") for pair in exports[1].split(","))
    return f"window.itables = {{{', '.join(f'{name or own}: {own}' for own, _, name in pairs)}}};"

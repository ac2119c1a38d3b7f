"""Pages of the documentation that are written from the project itself: commands, examples, rooms, changes."""

from pathlib import Path
from typing import Any

import typer
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files

from nstbench.cli import app

CHECKOUT = Path(__file__).resolve().parent.parent
ROOMS = {
    "methods": "Methods",
    "losses": "Losses",
    "metrics": "Metrics",
    "networks": "Networks",
    "optim": "Optimisers",
    "images": "Pictures",
}


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the generated pages to those of the folder."""
    pages = {
        "reference/commands.md": commands(),
        "reference/examples.md": examples(),
        "reference/api.md": "# The library\n\nWhat `import nstbench` offers.\n\n::: nstbench.api\n",
        "reference/changelog.md": (CHECKOUT / "CHANGELOG.md").read_text().replace("](docs/", "](../"),
    }
    for room, title in ROOMS.items():
        pages[f"reference/{room}.md"] = f"# {title}\n\n::: nstbench.{room}\n"
    for path, text in pages.items():
        files.append(File.generated(config, path, content=text))
    return files


def commands() -> str:
    """Every command with its arguments, options and examples, as `-h` shows them."""
    group: Any = typer.main.get_command(app)
    sections = ["# Commands\n\n`nstbench COMMAND -h` shows the same in the terminal."]
    for name, command in group.commands.items():
        if not command.hidden:
            sections.append(_section(name, command))
    return "\n\n".join(sections) + "\n"


def _section(name: str, command: Any) -> str:
    context = typer.Context(command, info_name=f"nstbench {name}")
    rows = []
    for parameter in command.params:
        if parameter.name == "help" or getattr(parameter, "hidden", False):
            continue
        record = parameter.get_help_record(context)
        signature, text = record if record else (parameter.make_metavar(context), parameter.help or "")
        rows.append(f"| `{_cell(signature)}` | {_cell(text)} |")
    parts = [
        f"## {name}",
        command.help or "",
        f"```\n{command.get_usage(context).removeprefix('Usage: ')}\n```",
    ]
    if rows:
        parts.append("\n".join(["| option | |", "|---|---|", *rows]))
    if command.epilog:
        lines = [line for line in command.epilog.split("\n\n") if line != "Examples:"]
        parts.append("```\n" + "\n".join(lines) + "\n```")
    return "\n\n".join(parts)


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


def examples() -> str:
    """Every script of examples/, under the first line of its docstring."""
    sections = [
        "# Examples\n\nScripts of the folder `examples/`. Each runs by itself, with pictures that ship."
    ]
    for script in sorted((CHECKOUT / "examples").glob("*.py")):
        sections.append(f"## {script.name}\n\n```python\n{script.read_text()}```")
    return "\n\n".join(sections) + "\n"

"""Notebooks, executed in this process: a kernel of their own would have to import everything again."""

import re
from base64 import b64encode
from collections.abc import Mapping
from typing import Any

import pandas as pd
from IPython.core.displayhook import CapturingDisplayHook
from IPython.core.displaypub import CapturingDisplayPublisher
from IPython.core.interactiveshell import InteractiveShell
from IPython.utils.capture import capture_output
from nbformat import NotebookNode
from nbformat.v4 import new_output
from traitlets.config import Config

LANGUAGE = {
    "name": "python",
    "mimetype": "text/x-python",
    "file_extension": ".py",
    "pygments_lexer": "ipython3",
}
# As pandas has it in a kernel; anything else it takes for a terminal, into whose width tables have to fit.
COLUMNS = 20
# Where Python prints an object as its class and address, which differs from run to run.
ADDRESS = re.compile(r" at 0x[0-9a-f]+(?=>)")


def execute(notebook: NotebookNode) -> None:
    """Run the code cells one after the other, and put what each shows into it, as a kernel does.

    The first error is raised.
    """
    InteractiveShell.clear_instance()
    # No history, which is a database in the user's home.
    shell = InteractiveShell.instance(config=Config(HistoryManager={"enabled": False}))
    shown = CapturingDisplayPublisher()
    shell.display_pub = shown
    result = CapturingDisplayHook(shell)
    shell.display_trap.hook = result
    for cell in (each for each in notebook.cells if each.cell_type == "code"):
        number = shell.execution_count
        with capture_output(display=False) as printed, pd.option_context("display.max_columns", COLUMNS):
            shell.run_cell(cell.source, store_history=True).raise_error()
        texts = {"stdout": printed.stdout, "stderr": printed.stderr}
        cell.execution_count = number
        cell.outputs = [
            *(new_output("stream", name=name, text=text) for name, text in texts.items() if text),
            *(
                new_output("display_data", _encoded(each["data"]), metadata=each["metadata"])
                for each in shown.outputs
            ),
            *(
                new_output(
                    "execute_result",
                    _encoded(each["data"]) | {"text/plain": ADDRESS.sub("", each["data"]["text/plain"])},
                    metadata=each["metadata"],
                    execution_count=number,
                )
                for each in result.outputs
            ),
        ]
        shown.outputs.clear()
        result.outputs.clear()
    notebook.metadata.language_info = LANGUAGE


def _encoded(data: Mapping[str, Any]) -> dict[str, Any]:
    """What a cell shows by media type, with bytes, as of a picture, in base64: a notebook is text."""
    return {
        kind: b64encode(shown).decode() if isinstance(shown, bytes) else shown for kind, shown in data.items()
    }

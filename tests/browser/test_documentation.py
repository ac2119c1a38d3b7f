"""What the documentation needs besides its theme."""

from nstbench.pipeline.project import CHECKOUT

ASKING = """
new Promise((resolve) => {
  const worker = new Worker("worker.js");
  worker.addEventListener("message", ({ data }) => { worker.terminate(); resolve(data); });
  worker.postMessage({ one: 20, other: 22 });
})
"""


def test_the_search_s_worker_answers_on_a_page_from_the_disk(open_page, tmp_path):
    shim = (CHECKOUT / "docs" / "javascripts" / "iframe-worker.js").as_uri()
    (tmp_path / "page.html").write_text(f"<script src='{shim}'></script><body>")
    (tmp_path / "worker.js").write_text(
        "addEventListener('message', async ({ data }) => postMessage(data.one + data.other));"
    )
    page = open_page(tmp_path / "page.html")
    assert page.evaluate(ASKING) == 42
    assert page.locator("iframe").count() == 0

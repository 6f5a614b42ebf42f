"""The proof of a citation, as a reader finds it, reads it, downloads it and checks it."""

import shlex
import subprocess
import sys
from pathlib import Path

from playwright.sync_api import Browser, Page, expect

from services.ingest.cosignatures import NewCosignature
from shared.crypto.notes import Note
from tests.browser.conftest import Site
from tests.support.proofs import signer
from tests.support.servers import clean_environment

WITNESS = signer("witness.example/reader", 8)


def cosign(site: Site, page: Page) -> None:
    """Have a witness sign the newest checkpoint, once it covers all that was captured."""
    query, ingest = site.app.state.query, site.app.state.ingest
    info = ingest.chronology("fair")
    address = f"{site.url}/v1/chronologies/fair/checkpoint"
    while (note := page.request.get(address)).status != 200 or int(note.text().splitlines()[1]) < info.head:
        page.wait_for_timeout(50)
    assert query is not None
    signed = Note.decode(note.body())
    line = WITNESS.cosign(signed, 1_800_000_000).signatures[-1]
    given = NewCosignature(vkey=str(WITNESS.cosigner_vkey), signature=str(line))
    site.app.state.witnesses.add(info.id, info.head, given)


def test_a_reader_goes_from_a_claim_to_its_proof_and_checks_it_elsewhere(site: Site, page: Page, tmp_path: Path) -> None:
    cosign(site, page)
    page.goto(f"{site.url}/chronologies/fair")
    page.locator(".timeline h3 a").first.click()
    quote = page.locator("#claims q").first.inner_text()
    page.locator("#claims").get_by_role("link", name="Proof").first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Proof of a citation")
    expect(page.locator("article q")).to_have_text(quote)
    expect(page.locator(".record").nth(1)).to_contain_text("witness.example/reader")
    with page.expect_download() as download:
        page.get_by_role("link", name="Download the proof").click()
    file = tmp_path / "outside" / "citation.proof.json"
    download.value.save_as(file)
    assert download.value.suggested_filename == "citation.proof.json"
    command = shlex.split(page.locator("pre code").inner_text().replace("\\\n", " "))
    command[0] = str(Path(sys.executable).with_name(command[0]))
    done = subprocess.run(command, cwd=file.parent, env=clean_environment({}), capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    assert quote in done.stdout
    assert "witness witness.example/reader: saw this log at 2027-01-15" in done.stdout


def test_the_page_speaks_azerbaijani_and_fits_a_narrow_screen(site: Site, browser: Browser, page: Page) -> None:
    cosign(site, page)
    entry = page.request.get(f"{site.url}/v1/chronologies/fair/entries").json()["entries"][0]["id"]
    context = browser.new_context(locale="az-AZ", viewport={"width": 360, "height": 740})
    narrow = context.new_page()
    narrow.goto(f"{site.url}/chronologies/fair/claims/{entry}/proof")
    expect(narrow.get_by_role("heading", level=1)).to_have_text("Sitatın sübutu")
    assert narrow.evaluate("document.documentElement.scrollWidth") <= 360
    context.close()

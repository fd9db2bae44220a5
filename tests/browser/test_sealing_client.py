"""The sealing page in a real Chromium: what it seals opens with tools that are not ours, and no bad day loses a bid."""

from __future__ import annotations

import base64
import hashlib
import json
import subprocess
import tarfile
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from bidding.seal.bundle import bundle_digest
from bidding.seal.layers import new_identity
from bidding.seal.opening import open_envelope
from foundation import canonical
from foundation.certificates import open_seal
from foundation.signing import sign_detached
from tests.browser.sealing_server import PART, ROOT, SealingServer, Upload

CHINA = timezone(timedelta(hours=8))
SUPPLIER = {"name": "示范家具有限公司", "number": "91310000MA1FL0000X"}
SMALL = ("商务 文件(终).pdf", b"%PDF-1.7 small\n" * 4321)
LARGE_SIZE = 22 * 1024 * 1024 + 77


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A Chromium that keeps its private file system on the disk, as a person's does."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    """A browser profile that lasts for one test."""
    context = browser.new_context(viewport={"width": 1280, "height": 900}, service_workers="block")
    context.set_default_timeout(20_000)
    yield context
    context.close()


class Case:
    """A signed notice with an outer layer of one key and an inner layer of either of two, and the data of the page."""

    def __init__(self, folder: Path, ceiling: str = "2600000.00", given: dict[str, Any] | None = None) -> None:
        self.outer, self.first, self.second = new_identity(), new_identity(), new_identity()
        self.folder = folder
        folder.mkdir(exist_ok=True)
        usual = json.loads((ROOT / "tests/vectors/envelope.json").read_text("utf-8"))["notice"]["value"]
        value: dict[str, Any] = given or usual
        layers = [
            {"name": "platform", "recipients": [self.outer[1]]},
            {"name": "supervision", "recipients": [self.first[1], self.second[1]]},
        ]
        value["tender"]["lots"][0]["ceiling"] = ceiling
        value["envelopes"] = [{"lot": "1", "envelope": 1, "layers": layers}]
        value["client"] = {"bundle": bundle_digest(ROOT / "static")}
        self.notice = canonical.canonical(value)
        seal = open_seal(folder / "keys", now=datetime.now(UTC))
        self.pem = (folder / "keys" / "seal.pem").read_text().partition("-----BEGIN CERTIFICATE-----")[2]
        self.pem = "-----BEGIN CERTIFICATE-----" + self.pem
        self.signature = sign_detached(self.notice, seal, datetime.now(UTC))

    def data(self, **changes: Any) -> dict[str, Any]:
        """Return what the server puts into the page."""
        return {
            "notice_b64": base64.b64encode(self.notice).decode(),
            "notice_p7s_b64": base64.b64encode(self.signature).decode(),
            "platform_cert_pem": self.pem,
            "lot": "1",
            "supplier": SUPPLIER,
            "limits": {"files": 20, "bytes": 500_000_000},
        } | changes

    def server(self, **changes: Any) -> SealingServer:
        """Return a server for this notice that closes in two hours."""
        return SealingServer(self.data(**changes), datetime.now(CHINA) + timedelta(hours=2))

    def keep(self, upload: Upload) -> tuple[Path, Path]:
        """Write the two files of an upload to the disk."""
        for name in upload.claims["files"]:
            (self.folder / name).write_bytes(upload.content(name))
        return self.folder / "bid.age", self.folder / "bid.key.age"


@pytest.fixture
def case(tmp_path: Path) -> Case:
    return Case(tmp_path / "case")


def open_page(context: BrowserContext, server: SealingServer, lang: str = "en") -> Page:
    """Open the sealing page and wait until it is ready; a broken rule of its security policy fails the test."""
    page = context.new_page()
    page.on("console", lambda message: _heard(server, message.text))
    page.goto(server.page(lang))
    expect(page.locator("#seal-page")).to_be_visible()
    return page


def _heard(server: SealingServer, text: str) -> None:
    if "Content Security Policy" in text or "integrity" in text:
        server.violations.append(text)


def fill(page: Page) -> None:
    """Fill in everything that a bid needs, but no files."""
    for index, price in enumerate(("386", "4,450.00", "0.01")):
        page.locator(f"#price-{index}").fill(price)
    for choice in page.locator("input[value=yes]").all():
        choice.check()
    page.locator("#answer-text-0").fill("见附件\n第二行")
    page.get_by_label("Small").check()


def add_files(page: Page, folder: Path) -> dict[str, bytes]:
    """Add a small and a large file through the file chooser; return their contents by name."""
    large = bytes(bytearray(hashlib.shake_256(b"large").digest(LARGE_SIZE)))
    contents = {SMALL[0]: SMALL[1], "检测报告合集.bin": large}
    (folder / "own").mkdir(exist_ok=True)
    for name, content in contents.items():
        (folder / "own" / name).write_bytes(content)
    page.locator("#seal-file").set_input_files([folder / "own" / name for name in contents])
    expect(page.locator("#seal-files .badge.ok")).to_have_count(2)
    return contents


def decrypt(path: Path, *identities: str) -> bytes:
    """Open a file layer by layer with the `age` command."""
    content = path.read_bytes()
    for number, identity in enumerate(identities):
        key = path.parent / f"identity-{number}"
        key.write_text(identity + "\n")
        done = subprocess.run(["age", "-d", "-i", str(key)], input=content, capture_output=True, check=True)
        content = done.stdout
    return content


def test_a_bid_survives_a_dropped_connection_and_a_closed_tab_and_opens_with_age(
    context: BrowserContext, case: Case
) -> None:
    with case.server() as server:
        held = threading.Event()
        release = threading.Event()
        server.drop_once = {("bid.age", 1)}

        def hold(file: str, index: int) -> None:
            if (file, index) == ("bid.age", 3) and not release.is_set():
                held.set()
                release.wait(30)

        server.hold = hold
        page = open_page(context, server)
        fill(page)
        expect(page.locator("#seal-total")).to_have_text("2,386,800.13")
        expect(page.locator("#seal-capitals")).to_have_text("贰佰叁拾捌万陆仟捌佰元壹角叁分")
        expect(page.locator("#seal-ceiling")).to_have_text("213,199.87 CNY below the ceiling")
        contents = add_files(page, case.folder)
        page.get_by_role("button", name="Seal and upload").click()
        assert held.wait(60)
        assert server.puts.count(("bid.age", 1)) == 2
        page.close()
        release.set()

        page = open_page(context, server)
        expect(page.locator("#seal-total")).to_have_text("2,386,800.13")
        submit = page.get_by_role("button", name="Submit sealed bid")
        expect(submit).to_be_enabled(timeout=60_000)
        expect(page.locator("#price-0")).to_be_disabled()
        assert len(server.uploads) == 1
        (upload,) = server.uploads.values()
        assert server.puts.count(("bid.age", 0)) == 1
        assert upload.claims["files"]["bid.age"]["size"] > 5 * PART
        submit.click()
        page.wait_for_url("**/receipt")
        assert server.submitted == list(server.uploads)
        assert server.violations == []

        page = open_page(context, server)
        expect(page.get_by_role("link", name="Open the receipt")).to_be_visible()
        with page.expect_download() as download:
            page.get_by_role("button", name="Save the receipt file").click()
        assert json.loads(download.value.path().read_text()) == {"entry": 7}

    assert set(upload.claims) == {"lot", "notice", "reference", "envelope", "files"}
    bid, key = case.keep(upload)
    record_text = decrypt(key, case.outer[0], case.second[0])
    assert len(record_text) == 4096
    record = json.loads(record_text)
    manifest_bytes = base64.b64decode(record["manifest"])
    manifest = json.loads(manifest_bytes)
    assert canonical.canonical(manifest) == manifest_bytes
    assert manifest["notice"] == hashlib.sha256(case.notice).hexdigest()
    assert manifest["bundle"] == bundle_digest(ROOT / "static")
    assert manifest["ciphertext"]["sha256"] == hashlib.sha256(bid.read_bytes()).hexdigest()
    assert bid.read_bytes().split(b"\n---")[0].count(b"\n-> X25519 ") == 1

    payload = decrypt(bid, record["identity"])
    assert len(payload) == manifest["payload"]["padded"]
    (case.folder / "payload.tar").write_bytes(payload)
    with tarfile.open(case.folder / "payload.tar") as archive:
        members = {name: archive.extractfile(name).read() for name in archive.getnames()}  # type: ignore[union-attr]
    assert list(members) == ["offer.json", "files/1", "files/2"]
    assert hashlib.sha256(members["offer.json"]).hexdigest() == manifest["offer"]
    assert {one["name"]: members[one["path"]] for one in manifest["files"]} == contents
    for one in manifest["files"]:
        assert hashlib.sha256(members[one["path"]]).hexdigest() == one["sha256"]

    identities = [[case.outer[0]], [case.first[0]]]
    opened = open_envelope(bid, key, identities, upload.claims, case.notice, case.folder / "opened")
    assert str(opened.offer.total) == "2386800.13"
    assert opened.offer.enterprise_size == "small"
    assert opened.offer.answers[0].answer == "见附件\n第二行"
    assert [one.path.read_bytes() for one in opened.files] == list(contents.values())
    assert opened.remarks == ()


def test_the_draft_stays_in_this_browser_until_it_is_cleared(context: BrowserContext, case: Case) -> None:
    with case.server() as server:
        page = open_page(context, server)
        fill(page)
        add_files(page, case.folder)
        expect(page.locator("#seal-saved")).to_contain_text("Draft saved")
        with page.expect_download() as download:
            page.get_by_role("button", name="Save a readable copy").click()
        offer = json.loads(download.value.path().read_text())
        assert offer["total"] == "2386800.13"
        page.get_by_role("button", name=f"Remove {SMALL[0]}").click()
        page.wait_for_timeout(600)
        page.reload()
        expect(page.locator("#seal-total")).to_have_text("2,386,800.13")
        expect(page.locator("#seal-files tbody tr")).to_have_count(1)
        assert server.puts == [] and server.uploads == {}

        page.get_by_role("button", name="Clear this computer").click()
        with page.expect_navigation():
            page.get_by_role("dialog").get_by_role("button", name="Clear this computer").click()
        expect(page.locator("#seal-saved")).to_have_text("Nothing is kept on this computer yet.")
        expect(page.locator("#price-0")).to_have_value("")
        left = page.evaluate("""async () => {
            const names = [];
            const walk = async (folder) => { for await (const [name, handle] of folder.entries()) {
                if (handle.kind === "file") names.push(name); else await walk(handle); } };
            await walk(await navigator.storage.getDirectory());
            return names;
        }""")
        assert left == []


def test_what_is_missing_is_said_at_once_and_beside_its_field(context: BrowserContext, case: Case) -> None:
    with case.server() as server:
        page = open_page(context, server)
        page.locator("#price-0").fill("1e9")
        page.get_by_role("button", name="Seal and upload").click()
        errors = page.locator("#seal-errors")
        expect(errors).to_be_focused()
        expect(errors.locator("li")).to_have_count(5)
        assert page.locator("#price-0").get_attribute("aria-invalid") == "true"
        errors.get_by_role("link").first.click()
        expect(page.locator("#price-0")).to_be_focused()
        fill(page)
        page.locator("#price-0").fill("500")
        expect(page.locator("#seal-ceiling")).to_contain_text("above the ceiling")
        page.get_by_role("button", name="Seal and upload").click()
        expect(errors.locator("li")).to_have_count(1)
        assert server.uploads == {}
    vectors = json.loads((ROOT / "tests/vectors/offer.json").read_text("utf-8"))
    _declare_and_seal(context, Case(case.folder / "full", "200000.00", vectors["notices"]["full"]))


def _declare_and_seal(context: BrowserContext, case: Case) -> None:
    """Declare what a tender with every policy asks, with one fault after another, and open what was sealed."""
    with case.server(industry="industry in words") as server:
        page = open_page(context, server)
        errors, seal = page.locator("#seal-errors"), page.get_by_role("button", name="Seal and upload")
        expect(page.locator("#seal-declared")).to_contain_text("compared as if it were 10 % lower")
        expect(page.locator("#seal-declared")).to_contain_text("industry in words")
        for index, price in enumerate(("5000", "1000")):
            page.locator(f"#price-{index}").fill(price)
        page.locator("#answer-0-0").check()
        page.locator("#answer-value-1").fill("5")
        page.get_by_label("Small", exact=True).first.check()
        seal.click()
        # The certificate of the one item on the list, and the proof of the requirement.
        expect(errors.locator("li")).to_have_count(2)
        page.locator("#seal-file").set_input_files([{"name": "质保.pdf", "mimeType": "application/pdf", "buffer": b"%PDF"}])
        page.locator("#answer-proof-0-0").check()
        page.locator("#declare-energy-1-certificate").fill("CQC-1")
        page.get_by_label("I make this declaration").check()
        page.get_by_label("I declare domestic products").check()
        page.locator("#declare-imported-2-imported").check()
        for at in (1, 2):
            page.locator(f"#declare-sme-{at}-name").fill("甲厂")
            page.locator(f"#declare-sme-{at}-size").select_option("micro")
            page.locator(f"#declare-domestic-{at}-domestic").select_option("yes" if at == 1 else "no")
            page.locator(f"#declare-domestic-{at}-share").fill("80")
        page.get_by_role("button", name="Add a partner").click()
        for name, typed in (("name", "乙公司"), ("number", "9131"), ("share", "30.5%")):
            page.locator(f"#declare-consortium-1-{name}").fill(typed)
        page.locator("#declare-consortium-1-enterprise_size").select_option("small")
        seal.click()
        # Parts of the cost that sum to 160, an imported item, and a figure that is none.
        expect(errors.locator("li")).to_have_count(3)
        expect(errors).to_contain_text("must sum to one hundred per cent")
        page.locator("#declare-domestic-2-share").fill("20.00")
        page.locator("#declare-imported-2-imported").uncheck()
        page.locator("#declare-consortium-1-share").fill("30.5")
        page.wait_for_timeout(600)
        page.reload()
        expect(page.locator("#declare-consortium-1-share")).to_have_value("30.5")
        expect(page.locator("#answer-proof-0-0")).to_be_checked()
        page.get_by_role("button", name="Seal and upload").click()
        expect(page.get_by_role("button", name="Submit sealed bid")).to_be_enabled()
        (upload,) = server.uploads.values()
    bid, key = case.keep(upload)
    identities = [[case.outer[0]], [case.first[0]]]
    opened = open_envelope(bid, key, identities, upload.claims, case.notice, case.folder / "opened")
    assert opened.remarks == ()
    declared = opened.offer.declarations
    assert [(one.item, one.name, one.size, one.industry) for one in declared.sme] == [
        ("1", "甲厂", "micro", "industry"),
        ("2", "甲厂", "micro", "industry"),
    ]
    assert [(one.is_domestic, str(one.share)) for one in declared.domestic] == [(True, "80"), (False, "20")]
    assert [(one.name, str(one.share)) for one in declared.members] == [("乙公司", "30.5")]
    assert [one.certificate for one in declared.energy] == ["CQC-1"] and declared.environment == ()
    assert dict(declared.imported) == {"1": False, "2": False}
    assert [(one.criterion, str(one.value), one.files) for one in opened.offer.answers if one.files or one.value] == [
        ("R1", "None", ("files/1",)),
        ("C2", "5", ()),
    ]


def test_a_refusal_is_shown_and_everything_typed_stays(context: BrowserContext, case: Case) -> None:
    with case.server() as server:
        page = open_page(context, server)
        fill(page)
        page.get_by_role("button", name="Seal and upload").click()
        submit = page.get_by_role("button", name="Submit sealed bid")
        expect(submit).to_be_enabled()
        server.problem = (409, {"rule": "bid.late", "title": "Not accepted", "detail": "Bidding closed at 09:30:00."})
        submit.click()
        expect(page.locator("#seal-errors")).to_contain_text("Bidding closed at 09:30:00.")
        expect(page.locator("#price-0")).to_have_value("386")
        page.get_by_role("button", name="Change the bid").click()
        expect(page.locator("#price-0")).to_be_enabled()
        page.get_by_role("button", name="Seal and upload").click()
        expect(page.locator("#seal-errors")).to_contain_text("Not accepted")
        again = page.get_by_role("button", name="Continue the upload")
        expect(again).to_be_enabled()
        server.problem = None
        again.click()
        expect(submit).to_be_enabled()
        submit.click()
        page.wait_for_url("**/receipt")


def test_sealed_bytes_that_rotted_are_never_submitted(context: BrowserContext, case: Case) -> None:
    with case.server() as server:
        page = open_page(context, server)
        fill(page)
        page.get_by_role("button", name="Seal and upload").click()
        submit = page.get_by_role("button", name="Submit sealed bid")
        expect(submit).to_be_enabled()
        page.evaluate("""async () => {
            const root = await (await navigator.storage.getDirectory()).getDirectoryHandle("sunseal");
            for await (const folder of root.values()) {
                const writer = await (await folder.getFileHandle("bid.age")).createWritable({ keepExistingData: true });
                await writer.write({ type: "write", position: 300, data: new Uint8Array([1, 2, 3]) });
                await writer.close();
            }
        }""")
        submit.click()
        expect(page.locator("#seal-errors")).to_contain_text("damaged")
        assert server.submitted == []
        expect(page.get_by_role("button", name="Seal and upload")).to_be_enabled()


@pytest.mark.parametrize("fault", ["notice", "signature", "certificate", "bundle", "amendment", "forged amendment"])
def test_nothing_is_sealed_with_a_notice_that_does_not_hold(
    context: BrowserContext, case: Case, tmp_path: Path, fault: str
) -> None:
    changes: dict[str, Any] = {}
    if fault == "notice":
        other = case.notice.replace(case.outer[1].encode(), new_identity()[1].encode())
        changes["notice_b64"] = base64.b64encode(other).decode()
    elif fault == "signature":
        broken = bytearray(case.signature)
        broken[-3] ^= 1
        changes["notice_p7s_b64"] = base64.b64encode(broken).decode()
    elif fault == "certificate":
        changes["platform_cert_pem"] = Case(tmp_path / "other").pem
    elif fault.endswith("amendment"):
        # Of another tender, but truly signed; and of this one, but signed by somebody else.
        digest = canonical.digest(case.notice if fault.startswith("forged") else b"another")
        said = {"format": "sunseal-notice/1", "kind": "amendment", "original": {"sha256": digest}, "sequence": 1}
        body = canonical.canonical({**said, "version": 2, "changes": []})
        now, folder = datetime.now(UTC), tmp_path / "other" if fault.startswith("forged") else case.folder / "keys"
        signature = sign_detached(body, open_seal(folder, now=now), now)
        words = {"notice_b64": body, "notice_p7s_b64": signature}
        changes["amendments"] = [{name: base64.b64encode(data).decode() for name, data in words.items()}]
    else:
        value = json.loads(case.notice)
        value["client"]["bundle"] = "0" * 64
        case.notice = canonical.canonical(value)
        now = datetime.now(UTC)
        case.signature = sign_detached(case.notice, open_seal(case.folder / "keys", now=now), now)
    with case.server(**changes) as server:
        page = context.new_page()
        page.goto(server.page())
        wanted = "signature of the notice is not valid"
        if fault == "bundle":
            wanted = "not the one that the signed notice names"
        elif fault == "amendment":
            wanted = "do not fit its notice"
        expect(page.locator("#seal-unable")).to_contain_text(wanted)
        expect(page.locator("#seal-page")).to_be_hidden()


def test_a_signature_by_openssl_is_accepted(context: BrowserContext, case: Case) -> None:
    (case.folder / "notice.json").write_bytes(case.notice)
    key = str(case.folder / "keys" / "seal.pem")
    source = str(case.folder / "notice.json")
    command = ["openssl", "cms", "-sign", "-binary", "-md", "sha256", "-in", source, "-outform", "DER"]
    done = subprocess.run([*command, "-signer", key, "-inkey", key], capture_output=True, check=True)
    with case.server(notice_p7s_b64=base64.b64encode(done.stdout).decode()) as server:
        open_page(context, server)


def test_a_second_tab_does_not_touch_the_same_bid(context: BrowserContext, case: Case) -> None:
    with case.server() as server:
        open_page(context, server)
        second = context.new_page()
        second.goto(server.page())
        expect(second.locator("#seal-unable")).to_contain_text("open in another tab")


def test_after_closing_nothing_can_be_submitted(context: BrowserContext, case: Case) -> None:
    server = SealingServer(case.data(), datetime.now(CHINA) + timedelta(seconds=6))
    with server:
        page = open_page(context, server)
        fill(page)
        page.get_by_role("button", name="Seal and upload").click()
        expect(page.get_by_role("button", name="Submit sealed bid")).to_be_enabled()
        closed = "Bidding has closed. Nothing more can be submitted."
        expect(page.locator("#seal-announce")).to_have_text(closed, timeout=15_000)
        expect(page.get_by_role("button", name="Submit sealed bid")).to_be_disabled()


def test_an_insecure_address_says_so_and_names_the_packer(browser: Browser, case: Case) -> None:
    with case.server() as server, sync_insecure(browser, server) as page:
        expect(page.locator("#seal-unable")).to_contain_text("Sealing needs a secure connection")
        expect(page.locator("#seal-unable")).to_contain_text("python -m bidding.seal.pack")


class sync_insecure:
    """A page on the same server under a name that is neither https nor localhost."""

    def __init__(self, browser: Browser, server: SealingServer) -> None:
        self.browser, self.server = browser, server

    def __enter__(self) -> Page:
        self.context = self.browser.new_context()
        page = self.context.new_page()

        def forward(route: Any) -> None:
            address = route.request.url.replace("http://platform.example", self.server.origin)
            route.fulfill(response=route.fetch(url=address))

        page.route("http://platform.example/**", forward)
        page.goto(self.server.page().replace(self.server.origin, "http://platform.example"))
        return page

    def __exit__(self, *_: object) -> None:
        self.context.close()


def test_without_scripts_the_page_says_what_it_needs(browser: Browser, case: Case) -> None:
    context = browser.new_context(java_script_enabled=False)
    with case.server() as server:
        page = context.new_page()
        page.goto(server.page())
        expect(page.get_by_text("needs JavaScript")).to_be_visible()
        expect(page.locator("#seal-page")).to_be_hidden()
    context.close()


@pytest.mark.parametrize(("lang", "width"), [("en", 1280), ("zh-Hans", 390), ("zh-Hant", 1280)])
def test_the_page_is_accessible(context: BrowserContext, case: Case, lang: str, width: int) -> None:
    with case.server() as server:
        page = open_page(context, server, lang)
        page.set_viewport_size({"width": width, "height": 900})
        page.locator("#price-0").fill("386")
        page.locator("#seal-now").click()
        findings = Axe().run(page).response["violations"]
        assert [(one["id"], one["nodes"][0]["html"]) for one in findings] == []
        assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_shared_vectors(context: BrowserContext, case: Case) -> None:
    vectors = json.loads((ROOT / "tests/vectors/envelope.json").read_text("utf-8"))
    with case.server() as server:
        page = open_page(context, server)
        base = page.evaluate("document.querySelector('script[type=module]').src")

        def run(module: str, script: str) -> Callable[[Any], Any]:
            loaded = f"const m = await import(new URL('{module}.js', base));"
            source = f"async ([base, value]) => {{ {loaded} return {script}; }}"
            return lambda value: page.evaluate(source, [base, value])

        lengths = [one["length"] for one in vectors["padme"]]
        assert run("payload", "value.map(m.padmeSize)")(lengths) == [one["padded"] for one in vectors["padme"]]
        amounts = vectors["amounts"]
        given = run(
            "decimal",
            "value.map((v) => m.fenText(m.amountInFen(m.parseDecimal(v.quantity, 6, 15),"
            " m.parseDecimal(v.unit_price))))",
        )(amounts)
        assert given == [one["amount"] for one in amounts]
        values = [one["value"] for one in vectors["manifests"]] + [vectors["notice"]["value"]]
        assert run("bytes", "value.map(m.canonical)")(values) == [canonical.canonical(one).decode() for one in values]
        record = vectors["key_record"]
        manifest = next(one["value"] for one in vectors["manifests"] if one["name"] == record["manifest"])
        record_of = run("envelope", "new TextDecoder().decode(m.keyRecord(value[0], value[1]))")
        made = record_of([record["identity"], manifest])
        assert made.rstrip(" ") == record["text"].rstrip(" ")
        for tar in vectors["tars"]:
            _check_tar(run, tar)
        _check_offers(run, json.loads((ROOT / "tests/vectors/offer.json").read_text("utf-8")))
        _check_versions(run, (ROOT / "tests/vectors/versions.json").read_text("utf-8"))


def _check_versions(run: Callable[[str, str], Callable[[Any], Any]], text: str) -> None:
    """What is in force after amendments, or that one is refused; as text, since names like __proto__ do not travel."""
    script = """JSON.parse(value).cases.map((one) => {
        const { notice, sha256 } = JSON.parse(value);
        try { const found = m.inForce(notice, sha256, one.amendments); return JSON.stringify(found); }
        catch (error) { return error instanceof RangeError ? "refused" : error.message; }
    })"""
    for case, told in zip(json.loads(text)["cases"], run("versions", script)(text), strict=True):
        if "fault" in case:
            assert told == "refused", case["name"]
        else:
            assert json.loads(told) == {"content": case["content"], "version": case["version"]}, case["name"]


def _check_offers(run: Callable[[str, str], Callable[[Any], Any]], vectors: dict[str, Any]) -> None:
    plain = "{ ...a, names: [...a.names].sort(), demanded: [...a.demanded].sort() }"
    asks_of = run(
        "declared",
        f"value.map(({{ tender }}) => {{ const a = m.asksOf(tender, tender.lots[0]); return {plain}; }})",
    )
    named = {"isReserved": "is_reserved", "mayImport": "may_import"}
    asked = [{named.get(name, name): held for name, held in one.items()} for one in asks_of([*vectors["notices"].values()])]
    assert asked == [vectors["asks"][name] for name in vectors["notices"]]
    readable = [one for one in vectors["cases"] if not one["rules"]]
    remarks_of = run(
        "declared",
        "value.map(([offer, { tender }]) => m.remarksOn(offer, tender, tender.lots[0]))",
    )
    remarks = remarks_of([[one["offer"], vectors["notices"][one["notice"]]] for one in readable])
    assert dict(zip([one["name"] for one in readable], remarks, strict=True)) == {
        one["name"]: one["remarks"] for one in readable
    }


def _check_tar(run: Callable[[str, str], Callable[[Any], Any]], tar: dict[str, Any]) -> None:
    fill_of = "(size, salt) => Uint8Array.from({ length: size }, (_, i) => (7 * i + salt) % 251)"
    made = run(
        "payload",
        f"""await (async () => {{
            const fill = {fill_of};
            const one = (name, bytes) => ({{ name, size: bytes.length,
                chunks: async function* () {{ yield bytes; }} }});
            const members = [one("offer.json", new TextEncoder().encode(value.offer))];
            for (const file of value.files) members.push(one(file.path, fill(file.size, file.salt)));
            const pieces = [];
            for await (const piece of m.paddedArchive(members)) pieces.push(piece.slice());
            const whole = new Uint8Array(await new Blob(pieces).arrayBuffer());
            const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", whole));
            const hex = (bytes) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
            return {{ size: m.tarLength(members.map((each) => each.size)), padded: whole.length, digest: hex(digest),
                rest: whole.slice(value.size).every((byte) => byte === 0),
                headers: members.map((each) => hex(m.tarHeader(each.name, each.size))) }};
        }})()""",
    )(tar)
    assert made["headers"] == tar["headers"]
    assert (made["size"], made["padded"], made["rest"]) == (tar["size"], tar["padded"], True)
    assert made["digest"] == tar["sha256"]


def test_reading_back_notices_every_changed_byte(context: BrowserContext, case: Case) -> None:
    with case.server() as server:
        page = open_page(context, server)
        verdicts = page.evaluate(
            """async () => {
                const base = document.querySelector("script[type=module]").src;
                const { PayloadCheck, paddedArchive } = await import(new URL("payload.js", base));
                const { hex, sha256Hex } = await import(new URL("bytes.js", base));
                const { sha256 } = await import(new URL("../vendor/age.js", base));
                const members = [];
                for (const [name, size] of [["offer.json", 700], ["files/1", 0], ["files/2", 512], ["files/3", 2000]]) {
                    const bytes = Uint8Array.from({ length: size }, (_, index) => index % 251);
                    const chunks = async function* () { yield bytes; };
                    members.push({ name, size, sha256: await sha256Hex(bytes), chunks });
                }
                const pieces = [];
                for await (const piece of paddedArchive(members)) pieces.push(piece.slice());
                const whole = new Uint8Array(await new Blob(pieces).arrayBuffer());
                const verdict = (bytes, step) => {
                    const check = new PayloadCheck(members, () => sha256.create(), hex);
                    for (let at = 0; at < bytes.length; at += step) check.update(bytes.subarray(at, at + step));
                    return check.isWhole;
                };
                let noticed = 0;
                for (let at = 0; at < whole.length; at += 1) {
                    whole[at] ^= 1;
                    if (!verdict(whole, 4096)) noticed += 1;
                    whole[at] ^= 1;
                }
                const longer = new Uint8Array(whole.length + 1);
                longer.set(whole);
                return { right: [1, 7, 512, 65536].map((step) => verdict(whole, step)), length: whole.length, noticed,
                    shorter: verdict(whole.subarray(0, -1), 512), longer: verdict(longer, 512) };
            }"""
        )
    assert verdicts["right"] == [True] * 4
    assert verdicts["noticed"] == verdicts["length"] > 5000
    assert (verdicts["shorter"], verdicts["longer"]) == (False, False)


def test_a_kept_file_that_changed_is_noticed_before_anything_leaves(context: BrowserContext, case: Case) -> None:
    with case.server() as server:
        page = open_page(context, server)
        fill(page)
        add_files(page, case.folder)
        page.evaluate("""async () => {
            const root = await (await navigator.storage.getDirectory()).getDirectoryHandle("sunseal");
            for await (const folder of root.values()) for await (const handle of folder.values()) {
                const writer = await handle.createWritable({ keepExistingData: true });
                await writer.write({ type: "write", position: 60, data: new Uint8Array([1]) });
                await writer.close();
            }
        }""")
        page.get_by_role("button", name="Seal and upload").click()
        expect(page.locator("#seal-errors")).to_contain_text("no longer what it was", timeout=30_000)
        assert server.uploads == {}

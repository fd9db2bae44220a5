"""The bids: one sealed in Chromium, others by the packer, and those that are refused."""

from __future__ import annotations

import base64
import hashlib
import json
import time
from pathlib import Path
from typing import Any

import requests
from playwright.sync_api import expect, sync_playwright

from bidding.seal.claims import FILES
from bidding.seal.manifest import Supplier
from bidding.seal.pack import PackFile, Sealed, seal
from foundation.clock import Clock
from scripts import demo_data
from scripts.demo.stage import PART, Failed, Stage, demand
from scripts.demo_data import PASSWORD, a_paper
from scripts.demo_story import OFFERS, SUPPLIERS, declarations
from scripts.visiting import Visitor


class Bidding(Stage):
    """The bids: one sealed in Chromium, others by the packer, and those that are refused."""

    def bid_in_chromium(self, number: int) -> None:
        """Seal a bid with real PDF files in a real browser and keep its receipt."""
        papers = []
        for title in ("技术方案", "商务文件", "检测报告"):
            path = self.folder / f"{title}.pdf"
            path.write_bytes(a_paper(title))
            papers.append(path)
        prices = [item["unit_price"] for item in self._offer(number)["items"]]
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
            page = browser.new_context(locale="zh-CN").new_page()
            page.set_default_timeout(60_000)
            page.goto(f"{self.base}/login?lang=zh-CN")
            page.fill("input[name=email]", f"supplier{number}@demo.example")
            page.fill("input[name=password]", PASSWORD)
            page.press("input[name=password]", "Enter")
            page.wait_for_url(lambda url: "/login" not in url)
            page.goto(f"{self.base}/bids/{self.ref}/1/seal")
            expect(page.locator("#seal-page")).to_be_visible()
            for at, price in enumerate(prices):
                page.locator(f"#price-{at}").fill(price)
            for choice in page.locator("input[value=yes]").all():
                choice.check()
            for area in page.locator("textarea[id^=answer-text-]").all():
                area.fill(OFFERS[number - 1]["answers"]["points"])
            page.locator(f"input[value={SUPPLIERS[number - 1]['size']}]").check()
            page.locator("#seal-file").set_input_files(papers)
            expect(page.locator("#seal-files .badge.ok")).to_have_count(len(papers))
            page.locator("#seal-now").click()
            expect(page.locator("#seal-submit")).to_be_enabled(timeout=60_000)
            page.locator("#seal-submit").click()
            page.wait_for_url("**/receipt")
            receipt = page.request.get(page.url.split("?")[0] + ".json").body()
            browser.close()
        self._keep("receipt.json", receipt)
        demand(
            json.loads(receipt)["format"] == "sunseal-receipt/1", f"supplier {number} sealed in Chromium: receipt kept"
        )

    def _offer(self, number: int) -> dict[str, Any]:
        """Return the offer of a supplier for this notice."""
        lot, given = self.notice["tender"]["lots"][0], OFFERS[number - 1]
        return {
            "items": [
                {
                    "item": item["item"],
                    "unit_price": demo_data.unit_price(lot, item, given["share"]),
                    "brand": given["brand"],
                    "model": given["model"],
                }
                for item in lot["items"]
            ],
            "answers": [
                {"criterion": one["criterion"], "answer": given["answers"][one["kind"]], "complies": True}
                for one in lot["criteria"]
                if one["kind"] != "price"
            ],
            "declarations": declarations(self.notice["tender"], lot, number, SUPPLIERS[number - 1]["size"]),
        }

    def pack(self, number: int) -> Sealed:
        """Seal a bid with the Python packer."""
        whose = Supplier(SUPPLIERS[number - 1]["name"], SUPPLIERS[number - 1]["number"])
        notice = (self.out / "tender-notice.json").read_bytes()
        papers = [PackFile.at(self._paper(title)) for title in ("技术方案", "商务文件")]
        return seal(notice, "1", self._offer(number), papers, whose, self.folder / f"sealed-{number}")

    def _paper(self, title: str) -> Path:
        path = self.folder / f"{title}.pdf"
        path.write_bytes(a_paper(title))
        return path

    def carry(self, who: Visitor, token: str, claims: dict[str, Any], contents: dict[str, bytes]) -> requests.Response:
        """Begin an upload and send its parts; return the first answer that is no success, or that of the last part."""
        answer = who.call("POST", "/bids/uploads", token, json=claims)
        if answer.status_code != 201:
            return answer
        begun = answer.json()
        for name, data in contents.items():
            for part in range(begun["files"][name]["parts"]):
                piece = data[part * PART : (part + 1) * PART]
                sha256 = base64.b64encode(hashlib.sha256(piece).digest()).decode()
                sent = who.call(
                    "PUT",
                    f"/bids/uploads/{begun['upload']}/{name}/{part}",
                    token,
                    data=piece,
                    headers={"Content-Digest": f"sha-256=:{sha256}:"},
                )
                if sent.status_code != 204:
                    return sent
        return answer

    def bid_by_packer(self, number: int) -> None:
        """Pack, upload and submit."""
        who, token, answer = self._upload(number)
        submitted = who.call("POST", "/bids/submit", token, json={"upload": answer.json()["upload"]})
        demand(submitted.status_code == 201, f"supplier {number} sealed with the Python packer: submitted")

    def _upload(self, number: int) -> tuple[Visitor, str, requests.Response]:
        envelope = self.pack(number)
        who = self.person(f"supplier{number}")
        token = who.token("/account")
        contents = dict(zip(FILES, (envelope.bid_path.read_bytes(), envelope.key_path.read_bytes()), strict=True))
        answer = self.carry(who, token, envelope.claims.as_json(), contents)
        if answer.status_code != 201:
            raise Failed(f"the upload of supplier {number} was refused: {answer.text[:300]}")
        return who, token, answer

    def malformed(self, number: int) -> None:
        """Try to hand in a plain file in the place of an envelope."""
        plain = a_paper("未加密的投标") * 3
        contents = {FILES[0]: plain, FILES[1]: plain[:4096]}
        claims = {
            "lot": "1",
            "notice": hashlib.sha256((self.out / "tender-notice.json").read_bytes()).hexdigest(),
            "reference": "ab" * 16,
            "envelope": 1,
            "files": {
                name: {"size": len(data), "sha256": hashlib.sha256(data).hexdigest()} for name, data in contents.items()
            },
        }
        who = self.person(f"supplier{number}")
        token = who.token("/account")
        answer = self.carry(who, token, claims, contents)
        if answer.status_code == 201:
            answer = who.call("POST", "/bids/submit", token, json={"upload": answer.json()["upload"]})
        rule = answer.json().get("rule", "")
        demand(
            answer.status_code in (409, 422) and rule.startswith("envelope."), f"an unencrypted bid is refused ({rule})"
        )

    def late(self, who: Visitor, token: str, answer: requests.Response) -> None:
        """Submit after the deadline what was uploaded before it."""
        time.sleep(max(0.0, (self.closes_at - Clock().now()).total_seconds()))
        refused = who.call("POST", "/bids/submit", token, json={"upload": answer.json()["upload"]})
        rule = refused.json().get("rule", "")
        demand(refused.status_code in (409, 422) and rule == "bid.late", f"a late bid is refused ({rule})")

    def nothing_told(self) -> None:
        """Before the opening the public sees no bidder and no number of bids."""
        page = requests.get(f"{self.base}/tenders/{self.ref}?lang=en", timeout=30).text
        opening = requests.get(f"{self.base}/openings/{self.ref}/1?lang=en", timeout=30).text
        state = requests.get(f"{self.base}/openings/{self.ref}/1/state", timeout=30).text
        named = [one["name"] for one in SUPPLIERS if one["name"] in page + opening + state]
        demand(not named, "before the opening no page names a bidder")

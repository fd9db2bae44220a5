"""The tender: imported, completed by its officer, published by a second person."""

from __future__ import annotations

import contextlib
import json

from foundation.clock import Clock
from scripts.demo.stage import OPEN_FOR, ROOT, Failed, Stage, demand, demo_zone, say
from scripts.demo_data import a_paper
from scripts.demo_story import POLICIES
from scripts.demo_tenders import TENDERS
from scripts.visiting import Refused, Visitor


class Tendering(Stage):
    """The tender: imported, completed by its officer, published by a second person."""

    def publish(self) -> None:
        """Import a release, complete the draft as its officer, and have a second person publish it."""
        given = sorted((ROOT.parent / "shared" / "data" / "ocds").glob("*-02-tender.json"))
        source = given[0] if given else ROOT / "tests" / "data" / "tender-sample.json"
        told = self.command("tender", "import", str(source))
        self.ref = told.split()[0]
        must = told.count("must change")
        say(f"✓ imported {source.name} as {self.ref}; readiness names {must} things to change, all at once")
        officer = self.person("officer")
        for title in ("招标文件（正文）", "采购需求与技术参数"):
            officer.send(
                f"/office/tenders/{self.ref}",
                action="/documents",
                document_title=title,
                files={"document": (f"{title}.pdf", a_paper(title), "application/pdf")},
            )
        self.closes_at = Clock().now().replace(microsecond=0) + OPEN_FOR
        self._fill_in(officer)
        officer.send(f"/office/tenders/{self.ref}", action="/submit")
        with contextlib.suppress(Refused):
            officer.get(f"/office/tenders/{self.ref}/approve")
            officer.send(f"/office/tenders/{self.ref}/approve", action="/publish")
        demand("tender" not in self._kinds(), "the officer alone cannot publish it")
        self.person("approver").send(f"/office/tenders/{self.ref}/approve", action="/publish")
        public = Visitor(self.base)
        ref = next(one for one, kind in self._notices().items() if kind == "tender")
        body = public.get(f"/notices/{ref}.json").content
        self._keep("tender-notice.json", body)
        self._keep("tender-notice.p7s", public.get(f"/notices/{ref}.p7s").content)
        self.notice = json.loads(body)
        demand(self.notice["tender"]["ref"] == self.ref, f"the approver published {self.ref}: signed notice {ref}")

    def _fill_in(self, officer: Visitor) -> None:
        """Type the draft: the title stays what was imported, the rest becomes a purchase of classroom lights."""
        form = officer.form(f"/office/tenders/{self.ref}/edit", has="title")
        told = TENDERS["soon"]
        local = self.closes_at.astimezone(demo_zone())
        values = {name: value for name, value in form.values.items() if not name.startswith(("lots-", "criteria-"))}
        values |= {
            "title": f"{values['title']}（演示：照明灯具）",
            "category": "goods",
            "currency": "CNY",
            "budget": "380000.00",
            "rule_set_id": "demo-2026",
            "closes_at": f"{local:%Y-%m-%d %H:%M:%S}",
            "contact": "林书禾",
            "phone": "000-555 0106",
            "description": told["description"],
            "qualifications": told["qualifications"],
            "method": "weighted_points",
            "places": "2",
            "stage": "each",
            "fails_by": "majority",
            **{f"policies-{name}": held for name, held in POLICIES["goods"].items()},
            "terms-delivery_place": "云州市各活动室",
            "terms-delivery_time": "合同签订后 45 日内",
            "lots-0-title": "活动室灯具",
            "lots-0-ceiling": "360000.00",
            "do": "save",
        }
        for at, item in enumerate(told["lots"][0]["items"]):
            values |= {f"lots-0-items-{at}-{name}": item[name] for name in ("title", "quantity", "unit", "spec")}
        for at, one in enumerate(told["criteria"]):
            values |= {f"criteria-{at}-{name}": one.get(name, "") for name in ("title", "kind", "weight", "guidance")}
            values[f"criteria-{at}-step"] = one.get("step", "0.5")
            values[f"criteria-{at}-bands"] = "\n".join(
                f"{band['least']}-{band['most']} {band['text']}" for band in one.get("bands", [])
            )
        answer = officer.session.post(f"{self.base}/office/tenders/{self.ref}/edit", data=values, timeout=60)
        if answer.status_code != 200 or 'class="errors"' in answer.text:
            raise Failed(f"the draft was refused: {answer.status_code} {answer.text[-3000:]}")

"""The English sentence of every refusal of this room; translations stand in ``translations/``."""

from __future__ import annotations

from procurement.tender.drafting import PROBLEMS

SENTENCES = {
    **PROBLEMS,
    "tender.unknown": "There is no such tender.",
    "lot.unknown": "This tender has no lot {lot}.",
    "tender.invalid": "The form cannot be saved yet: {count} things need correction.",
    "tender.not_an_authority": "Only a contracting authority can prepare a tender.",
    "tender.not_a_draft": "This tender is not a draft any more and cannot be changed here.",
    "tender.reason_missing": "Give a reason. It is kept with the tender.",
    "tender.changed": "The tender has changed since this page was loaded. Read it again, then publish.",
    "tender.not_ready": "The tender cannot be published yet. Everything that stands in the way is listed.",
    "amendment.text_missing": "Say what changes.",
    "amendment.text_too_long": "The text is longer than {most} characters.",
    "amendment.earlier": "The deadline can only move to a later time.",
    "amendment.too_near": "This change comes too near to the deadline. Move the deadline as well.",
    "document.unknown": "There is no such document.",
    "document.unsafe_type": "This kind of file is not accepted. Send PDF, DOCX, XLSX, OFD, ZIP, PNG, JPG, TXT or CSV.",
    "document.empty": "The file is empty.",
    "document.file_name": "The file needs a name with its usual ending, such as .pdf.",
    "document.replaced": "There is a newer version of this document already.",
    "document.missing": "Choose a file.",
    "import.unreadable": "The file cannot be read as JSON: {cause}.",
    "import.not_a_release": "The file is neither an OCDS release nor a release package.",
    "import.many_releases": "The package holds {count} releases. Import one at a time.",
    "import.no_tender": "The release has no tender section.",
    "import.field": "{field} is not what OCDS 1.1 says it is: {expected}.",
    "import.who": "Name the authority and the account that the draft is for: {cause}.",
    "lint.unknown": "This clause is not in the draft any more; it was probably changed meanwhile.",
    "lint.reason_missing": "Say why the clause is lawful here. The approver and the supervisors read it.",
}

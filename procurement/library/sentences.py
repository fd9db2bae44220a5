"""The English sentence of every refusal of this room; translations stand in ``translations/``."""

SENTENCES = {
    "library.unknown": "Your library has no such piece.",
    "library.not_an_authority": "Only a contracting authority has a library.",
    "library.kind": "A piece of the library is a clause, a criterion or a template, for goods, services, works or any.",
    "library.title": "Give it a title of at most {most} characters.",
    "library.content": "There is nothing to keep here, or a text is longer than {most} characters.",
    "library.too_large": "This is too large to keep: at most {most} bytes.",
}

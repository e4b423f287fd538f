"""The structure tree that lets a screen reader follow a document (PDF 32000-1, 14.7 and 14.8; ISO 14289-1).

ReportLab draws but does not tag. Here each drawn thing is put between marked-content operators, and the
tree that gives those their meaning and order is added to the file when it closes. Decoration is marked as
Artifact.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from xml.sax.saxutils import escape

from reportlab.pdfbase import pdfdoc
from reportlab.pdfgen.canvas import Canvas


class Element:
    """A node of the structure tree; its order is the order of making, not of drawing."""

    def __init__(self, role: str, parent: Element | None = None, *, alt: str = "", scope: str = "") -> None:
        self.role = role
        self.parent = parent
        self.alt = alt
        self.scope = scope  # of a TH: "Row" or "Column"
        self.kids: list[Element | tuple[int, int]] = []  # elements, or (page, marked-content id)
        self.box: tuple[float, float, float, float] | None = None  # of a Figure, in points
        if parent is not None:
            parent.kids.append(self)

    def add(self, role: str, *, alt: str = "", scope: str = "") -> Element:
        return Element(role, self, alt=alt, scope=scope)

    @property
    def drawn(self) -> bool:
        return bool(self.kids)


class TaggedCanvas(Canvas):  # type: ignore[misc]  # ReportLab is not typed
    """A canvas whose content belongs to elements of a structure tree."""

    def __init__(self, target: Any, root: Element, **options: Any) -> None:
        super().__init__(target, **options)
        self.root = root
        self._owners: list[list[Element]] = [[]]  # per page: marked-content id -> element
        self._inside = False

    @contextmanager
    def content(self, element: Element | None) -> Iterator[None]:
        """What is drawn inside is the element's; None makes it an artifact, which a screen reader skips."""
        if self._inside:  # marked content does not nest here: the outer mark counts
            yield
            return
        if element is None:
            self._code.append("/Artifact BMC")
        else:
            owners = self._owners[-1]
            element.kids.append((len(self._owners) - 1, len(owners)))
            self._code.append(f"/{element.role} <</MCID {len(owners)}>> BDC")
            owners.append(element)
        self._inside = True
        yield
        self._inside = False
        self._code.append("EMC")

    def showPage(self) -> None:
        """Close the page and link it to the tree."""
        number = len(self._owners) - 1
        super().showPage()
        page = self._doc.Pages[number]
        links = {"StructParents": number, "Tabs": pdfdoc.PDFName("S")}
        page.__Defaults__ = {**page.__Defaults__, **links}
        self._owners.append([])

    def close(self, *, title: str, author: str, subject: str, made_on: str) -> None:
        """Write the tree, what the file says of itself, and the file. `made_on` is yyyy-mm-dd."""
        info = self._doc.info
        info.title, info.author, info.subject, info.creator = title, author, subject, "Työpari"
        info._dateFormatter = lambda *_: f"D:{made_on.replace('-', '')}000000Z"
        catalog = self._doc._catalog
        catalog.MarkInfo = pdfdoc.PDFDictionary({"Marked": "true"})
        catalog.ViewerPreferences = pdfdoc.PDFDictionary({"DisplayDocTitle": "true"})
        catalog.Metadata = pdfdoc.XMP(creator=lambda _: _xmp(title, author, made_on).encode())
        catalog.StructTreeRoot = self._tree()
        self.save()

    def _tree(self) -> Any:
        document = self._doc
        tree = pdfdoc.PDFDictionary({"Type": pdfdoc.PDFName("StructTreeRoot")})
        tree.__RefOnly__ = 1
        dictionaries: dict[Element, Any] = {}
        tree["K"] = self._node(self.root, document.Reference(tree), dictionaries)
        numbers: list[Any] = []
        for page, owners in enumerate(self._owners[: len(document.Pages.pages)]):
            refs = pdfdoc.PDFArray([document.Reference(dictionaries[owner]) for owner in owners])
            numbers += [page, document.Reference(refs)]
        tree["ParentTree"] = document.Reference(pdfdoc.PDFDictionary({"Nums": pdfdoc.PDFArray(numbers)}))
        tree["ParentTreeNextKey"] = len(document.Pages.pages)
        return tree

    def _node(self, element: Element, parent: Any, dictionaries: dict[Element, Any]) -> Any:
        entry = pdfdoc.PDFDictionary(
            {"Type": pdfdoc.PDFName("StructElem"), "S": pdfdoc.PDFName(element.role)}
        )
        dictionaries[element] = entry
        reference = self._doc.Reference(entry)
        entry["P"] = parent
        if element.alt:
            entry["Alt"] = pdfdoc.PDFString(element.alt)
        if element.scope:
            entry["A"] = pdfdoc.PDFDictionary(
                {"O": pdfdoc.PDFName("Table"), "Scope": pdfdoc.PDFName(element.scope)}
            )
        if element.box:
            entry["A"] = pdfdoc.PDFDictionary(
                {
                    "O": pdfdoc.PDFName("Layout"),
                    "Placement": pdfdoc.PDFName("Block"),
                    "BBox": pdfdoc.PDFArray(list(element.box)),
                }
            )
        kids = []
        for kid in element.kids:
            if isinstance(kid, Element):
                kids.append(self._node(kid, reference, dictionaries))
            else:
                kids.append(self._piece(*kid))
        entry["K"] = pdfdoc.PDFArray(kids)
        return reference

    def _piece(self, page: int, mcid: int) -> Any:
        return pdfdoc.PDFDictionary(
            {
                "Type": pdfdoc.PDFName("MCR"),
                "Pg": self._doc.Reference(self._doc.Pages[page]),
                "MCID": mcid,
            }
        )


def _xmp(title: str, author: str, made_on: str) -> str:
    """The metadata stream that PDF/UA asks for; it repeats the information dictionary."""
    return f"""<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/"
 xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmlns:pdfuaid="http://www.aiim.org/pdfua/ns/id/">
<dc:title><rdf:Alt><rdf:li xml:lang="x-default">{escape(title)}</rdf:li></rdf:Alt></dc:title>
<dc:creator><rdf:Seq><rdf:li>{escape(author)}</rdf:li></rdf:Seq></dc:creator>
<xmp:CreateDate>{made_on}</xmp:CreateDate>
<pdfuaid:part>1</pdfuaid:part>
</rdf:Description></rdf:RDF></x:xmpmeta>
<?xpacket end="w"?>"""

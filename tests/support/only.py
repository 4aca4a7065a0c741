"""A kind of contract for import-linter: some modules import what is listed, and nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from importlinter import Contract, ContractCheck, fields, output
from importlinter.domain.helpers import module_expressions_to_modules

if TYPE_CHECKING:
    from grimp import ImportGraph


class Stranger(NamedTuple):
    """An import of what is not listed."""

    importer: str
    imported: str
    lines: list[int]


class OnlyContract(Contract):
    """`modules`, and what is inside them, import each other and what `may_import` lists, with what is inside it.

    Only direct imports are looked at. What the listed modules import themselves is for a contract of its own.
    """

    modules = fields.SetField(subfield=fields.ModuleExpressionField())
    may_import = fields.SetField(subfield=fields.ModuleExpressionField())

    def check(self, graph: ImportGraph, verbose: bool) -> ContractCheck:  # noqa: FBT001 - as import-linter calls it
        modules = _names(graph, self.modules, must_be_there=True)
        allowed = modules | _names(graph, self.may_import, must_be_there=False)
        strangers = [
            Stranger(importer, imported, [it["line_number"] for it in details])
            for importer in sorted(graph.modules)
            if _is_in(importer, modules)
            for imported in sorted(graph.find_modules_directly_imported_by(importer))
            if not _is_in(imported, allowed)
            for details in [graph.get_import_details(importer=importer, imported=imported)]
        ]
        return ContractCheck(kept=not strangers, metadata={"strangers": strangers})

    def render_broken_contract(self, check: ContractCheck) -> None:
        for it in check.metadata["strangers"]:
            lines = ", ".join(f"l.{line}" for line in it.lines)
            output.print_error(f"{it.importer} may not import {it.imported} ({lines})", bold=False)
        output.new_line()


def _names(graph: ImportGraph, expressions: Any, *, must_be_there: bool) -> set[str]:
    modules = module_expressions_to_modules(graph, expressions, raise_if_unmatched=must_be_there)
    return {module.name for module in modules}


def _is_in(module: str, packages: set[str]) -> bool:
    return any(module == package or module.startswith(f"{package}.") for package in packages)

"""Prints the results as tables."""

from collections.abc import Callable, Iterator

from rich.console import Console
from rich.table import Table

from benchmarks.law.results import Figures, Results, figure

_WIDTH = 120
"""Of a log, where no terminal says how wide it is."""
_WAYS = {
    "single": "the function for one family",
    "single_from_a_case": "the same, from the case to its values",
    "evaluator": "the evaluator that explains",
}
_TENGE_OFF = ("paid_families", "tenge_more", "tenge_less", "largest_difference_tenge")


def show(results: Results) -> None:
    """Print a table for each section, then the targets."""
    console = Console()
    if not console.is_terminal:
        console = Console(width=_WIDTH)
    law = results.law
    console.print(
        f"The law of {law['asked_on']}, version {law['version'][:14]}: {law['rules']} rules, {results.size} size."
    )
    for section, figures in results.sections.items():
        for table in _TABLES[section](figures):
            console.print(table)
    console.print(_targets(results))
    for reason in results.left_out:
        console.print(f"Not measured: {reason}")
    if results.disturbed:
        console.print(f"Other work ran on this machine (load {results.load}): read the times as upper limits.")
    missed = results.missed()
    console.print("All targets measured here are met." if not missed else "Missed: " + "; ".join(missed))


def _table(title: str, *heads: str) -> Table:
    table = Table(title=title, title_justify="left")
    for place, head in enumerate(heads):
        table.add_column(head, justify="right" if place else "left")
    return table


def _one_case(found: Figures) -> Iterator[Table]:
    title = (
        f"One family: {found['families']} of them, {found['rules']} rules, {found['nodes_in_force']} nodes in force, "
        f"{figure(found['node_values_a_family'])} values of nodes for a family; told {figure(found['nodes_explained'])}"
    )
    table = _table(title, "median", "µs", "a node, µs", "a node's value, µs", "OpenFisca, µs", "faster by")
    theirs = found.get("openfisca_us", {})
    rows = (
        ("all rules in whole numbers, facts at hand", "numbers", "values_only", "ratio_numbers_at_hand"),
        ("values of all rules, from the case", "values", "calculate", "ratio_case_at_hand"),
        (
            f"{found['benefits_explained']:.0f} benefits with the full cited explanation",
            "explained",
            "trace",
            "ratio_explained",
        ),
        ("from JSON: facts checked, values", "facts_read_and_values", "calculate", "ratio_to_openfisca"),
    )
    for words, own, their, ratio in rows:
        a_node = [
            figure(found[key]) if key in found else "" for key in (f"{own}_us_per_node", f"{own}_us_per_node_value")
        ]
        beside = [figure(theirs[their]), f"{figure(found[ratio])} x"] if theirs else ["", ""]
        table.add_row(words, figure(found[f"{own}_us"]), *a_node, *beside)
    yield table


def _country(found: Figures) -> Iterator[Table]:
    title = (
        f"The country: {figure(found['families'])} families, {figure(found['persons'])} persons, "
        f"{found['threads']} threads, {figure(found['peak_beyond_input_mib'])} MiB beyond the input"
    )
    table = _table(title, "warm", "rules", "seconds", "ns a family and rule", "processor s", "processor ns")
    sets = {
        name.replace("_", " "): found[name] for name in ("all", "without_division", "with_division") if name in found
    }
    for name, of_set in (sets | found["benefits"]).items():
        cells = ("seconds", "ns_per_family_and_rule", "processor_s", "processor_ns_per_family_and_rule")
        table.add_row(name, str(of_set["rules"]), *(figure(of_set[cell]) for cell in cells))
        if name == list(sets)[-1]:
            table.add_section()
    yield table


def _million(found: Figures) -> Iterator[Table]:
    table = _table(
        f"{figure(found['families'])} families beside OpenFisca, {len(found['benefits'])} benefits", "", "seconds"
    )
    table.add_row("ours", figure(found["ours_s"]))
    table.add_row("ours: of the processor", figure(found["ours_processor_s"]))
    for part, seconds in found["openfisca_s"].items():
        table.add_row(f"OpenFisca: {part}", figure(seconds))
    table.add_row("OpenFisca: of the processor", figure(found["openfisca_processor_s"]))
    table.add_row("faster by, all of it", f"{figure(found['ratio_to_openfisca'])} x")
    table.add_row("faster by, calculate only", f"{figure(found['ratio_calculate_only'])} x")
    yield table
    table = _table("Where OpenFisca's float32 is off", "benefit", *(name.replace("_", " ") for name in _TENGE_OFF))
    for benefit, off in found["openfisca_differs"].items():
        table.add_row(benefit, *(figure(off[name]) for name in _TENGE_OFF))
    yield table


def _reforms(found: Figures) -> Iterator[Table]:
    parts = ("reform_read_s", "prepared_s", "both_runs_compared_s", "total_s", "processor_s")
    table = _table(
        "Reforms over the whole country",
        "",
        "seconds: reform read",
        "prepared",
        "both runs, compared",
        "total",
        "of the processor",
    )
    table.add_row("of parameters, compiled code kept", *(figure(found["parameters"][part]) for part in parts))
    table.add_row("of formulas, compiled from nothing", *(figure(found["formulas"][part]) for part in parts))
    yield table
    table = _table("What they change", "reform", "benefit", "gain", "lose", "cost, tenge")
    for reform in ("parameters", "formulas"):
        for benefit, changed in found[reform]["changed"].items():
            table.add_row(reform, benefit, *(figure(changed[name]) for name in ("gain", "lose", "cost")))
    yield table


def _exactness(found: Figures) -> Iterator[Table]:
    table = _table(f"Exactness: {figure(found['families'])} random families", "kernel beside", "answers", "different")
    for way, words in _WAYS.items():
        table.add_row(words, figure(found.get(way, 0)), figure(found.get(f"{way}_different", 0)))
    for place in found["first_differences"]:
        table.add_row(place)
    yield table


_TABLES: dict[str, Callable[[Figures], Iterator[Table]]] = {
    "one_case": _one_case,
    "country": _country,
    "million": _million,
    "reforms": _reforms,
    "exactness": _exactness,
}


def _targets(results: Results) -> Table:
    table = _table("Targets", "what", "wanted", "reached", "")
    for target, reached in results.reached():
        wanted = f"{'≥' if target.at_least else '≤'} {figure(target.wanted)} {target.unit}"
        verdict = "met" if target.met(reached) else "missed"
        table.add_row(target.what, wanted, f"{figure(reached)} {target.unit}", verdict)
    return table

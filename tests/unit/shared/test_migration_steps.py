"""Which migrations run now, and whether a version can work with a database that another one has migrated."""

from __future__ import annotations

from pathlib import Path

import pytest

from shared.migrations.steps import Branch, Kind, Schema, Step, WrongSchema, kind_of


def branch(*kinds: Kind, done: int, name: str = "billing") -> Branch:
    return Branch(tuple(Step(f"{name}_{n:04}", kind) for n, kind in enumerate(kinds, 1)), done)


def to_run(schema: Schema, kind: Kind | None) -> list[str]:
    return [it.revision for some in schema.next_steps(kind) for it in some]


def test_before_the_roll_out_runs_what_comes_up_to_the_first_of_after_it() -> None:
    schema = Schema((branch("pre", "pre", "pre", "post", done=1),), {})
    assert to_run(schema, "pre") == ["billing_0002", "billing_0003"]


def test_after_the_roll_out_runs_what_belongs_after_it() -> None:
    schema = Schema((branch("pre", "post", "post", done=1),), {})
    assert to_run(schema, "pre") == []
    assert to_run(schema, "post") == ["billing_0002", "billing_0003"]


def test_a_new_database_gets_all_since_nothing_runs_on_it() -> None:
    schema = Schema((branch("pre", "post", "pre", "post", done=0),), {})
    assert len(to_run(schema, "pre")) == 4


def test_without_a_kind_all_is_run() -> None:
    assert len(to_run(Schema((branch("pre", "post", "pre", "post", done=1),), {}), None)) == 3


def test_what_the_version_before_left_undone_is_done_before_what_comes_next() -> None:
    schema = Schema((branch("pre", done=1, name="kernel"), branch("pre", "post", "pre", "post", done=1)), {})
    with pytest.raises(WrongSchema, match="billing_0003 comes after billing_0002"):
        to_run(schema, "pre")
    assert to_run(schema, "post") == ["billing_0002"]  # and not what belongs after the next roll-out


def test_what_belongs_after_the_roll_out_is_refused_before_it() -> None:
    with pytest.raises(WrongSchema, match="billing_0002 is to be run first"):
        to_run(Schema((branch("pre", "pre", "post", done=1),), {}), "post")


def test_a_version_serves_before_and_after_what_belongs_after_its_roll_out() -> None:
    for done in (2, 3):
        Schema((branch("pre", "pre", "post", done=done),), {}).check_serves()


def test_a_version_refuses_a_database_that_lacks_what_it_needs() -> None:
    with pytest.raises(WrongSchema, match="lacks billing_0002: run migrate first"):
        Schema((branch("pre", "pre", "post", done=1),), {}).check_serves()


def test_a_version_serves_beside_what_a_newer_one_has_added_and_runs_nothing() -> None:
    schema = Schema((branch("pre", "pre", done=2),), {"billing_0003": "pre", "kernel_0009": "pre"})
    schema.check_serves()
    assert to_run(schema, "pre") == to_run(schema, None) == []


@pytest.mark.parametrize("kind", ["post", None])
def test_a_version_refuses_a_database_of_which_a_newer_one_has_taken_something_or_may_have(kind: Kind | None) -> None:
    schema = Schema((branch("pre", done=1),), {"billing_0002": "pre", "billing_0003": kind})
    with pytest.raises(WrongSchema, match="a newer version has run billing_0003"):
        schema.check_serves()
    with pytest.raises(WrongSchema, match="a newer version has run billing_0003"):
        to_run(schema, "pre")


def test_what_is_left_where_a_newer_version_has_migrated_is_left_to_that_one() -> None:
    schema = Schema((branch("pre", done=1, name="kernel"), branch("pre", "post", done=1)), {"kernel_0002": "pre"})
    assert to_run(schema, "pre") == []
    with pytest.raises(WrongSchema, match="a newer version has run kernel_0002 here"):
        to_run(schema, "post")


def test_a_file_says_in_its_name_when_it_runs() -> None:
    assert kind_of(Path("versions/0003_post_drop_old_notes.py")) == "post"
    assert kind_of(Path("versions/0002_pre_post_codes.py")) == "pre"
    with pytest.raises(ValueError, match="does not say"):
        kind_of(Path("versions/0002_add_notes.py"))

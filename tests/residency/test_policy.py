"""Every mistake in a policy is told with the line it stands in, and what to write."""

from __future__ import annotations

from pathlib import Path

import pytest

import lineage_explorer as lx
from lineage_explorer.errors import PolicyError
from lineage_explorer.residency.policy import Policy
from tests.residency.made import run

EXCEPTION = '[[exceptions]]\njob = "x"\nkind = "aggregated"\nadds = ["US"]\ndocument = "D"\n'


@pytest.mark.parametrize(
    ("text", "line", "message", "hint"),
    [
        ('policy_date = "soon"', 1, "no day", "2026-11-22"),
        ('minimum_grade = "X"', 1, "minimum_grade", "A, B, C, D, E"),
        ("\nminimum_grad = 1", 2, "means nothing", "minimum_grade"),
        ('[[labels]]\ndataset = "a"\npermited = ["DE"]', 3, "means nothing", "permitted"),
        ('[[labels]]\ndataset = "a"\npermitted = ["UK"]', 3, "'UK' is no place", "GB"),
        ('[[labels]]\ndataset = "a"\npermitted = ["de"]', 3, "'de' is no place", "write DE"),
        ('[[labels]]\ndataset = "a"\npermitted = ["eu-west-1"]', 3, "no place", "a region"),
        ('[[labels]]\ndataset = "a"', 1, "either", "unrestricted = true"),
        ('[[labels]]\ndataset = "a"\nunrestricted = true\npermitted = ["DE"]', 1, "either", ""),
        ('[[labels]]\npermitted = ["DE"]', 1, "dataset is missing", "write dataset"),
        ('[[labels]]\ndataset = ""\npermitted = ["DE"]', 2, "no text", "quotes"),
        ('[[labels]]\ndataset = "a"\npermitted = ["DE"]\nregimes = ["gdpr"]', 4, "no regime",
         "eu_gdpr"),
        ('# one\n\n[[places]]\nmatch = "a"\nplaces = ["EU"]', 5, "'EU' is no place", "never where"),
        ('[[places]]\nmatch = "a"\nplaces = []', 3, "empty", "leave the entry out"),
        ('[[places]]\nmatch = "a"\ncloud = "aws"\nregion = "eu-moon-1"', 4, "eu-moon-1", "places ="),
        ('[[places]]\nmatch = "a"\ncloud = "aws"', 1, "region is missing", ""),
        ('[[places]]\nmatch = "a"\nplaces = ["DE"]\nrole = "home"', 4, "no role", "storage"),
        ('[[places]]\nmatch = "a"\nplaces = ["DE"]\nvalid_from = 2026-02-01\nvalid_to = 2026-01-01',
         5, "before valid_from", ""),
        ('[[transfers]]\nfrom = ["DE"]\nto = ["US"]\nregime = "eu_gdpr"', 1, "basis is missing", ""),
        (EXCEPTION, 1, "approved_by is missing", ""),
        (EXCEPTION.replace('kind = "aggregated"', 'kind = "hashed"') + 'approved_by = "o"', 3,
         "no kind", "anonymised"),
        (EXCEPTION.replace('job = "x"\n', "") + 'approved_by = "o"', 1, "names the job", "job ="),
        (EXCEPTION.replace('adds = ["US"]\n', "") + 'approved_by = "o"', 1, "adds places", "adds"),
        (EXCEPTION + 'approved_by = "o"\nvalid_from = 2026-01-01', 1, "valid_to is missing",
         "write valid_to = "),
        ('[[facets]]\nfacet = "x"\npointer = "a"\ngives = "country"', 3, "no JSON pointer", "slash"),
        ("labels = 7", 1, "no list of tables", "[[labels]]"),
        ('[tables]\nregimes = "nowhere.csv"', 2, "cannot be read", "relative to the policy"),
        ("[[labels", 1, "", "toml.io"),
    ],
)  # fmt: skip
def test_a_mistake_is_told_with_its_line(tmp_path, text, line, message, hint):
    path = tmp_path / "policy.toml"
    path.write_text(text + "\n", "utf-8")
    with pytest.raises(PolicyError) as caught:
        Policy.of(path)
    assert message in caught.value.message
    assert hint in (caught.value.hint or "")
    assert f":{line}: " in caught.value.message or f"line {line}" in caught.value.message


def test_a_mistake_in_a_dict_is_told_by_its_entry():
    with pytest.raises(PolicyError, match="labels, entry 2: ") as caught:
        Policy.of({"labels": [{"dataset": "a", "unrestricted": True}, {"dataset": "b"}]})
    assert caught.value.line == 0


def test_a_name_that_could_mean_several_is_told_with_its_line(tmp_path):
    path = tmp_path / "policy.toml"
    path.write_text('\n[[labels]]\ndataset = "t"\npermitted = ["DE"]\n', "utf-8")
    lin = lx.read([run("copy", ["x/t"], ["y/t"])])
    with pytest.raises(PolicyError, match="labels") as caught:
        lin.residency(path)
    assert caught.value.line == 2


def test_control_characters_of_a_policy_are_written_out(tmp_path):
    path = tmp_path / "policy.toml"
    path.write_text('[[labels]]\ndataset = "a"\npermitted = ["\\u001b[31m"]\n', "utf-8")
    with pytest.raises(PolicyError) as caught:
        Policy.of(path)
    assert "\x1b" not in str(caught.value)


def test_groups_are_expanded_as_of_the_day_of_the_policy():
    events = [run("copy", ["de/a"], ["uk/b"])]
    uk = [{"match": "uk*", "places": ["GB"]}, {"match": "de*", "places": ["DE"]}]
    for day, verdict in (("2019-06-01", "within"), ("2026-06-01", "outside")):
        label = {"dataset": "a", "permitted": ["EU"]}
        policy = {"policy_date": day, "places": uk, "labels": [label]}
        stored = lx.read(events).residency(policy).judged.storage
        assert dict(stored.select("dataset", "verdict").iter_rows())["dataset:uk:b"] == verdict


def test_a_table_of_ones_own_is_laid_over_ours(tmp_path: Path):
    columns = ("regime,destination,kind,scope_condition,instrument,valid_from,valid_to,status,basis,"
               "confidence,review_by")  # fmt: skip
    (tmp_path / "own.csv").write_text(
        f"{columns}\neu_gdpr,ZZ,adequacy,,treaty,,,in force,own,high,2030-01-01\n", "utf-8"
    )
    (tmp_path / "policy.toml").write_text('[tables]\ntransfers = "own.csv"\n', "utf-8")
    facts = Policy.of(tmp_path / "policy.toml").facts
    rows = [row for row in facts.tables["transfers"] if row["destination"] == "ZZ"]
    assert [row["kind"] for row in rows] == ["adequacy"]
    assert facts.sha256["transfers"] != Policy().facts.sha256["transfers"]


def test_a_table_of_ones_own_with_a_mistake_is_told_with_both_lines(tmp_path: Path):
    (tmp_path / "own.csv").write_text("group,countries\nEU,DE\n", "utf-8")
    (tmp_path / "policy.toml").write_text('[tables]\ngroups = "own.csv"\n', "utf-8")
    with pytest.raises(PolicyError, match=r"policy\.toml:2: .*own\.csv:2: the row lacks"):
        Policy.of(tmp_path / "policy.toml")

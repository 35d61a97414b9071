"""A log with nothing in it has no findings, and says so."""

import lineage_explorer as lx


def test_an_empty_log_is_judged_and_nothing_is_found():
    report = lx.read(b"").residency()
    assert report.findings.is_empty()
    assert report.report()
    assert report._repr_html_()


def test_a_dataset_without_a_time_is_judged_without_a_day():
    dataset = {"namespace": "s3://bucket", "name": "key"}
    report = lx.read([{"dataset": dataset, "schemaURL": "x"}]).residency()
    assert report.places["node"].to_list() == ["dataset:s3://bucket:key"]

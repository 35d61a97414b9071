package residency_test

import data.residency

tables := {
	"regimes": {
		"eu_gdpr": {"countries": ["DE", "FR"], "rule": "safeguards_required"},
		"us_bulk_data": {"countries": ["US"], "rule": "prohibited_or_restricted_to_list"},
		"us_ccpa": {"countries": ["US"], "rule": "free"},
	},
	"transfers": {"eu_gdpr": [
		{"destination": "EEA", "kind": "free", "valid_from": "", "valid_to": ""},
		{"destination": "BR", "kind": "adequacy", "valid_from": "2026-01-26", "valid_to": ""},
		{"destination": "US", "kind": "adequacy_conditional", "valid_from": "", "valid_to": ""},
	]},
	"groups": {"EEA": [{"countries": ["DE", "FR", "NO"], "valid_from": "", "valid_to": ""}]},
}

question(more) := object.union(
	{
		"id": "q", "check": "storage", "permitted": ["DE", "FR"], "complete": true, "regimes": [],
		"source": [], "destination": ["DE"], "grade": "C", "kind": "dataset", "basis": [],
		"day": "2026-11-22",
	},
	more,
)

rule(more) := found.rule if {
	found := residency.decision.q with input as {"questions": [question(more)]} with data.residency.tables as tables
}

goes(more) := rule(object.union(
	{"check": "transfer", "permitted": ["*"], "regimes": ["eu_gdpr"], "source": ["DE"]},
	more,
))

test_within if rule({}) == "storage.within"

test_outside if rule({"destination": ["US"]}) == "storage.outside"

test_partly if rule({"destination": ["DE", "US"]}) == "place.partly"

test_unknown if rule({"destination": []}) == "place.unknown"

test_missing_is_not_unrestricted if rule({"permitted": null, "complete": false}) == "label.missing"

test_incomplete if rule({"complete": false}) == "label.incomplete"

test_nowhere if rule({"permitted": []}) == "storage.outside"

test_a_part_of_a_country if {
	rule({"permitted": ["US"], "destination": ["US-CA"]}) == "storage.within"
	rule({"permitted": ["US-CA"], "destination": ["US"]}) == "place.partly"
}

test_same_place if goes({"destination": ["DE"]}) == "transfer.same_place"

test_home if goes({"destination": ["FR"]}) == "transfer.home"

test_group if goes({"destination": ["NO"]}) == "transfer.free"

test_adequacy_from_its_day if {
	goes({"destination": ["BR"]}) == "transfer.adequacy"
	goes({"destination": ["BR"], "day": "2025-01-01"}) == "transfer.no_basis"
}

test_condition if goes({"destination": ["US"]}) == "transfer.condition"

test_on_file if goes({"destination": ["IN"], "basis": [["eu_gdpr", "SCC"]]}) == "transfer.on_file"

test_no_basis if goes({"destination": ["IN"]}) == "transfer.no_basis"

test_unknown_source if goes({"source": [], "destination": ["IN"]}) == "place.unknown"

test_unknown_regime if goes({"regimes": ["x"], "destination": ["IN"]}) == "code.unknown"

test_prohibited if goes({"regimes": ["us_bulk_data"], "source": ["US"], "destination": ["CN"]}) == "transfer.prohibited"

test_free if goes({"regimes": ["us_ccpa"], "source": ["US"], "destination": ["CN"]}) == "transfer.free"

# The rules of question.py in Rego, over distinct questions: no names, no SQL, no facets.
#
# input: {"schema": "residency-question/1", "questions": [{"id", "check", "permitted", "complete",
#   "regimes", "source", "destination", "grade", "kind", "basis", "day"}]}
# data.residency.tables: {"regimes": {name: {"countries", "rule"}}, "transfers": {regime: [rows]},
#   "groups": {name: [rows]}}, days as text, empty for none
# answer: data.residency.decision[id] = {"verdict", "rule", "reason"}, once for every id
package residency

rank := {"outside": 0, "undecided": 1, "by exception": 2, "within": 3, "not applicable": 4}

asks_nothing := {"free", "free_unless_restricted", "accountability", "recommended_only"}

decision[id] := found if {
	some question in input.questions
	id := question.id
	found := answer(question)
}

told(verdict, rule, reason) := {"verdict": verdict, "rule": rule, "reason": reason}

same_place(q) if {
	count(q.source) == 1
	q.source == q.destination
}

answer(q) := where(q) if {
	q.check == "storage"
} else := where(q) if {
	q.check == "processing"
	same_place(q)
} else := told("not applicable", "transfer.same_place", "it stays in one place") if {
	same_place(q)
} else := told("undecided", "place.unknown", "where it comes from is not known") if {
	q.check == "transfer"
	count(q.source) == 0
} else := worst(array.concat(bases(q), [where(q)])) if {
	where(q).verdict == "within"
} else := worst(array.concat([where(q)], bases(q)))

# The worst of several, the first of those that are as bad.
worst(found) := [one | some one in found; rank[one.verdict] == least][0] if {
	least := min([rank[one.verdict] | some one in found])
}

# Whether data may be where it is.
where(q) := told("within", concat(".", [q.check, "unrestricted"]), "a label says anywhere") if {
	q.permitted == ["*"]
	q.complete == true
} else := told("undecided", "place.unknown", "where it is is not known") if {
	count(q.destination) == 0
} else := told("undecided", "label.missing", "where it may be is not known") if {
	q.permitted == null
} else := told("undecided", "place.partly", "it may be outside what is permitted") if {
	not inside(q)
	some place in q.destination
	touches(place, q.permitted)
} else := told("outside", concat(".", [q.check, "outside"]), "it is outside what is permitted") if {
	not inside(q)
} else := told("within", concat(".", [q.check, "within"]), "it is where it may be") if {
	q.complete == true
} else := told("undecided", "label.incomplete", "some of what it comes from has no label")

inside(q) if q.permitted == ["*"]

inside(q) if count([place | some place in q.destination; not lies(place, q.permitted)]) == 0

lies(place, permitted) if place in permitted

lies(place, permitted) if substring(place, 0, 2) in permitted

touches(place, permitted) if lies(place, permitted)

touches(place, permitted) if {
	some other in permitted
	substring(other, 0, 2) == place
}

# What each regime asks of data that goes there.
bases(q) := [basis(q, regime) | some regime in q.regimes] if {
	count(q.destination) > 0
} else := []

basis(q, regime) := found if {
	asked := [asks(q, regime, place) | some place in q.destination]
	found := settled(worst(asked), asked, q)
}

settled(found, asked, q) := found if {
	found.verdict != "outside"
} else := found if {
	certain(q, asked)
} else := told("undecided", "transfer.partly", "whether it goes there is not certain")

certain(q, asked) if {
	count(q.source) > 0
	count({place | some place in q.source} & {place | some place in q.destination}) == 0
	count([one | some one in asked; one.verdict != "outside"]) == 0
}

known(regime) := data.residency.tables.regimes[regime]

on_file(q, regime) if {
	some pair in q.basis
	pair[0] == regime
}

# The kind of a transfer: that of the table, else that of the regime.
kind(found, regime) := found[0].kind if {
	count(found) > 0
} else := known(regime).rule

asks(q, regime, place) := told("undecided", "code.unknown", "no regime of the table") if {
	not known(regime)
} else := asks_of(q, regime, substring(place, 0, 2), rows(regime, substring(place, 0, 2), q.day))

asks_of(q, regime, land, found) := told("within", "transfer.home", "its own territory") if {
	land in known(regime).countries
} else := told("within", "transfer.free", "no basis is asked for") if {
	kind(found, regime) in asks_nothing
} else := told("within", "transfer.adequacy", "an adequacy decision") if {
	kind(found, regime) == "adequacy"
} else := told("by exception", "transfer.on_file", "a basis is on file") if {
	on_file(q, regime)
	startswith(kind(found, regime), "prohibited")
} else := told("within", "transfer.on_file", "a basis is on file") if {
	on_file(q, regime)
} else := told("undecided", "transfer.condition", "adequate under a condition") if {
	count(found) > 0
	kind(found, regime) == "adequacy_conditional"
} else := told("undecided", "transfer.contract", "by contract or programme") if {
	kind(found, regime) == "contractual"
} else := told("outside", "transfer.prohibited", "prohibited or restricted") if {
	startswith(kind(found, regime), "prohibited")
} else := told("outside", "transfer.no_basis", "a basis is asked for, none is on file")

# Rows of the table for a country on a day: of the country, then of a group, then of all.
rows(regime, land, day) := array.concat(exact, array.concat(grouped, anywhere)) if {
	held := [row | some row in object.get(data.residency.tables.transfers, regime, []); valid(row, day)]
	exact := [row | some row in held; row.destination == land]
	grouped := [row | some row in held; row.destination != land; land in members(row.destination, day)]
	anywhere := [row | some row in held; row.destination == "*"]
}

members(name, day) := [row.countries | some row in held(name); valid(row, day)][0]

held(name) := object.get(data.residency.tables.groups, name, [])

valid(row, day) if {
	row.valid_from <= day
	until(row) >= day
}

until(row) := "9999-12-31" if {
	row.valid_to == ""
} else := row.valid_to

# The rules of question.py in Rego, over distinct questions: no names, no SQL, no facets.
#
# input: {"schema": "residency-question/1", "questions": [{"id", "check", "permitted", "complete",
#   "regimes", "source", "destination", "grade", "kind", "basis", "day"}]}
# data.residency.tables: {"regimes": {name: {"countries", "rule"}}, "transfers": {regime: [rows]},
#   "groups": {name: [rows]}}, days as text, empty for none
# answer: data.residency.decision[id] = {"verdict", "rule", "reason"}, once for every id
#
# Written so that OPA and rego-cpp (regopy) read it alike. Keys that may be missing are looked up
# with object.get: rego-cpp reads data.x[key], where there is no such key, as any key. No
# comprehension stands in another, and no local name is that of a rule.
package residency

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

# --- what is asked of the place, then of the way there

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

first(several, verdict) := found if {
	fitting := [one | some one in several; one.verdict == verdict]
	found := fitting[0]
}

worst(several) := first(several, "outside") if {
	first(several, "outside")
} else := first(several, "undecided") if {
	first(several, "undecided")
} else := first(several, "by exception") if {
	first(several, "by exception")
} else := several[0]

# --- whether data may be where it is

where(q) := told("within", concat(".", [q.check, "unrestricted"]), "a label says anywhere") if {
	q.permitted == ["*"]
	q.complete == true
} else := told("undecided", "place.unknown", "where it is is not known") if {
	count(q.destination) == 0
} else := told("undecided", "label.missing", "where it may be is not known") if {
	q.permitted == null
} else := told("undecided", "place.partly", "it may be outside what is permitted") if {
	not inside(q)
	near(q)
} else := told("outside", concat(".", [q.check, "outside"]), "it is outside what is permitted") if {
	not inside(q)
} else := told("within", concat(".", [q.check, "within"]), "it is where it may be") if {
	q.complete == true
} else := told("undecided", "label.incomplete", "some of what it comes from has no label")

inside(q) if q.permitted == ["*"]

inside(q) if {
	every place in q.destination {
		lies(place, q.permitted)
	}
}

lies(place, permitted) if place in permitted

lies(place, permitted) if substring(place, 0, 2) in permitted

near(q) if {
	some place in q.destination
	lies(place, q.permitted)
}

near(q) if {
	some place in q.destination
	some other in q.permitted
	substring(other, 0, 2) == place
}

# --- what each regime asks of data that goes there

bases(q) := [] if {
	count(q.destination) == 0
} else := [found | some regime in q.regimes; found := basis(q, regime)]

basis(q, regime) := found if {
	asked := [one | some place in q.destination; one := asks(q, regime, place)]
	found := settled(q, asked)
}

settled(q, asked) := found if {
	found := worst(asked)
	found.verdict != "outside"
} else := found if {
	certain(q)
	every one in asked {
		one.verdict == "outside"
	}
	found := worst(asked)
} else := told("undecided", "transfer.partly", "whether it goes there is not certain")

certain(q) if {
	count(q.source) > 0
	not meets(q)
}

meets(q) if {
	some place in q.source
	place in q.destination
}

asks(q, regime, place) := found if {
	known(regime)
	land := substring(place, 0, 2)
	found := asks_of(q, regime, land, kind(regime, land, q.day))
} else := told("undecided", "code.unknown", "no regime of the table")

asks_of(q, regime, land, asked) := told("within", "transfer.home", "its own territory") if {
	land in regime_of(regime).countries
} else := told("within", "transfer.free", "no basis is asked for") if {
	asked in ["free", "free_unless_restricted", "accountability", "recommended_only"]
} else := told("within", "transfer.adequacy", "an adequacy decision") if {
	asked == "adequacy"
} else := told("by exception", "transfer.on_file", "a basis is on file") if {
	on_file(q, regime)
	startswith(asked, "prohibited")
} else := told("within", "transfer.on_file", "a basis is on file") if {
	on_file(q, regime)
} else := told("undecided", "transfer.condition", "adequate under a condition") if {
	stated(regime, land, q.day)
	asked == "adequacy_conditional"
} else := told("undecided", "transfer.contract", "by contract or programme") if {
	asked == "contractual"
} else := told("outside", "transfer.prohibited", "prohibited or restricted") if {
	startswith(asked, "prohibited")
} else := told("outside", "transfer.no_basis", "a basis is asked for, none is on file")

on_file(q, regime) if {
	some pair in q.basis
	pair[0] == regime
}

# --- what the tables say of a country on a day: its own row, then that of a group, then of all

regime_of(name) := object.get(data.residency.tables.regimes, name, {"countries": [], "rule": null})

known(name) if regime_of(name).rule != null

transfers_of(regime) := object.get(data.residency.tables.transfers, regime, [])

kind(regime, land, day) := found if {
	stated(regime, land, day)
	nearer := array.concat(own(regime, land, day), grouped(regime, land, day))
	found := array.concat(nearer, own(regime, "*", day))[0]
} else := regime_of(regime).rule

stated(regime, land, day) if count(own(regime, land, day)) > 0

stated(regime, land, day) if count(grouped(regime, land, day)) > 0

stated(regime, _, day) if count(own(regime, "*", day)) > 0

own(regime, land, day) := [row.kind |
	some row in transfers_of(regime)
	row.destination == land
	valid(row, day)
]

grouped(regime, land, day) := [row.kind |
	some row in transfers_of(regime)
	valid(row, day)
	member(land, row.destination, day)
]

member(land, name, day) if land in countries_of(name, day)[0]

countries_of(name, day) := [row.countries |
	some row in object.get(data.residency.tables.groups, name, [])
	valid(row, day)
]

valid(row, day) if {
	row.valid_from <= day
	row.valid_to == ""
}

valid(row, day) if {
	row.valid_from <= day
	row.valid_to >= day
}

package policies.lib.selectors_test

import data.policies.lib.selectors

test_labels_are_the_objects if {
	selectors.labels({"metadata": {"labels": {"app": "shop"}}}) == {"app": "shop"}
}

test_labels_of_wrong_types_are_none if {
	every wrong in _scalars {
		selectors.labels(wrong) == {}
		selectors.labels({"metadata": wrong}) == {}
		selectors.labels({"metadata": {"labels": wrong}}) == {}
	}
}

test_the_empty_selector_selects_everything if {
	every selector in _empty {
		selectors.is_empty(selector)
		selectors.selects(selector, {})
		selectors.selects(selector, {"app": "shop"})
	}
}

test_what_is_no_object_selects_nothing if {
	every wrong in _scalars {
		not selectors.is_empty(wrong)
		not selectors.selects(wrong, {"app": "shop"})
	}
}

test_a_requirement_makes_a_selector_not_empty if {
	not selectors.is_empty({"matchLabels": {"app": "shop"}})
	not selectors.is_empty({"matchExpressions": [{"key": "app", "operator": "Exists"}]})
}

test_every_label_must_match if {
	selector := {"matchLabels": {"app": "shop", "tier": "web"}}
	selectors.selects(selector, {"app": "shop", "tier": "web", "x": "y"})
	not selectors.selects(selector, {"app": "shop", "tier": "db"})
	not selectors.selects(selector, {"app": "shop"})
	not selectors.selects(selector, {})
}

test_in_needs_one_of_the_values if {
	_selects("In", ["shop", "cart"], {"app": "cart"})
	not _selects("In", ["shop", "cart"], {"app": "api"})
	not _selects("In", ["shop", "cart"], {"tier": "cart"})
}

test_not_in_is_met_by_an_absent_key if {
	_selects("NotIn", ["shop"], {"app": "api"})
	_selects("NotIn", ["shop"], {})
	not _selects("NotIn", ["shop"], {"app": "shop"})
}

test_exists_asks_for_the_key_only if {
	_selects("Exists", null, {"app": ""})
	not _selects("Exists", null, {"tier": "web"})
	_selects("DoesNotExist", null, {"tier": "web"})
	not _selects("DoesNotExist", null, {"app": ""})
}

test_every_expression_must_hold_beside_the_labels if {
	selector := {"matchLabels": {"app": "shop"}, "matchExpressions": [
		{"key": "tier", "operator": "Exists"},
		{"key": "track", "operator": "NotIn", "values": ["canary"]},
	]}
	selectors.selects(selector, {"app": "shop", "tier": "web"})
	not selectors.selects(selector, {"app": "cart", "tier": "web"})
	not selectors.selects(selector, {"app": "shop"})
	not selectors.selects(selector, {"app": "shop", "tier": "web", "track": "canary"})
}

test_an_unknown_operator_selects_nothing if {
	every operator in ["in", "Gt", "", null, 5] {
		not _selects(operator, ["shop"], {"app": "shop"})
	}
}

test_values_of_wrong_types_hold_nothing if {
	every wrong in _scalars {
		not _selects("In", wrong, {"app": "shop"})
		_selects("NotIn", wrong, {"app": "shop"})
		not selectors.selects({"matchExpressions": [wrong]}, {"app": "shop"})
		not selectors.selects(
			{"matchExpressions": [{"key": wrong, "operator": "Exists"}]},
			{"app": "shop"},
		)
	}
}

# Whether an expression about the key "app" selects an object with these labels.
_selects(operator, values, labels) if {
	expression := {"key": "app", "operator": operator, "values": values}
	selectors.selects({"matchExpressions": [expression]}, labels)
}

_empty := [
	{},
	{"matchLabels": null, "matchExpressions": null},
	{"matchLabels": {}, "matchExpressions": []},
	{"matchLabels": 5, "matchExpressions": true},
]

_scalars := [null, true, false, 5, "x", []]

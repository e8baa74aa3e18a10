# Label selectors as Kubernetes reads them: every requirement must hold, so the empty selector
# selects everything; whoever reads a field that may be absent says what absence means there.
#
# All are functions of what they read; a null or a value of the wrong type counts as absent, and
# nothing here is ever an evaluation error.
package policies.lib.selectors

# The labels of an object.
labels(object) := object.metadata.labels if {
	is_object(object.metadata.labels)
} else := {}

# Whether the selector has no requirement.
is_empty(selector) if {
	is_object(selector)
	not _has_labels(selector)
	not _has_expressions(selector)
}

# Whether the selector selects an object with these labels.
selects(selector, labels) if {
	is_object(selector)
	not _other_label(selector, labels)
	not _unmet_expression(selector, labels)
}

_has_labels(selector) if {
	is_object(selector.matchLabels)
	count(selector.matchLabels) > 0
}

_has_expressions(selector) if {
	is_array(selector.matchExpressions)
	count(selector.matchExpressions) > 0
}

_other_label(selector, labels) if {
	wanted := selector.matchLabels
	is_object(wanted)
	not object.subset(labels, wanted)
}

_unmet_expression(selector, labels) if {
	some i
	expression := selector.matchExpressions[i]
	not _met(expression, labels)
}

# An expression with any other operator is refused by the API: it selects nothing.
_met(expression, labels) if {
	expression.operator == "In"
	_among_values(expression, labels)
}

_met(expression, labels) if {
	expression.operator == "NotIn"
	not _among_values(expression, labels)
}

_met(expression, labels) if {
	expression.operator == "Exists"
	_has_key(expression, labels)
}

_met(expression, labels) if {
	expression.operator == "DoesNotExist"
	not _has_key(expression, labels)
}

_among_values(expression, labels) if expression.values[_] == labels[expression.key]

_has_key(expression, labels) if labels[expression.key] != null

# What roles grant and bindings hand out, read as Kubernetes' authorizer reads it: the builtin
# `rbac.matches` compares, this names the places and words the messages.
#
# All are functions of what they read; a null or a value of the wrong type counts as absent, and
# nothing here is ever an evaluation error.
package policies.lib.rbac

# A violation for each rule of the reviewed role that grants what is wanted, or one for the reviewed
# binding, with the rules of its role as related places. `wanted` is one of these, or a list of
# them, of which one is enough:
#   verbs      a set; one of them is enough
#   resources  {API group: a set of `resource` and `resource/subresource`}
#   names      optional; a set of resourceNames that narrow nothing
#   prefixes   optional; a set of what such names begin with
#   named      optional; true: no resourceNames narrow anything
#   keyed      optional; a set of prefixes, `userextras/`: whatever stands behind one counts
violations(review, evidence, wanted) := [violation |
	found := grants(review, evidence, wanted)
	found != []
	whose := holder(review, evidence)
	some grant in found
	violation := {
		"path": grant.path,
		"msg": sprintf("%v %v", [whose, grant.can]),
		"details": {"found": grant.found},
		"related": grant.related,
	}
]

# The same places, the first 101 of a role (a review reports 100 and that there are more), with what
# was matched: `{path, found, can, verbs, resources, related, rules}`. `can` is for messages, like
# `get, list secrets`; `rules` a list.
grants(review, evidence, wanted) := [] if {
	evidence.role.value.bootstrap == true
} else := [grant |
	rules := review.object.rules
	some hit in _hits(rules, wanted)
	grant := {
		"path": ["rules", hit.rule, "resources", hit.at],
		"found": rules[hit.rule].resources[hit.at],
		"can": _together(hit.matches),
		"verbs": {verb | verb := hit.matches[_].verbs[_]},
		"resources": {resource | resource := hit.matches[_].resources[_]},
		"related": [],
		"rules": [rules[hit.rule]],
	}
] if {
	review.kind.kind in {"Role", "ClusterRole"}
} else := [grant |
	rules := handed_out(evidence)
	hits := _hits(rules, wanted)
	count(hits) > 0
	grant := {
		"path": ["roleRef", "name"],
		"found": _bound_name(review, evidence),
		"can": _together([match | match := hits[_].matches[_]]),
		"verbs": {verb | verb := hits[_].matches[_].verbs[_]},
		"resources": {resource | resource := hits[_].matches[_].resources[_]},
		"related": [place |
			some hit in array.slice(hits, 0, 20)
			path := ["rules", hit.rule, "resources", hit.at]
			place := {"path": path, "of": "role", "msg": _together(hit.matches)}
		],
		"rules": [rules[hit.rule] | some hit in hits],
	}
]

_bound_name(review, evidence) := evidence.role.value.metadata.name if {
	evidence.role.value.metadata.name
} else := review.object.roleRef.name if {
	review.object.roleRef.name
} else := null

# Who can do it, as messages begin: `role "x" can`, `binding hands out role "x", which can`.
holder(review, evidence) := sprintf("%v can", [role_name(review.kind.kind, review.object)]) if {
	review.kind.kind in {"Role", "ClusterRole"}
} else := sprintf("binding hands out %v, which can", [name]) if {
	role := evidence.role.value
	name := role_name(role.kind, role)
} else := "binding hands out a role, which can"

# `cluster role "x"`.
role_name(kind, object) := sprintf("%v %q", [_noun(kind), object.metadata.name]) if {
	is_string(object.metadata.name)
} else := _noun(kind)

_noun(kind) := "cluster role" if {
	kind == "ClusterRole"
} else := "role"

is_role(review) if review.kind.kind in {"Role", "ClusterRole"}

is_binding(review) if review.kind.kind in {"RoleBinding", "ClusterRoleBinding"}

# Whether the reviewed object is one of Kubernetes' own, unchanged.
bootstrap(evidence) if evidence.role.value.bootstrap == true

# The rules to judge: the reviewed role's, or those that the reviewed binding hands out.
rules_of(review, evidence) := review.object.rules if {
	is_role(review)
} else := handed_out(evidence)

# The effective rules of the role that the reviewed binding refers to. None of the built-in roles
# for users: handing these out has policies of its own.
handed_out(evidence) := evidence.role.value.rules if not for_users(evidence)

# Whether the binding's role is one of the four that Kubernetes has for users, unchanged.
for_users(evidence) if {
	role := evidence.role.value
	role.builtIn == true
	role.metadata.name in {"cluster-admin", "admin", "edit", "view"}
}

# Whether one of the rules grants what is wanted.
any_grants(rules, wanted) if rbac.matches(rules, _parts(wanted)) != []

# The first 101 rules that grant what is wanted: `{rule, at, matches}`, rule and at being positions,
# matches a list of `{part, verbs, resources, named}`.
_hits(rules, wanted) := array.slice(rbac.matches(rules, _parts(wanted)), 0, 101)

# What of the part one rule grants: `{at, verbs, resources, named}`.
matched(rule, part) := object.remove(object.union(hit.matches[0], {"at": hit.at}), ["part"]) if {
	hit := rbac.matches([rule], [part])[0]
}

# What the matches grant: `create pods; get secrets named "tls"`.
_together(matches) := concat("; ", [can |
	parts := [{"verbs": all_verbs, "resources": all_resources, "named": all_named} |
		some n in {match.part | some match in matches}
		all_verbs := {verb | some match in matches; match.part == n; verb := match.verbs[_]}
		all_resources := {name |
			some match in matches
			match.part == n
			name := match.resources[_]
		}
		all_named := _common_names([match.named | some match in matches; match.part == n])
	]
	some [verbs, named] in {[part.verbs, part.named] | some part in parts}
	names := {name |
		some part in parts
		[part.verbs, part.named] == [verbs, named]
		name := part.resources[_]
	}
	can := sprintf("%v %v%v", [concat(", ", verbs), _enumerated(names), _called(named)])
])

# None, if one of the rules isn't narrowed.
_common_names(named) := {name | name := named[_][_]} if {
	not set() in named
} else := set()

_called(names) := "" if {
	names == set()
} else := sprintf(" named %v", [_enumerated({sprintf("%q", [name]) | some name in names})])

_enumerated(names) := concat(", ", names) if {
	count(names) <= 10
} else := sprintf("%v and %v others", [concat(", ", first), count(names) - 8]) if {
	first := array.slice([name | some name in names], 0, 8)
}

_parts(wanted) := [wanted] if {
	wanted.verbs
} else := wanted

# Whether resourceNames narrow a rule. The empty name is the one of requests that name no object.
narrowed(rule) if {
	is_array(rule.resourceNames)
	names := [name | name := rule.resourceNames[_]; is_string(name)]
	count(names) > 0
	not "" in names
}

# METADATA
# title: Remote source that moves
# description: >-
#   Manifests and charts that are fetched by branch, by range of versions or over plain http are
#   what someone else decides at the next sync: whoever can push there, or sits on the line, deploys
#   to the cluster. A commit, a digest, a version and a tag that names a version hold still.
# related_resources:
# - ref: https://kubectl.docs.kubernetes.io/references/kustomize/kustomization/resource/
# - ref: https://argo-cd.readthedocs.io/en/stable/user-guide/tracking_strategies/
# - ref: https://fluxcd.io/flux/components/source/gitrepositories/#reference
# - ref: https://fluxcd.io/flux/components/source/helmcharts/#version
# custom:
#   severity: medium
#   scope:
#     kinds:
#     - kustomize.config.k8s.io/Kustomization
#     - kustomize.config.k8s.io/Component
#     - argoproj.io/Application
#     - argoproj.io/ApplicationSet
#     - source.toolkit.fluxcd.io/GitRepository
#     - source.toolkit.fluxcd.io/OCIRepository
#     - source.toolkit.fluxcd.io/HelmRepository
#     - source.toolkit.fluxcd.io/HelmChart
#     - helm.toolkit.fluxcd.io/HelmRelease
#     operations: [CREATE, UPDATE]
#   parameters:
#     type: object
#     properties:
#       exemptRepositories:
#         type: array
#         items: {type: string, pattern: '^[\w.-]+(:\d+)?(/[\w.-]+)*/?$'}
#         default: []
#         description: >-
#           Repositories whose branches may be followed, such as the organisation's own: host and
#           whole segments of the path, `github.com/shop`. Plain http is denied there too.
#   remediation: >-
#     Name a commit, an exact version or a version tag, and fetch it over https: `targetRevision:
#     v1.4.2`.
#   references:
#   - {framework: SLSA, id: Dependency threats}
#   - {framework: NSA, id: Supply chain risk}
#   since: "0.1.0"
package policies.images.unpinned_remote_source

violation contains {"path": source.path, "msg": _moves(source), "details": details} if {
	some source in _sources
	not _is_pinned(source)
	not _is_exempt(source)
	details := {key: value | some key, value in {"found": source.revision}; value != ""}
}

violation contains {"path": address.path, "msg": msg} if {
	some address in _addresses
	regex.match(`^(git::)?(http|git)://`, lower(address.url))
	msg := sprintf("%v is fetched without TLS", [address.what])
}

# No message tells an address: it may hold a password.
_moves(source) := sprintf("%v names no version, so the newest is taken", [source.what]) if {
	source.revision == ""
} else := sprintf("%v takes any version that fits %q", [source.what, source.revision]) if {
	source.type == "version"
} else := sprintf("%v follows %q", [source.what, source.revision])

# --- What is fetched: `path` leads to its revision, and `type` says what that is: a `version` or a
# range of them, a `commit`, a `tag`, a `branch`, or a `name`, any that Git knows.

_sources contains object.union(entry, {"type": "name", "revision": revision}) if {
	some entry in _entries
	revision := _revision(entry.url)
}

_sources contains source if {
	some at in _charts
	source := {
		"path": array.concat(at.path, ["version"]),
		"what": at.what,
		"type": "version",
		"revision": _text(at.chart, "version"),
	}
}

_sources contains source if {
	some at in _argo_sources
	revision := _text(at.source, "targetRevision")
	# An ApplicationSet fills in `{{…}}`.
	not contains(revision, "{{")
	source := {
		"path": array.concat(at.path, ["targetRevision"]),
		"what": at.what,
		"type": at.type,
		"revision": revision,
		"url": _text(at.source, "repoURL"),
	}
}

_sources contains source if {
	what := {"GitRepository": "repository", "OCIRepository": "artifact"}[input.review.kind.kind]
	spec := object.get(input.review.object, "spec", null)
	reference := object.get(input.review.object, ["spec", "ref"], null)
	key := _flux_key(reference)
	types := {"": "branch", "digest": "commit", "name": "name", "semver": "version"}
	source := {
		"path": array.concat(["spec", "ref"], [key | key != ""]),
		"what": what,
		"type": object.get(types, key, key),
		"revision": _text(reference, key),
		"url": _text(spec, "url"),
	}
}

# The first that is set, in the order in which Flux prefers them.
_flux_key(reference) := keys[0] if {
	keys := [key |
		some key in ["commit", "digest", "name", "semver", "tag", "branch"]
		_text(reference, key) != ""
	]
	count(keys) > 0
} else := ""

# --- Addresses, each with its place.

_addresses contains entry if some entry in _entries

_addresses contains {"path": array.concat(at.path, ["repo"]), "what": at.what, "url": url} if {
	some at in _charts
	url := _text(at.chart, "repo")
}

_addresses contains {"path": array.concat(at.path, ["repoURL"]), "what": at.what, "url": url} if {
	some at in _argo_sources
	url := _text(at.source, "repoURL")
}

_addresses contains {"path": ["spec", "url"], "what": what, "url": url} if {
	what := _flux[input.review.kind.kind]
	url := input.review.object.spec.url
	is_string(url)
}

# Flux's word for plain http to a registry.
_addresses contains {"path": ["spec", "insecure"], "what": what, "url": "http://"} if {
	what := _flux[input.review.kind.kind]
	input.review.object.spec.insecure == true
}

_flux := {
	"GitRepository": "repository",
	"HelmRepository": "chart repository",
	"OCIRepository": "artifact",
}

# --- Where they stand.

# The remote ones among Kustomize's entries.
_entries contains {"path": [field, i], "what": "remote resource", "url": url} if {
	input.review.kind.group == "kustomize.config.k8s.io"
	some field in ["resources", "components", "bases", "generators", "transformers"]
	some i
	url := input.review.object[field][i]
	is_string(url)
	regex.match(`^(git::|gh:|github\.com[/:]|(https?|ssh|git)://|[\w.-]+@[\w.-]+:)`, lower(url))
}

# Kustomize's charts; without `repo` a chart lies beside the file.
_charts contains {"path": ["helmCharts", i], "what": _chart(chart, "name"), "chart": chart} if {
	input.review.kind.group == "kustomize.config.k8s.io"
	some i
	chart := input.review.object.helmCharts[i]
	_text(chart, "repo") != ""
}

# Flux' charts; of those in a Git repository or a bucket it ignores the version.
_charts contains {"path": path, "what": _chart(chart, "chart"), "chart": chart} if {
	paths := {"HelmRelease": ["spec", "chart", "spec"], "HelmChart": ["spec"]}
	path := paths[input.review.kind.kind]
	chart := object.get(input.review.object, path, null)
	is_object(chart)
	kind := object.get(chart, ["sourceRef", "kind"], null)
	not kind in {"GitRepository", "Bucket"}
}

_argo_sources contains object.union({"path": path, "source": source}, _argo(source)) if {
	specs := {"Application": ["spec"], "ApplicationSet": ["spec", "template", "spec"]}
	path := array.concat(specs[input.review.kind.kind], ["source"])
	source := object.get(input.review.object, path, null)
	is_object(source)
}

_argo_sources contains object.union({"path": path, "source": source}, _argo(source)) if {
	specs := {"Application": ["spec"], "ApplicationSet": ["spec", "template", "spec"]}
	list := array.concat(specs[input.review.kind.kind], ["sources"])
	sources := object.get(input.review.object, list, null)
	some i
	source := sources[i]
	is_object(source)
	path := array.concat(list, [i])
}

_argo(source) := {"type": "version", "what": _chart(source, "chart")} if {
	_text(source, "chart") != ""
} else := {"type": "tag", "what": "artifact"} if {
	startswith(_text(source, "repoURL"), "oci://")
} else := {"type": "name", "what": "repository"}

_chart(holder, key) := sprintf("chart %q", [_text(holder, key)])

# --- What holds still.

_is_pinned(source) if source.type == "commit"

_is_pinned(source) if {
	source.type == "version"
	regex.match(`^v?\d+\.\d+\.\d+([-+][\w.+-]+)?$`, source.revision)
}

_is_pinned(source) if {
	source.type == "tag"
	revision := source.revision
	not _is_range(revision)
	not revision in {"", "latest", "stable", "main", "master", "edge", "nightly"}
}

_is_pinned(source) if {
	source.type == "name"
	regex.match(`^(refs/tags/.|[0-9a-f]{7,64}$)`, source.revision)
}

# A tag that names a version or a day: `v1.4`, `chart-1.4.2`, `app/v1.4.2`, `2026-11-05`; branches
# are called `main`, `release-1.4` or `release/1.4.2`.
_is_pinned(source) if {
	source.type == "name"
	revision := source.revision
	regex.match(`^(v?\d+\.\d|(.*[^0-9A-Za-z])?v?(\d+\.\d+\.\d|\d{4}-\d\d-\d\d))`, revision)
	not regex.match(`^(refs|heads|(release|feature|hotfix|bugfix)s?)/`, revision)
	not _is_range(revision)
}

_is_range(revision) if regex.match(`[*<>=~^|, ]|\.[xX](\.|$)`, revision)

# The revision in the address of a remote resource: empty if the repository's default branch is
# meant, undefined for a file of which nobody can tell.
_revision(url) := revision if {
	revision := _parameter(url, "ref")
} else := revision if {
	revision := _parameter(url, "version")
} else := "latest" if {
	contains(url, "/releases/latest/")
} else := found[0][1] if {
	found := regex.find_all_string_submatch_n(_raw, url, 1)
	count(found) > 0
} else := "" if {
	not regex.match(`(?i)^https?://[^?#]+\.(ya?ml|json)([?#]|$)`, url)
}

_parameter(url, name) := found[0][1] if {
	pattern := sprintf(`^[^?#]*\?(?:[^&#]*&)*?%v=([^&#]*)`, [name])
	found := regex.find_all_string_submatch_n(pattern, url, 1)
}

# Raw files of GitHub and GitLab.
_raw := concat("", [
	`^https?://(?:raw\.githubusercontent\.com/[^/]+/[^/]+|github\.com/[^/]+/[^/]+/raw`,
	`|[^/]+/.+/-/raw)/(refs/(?:heads|tags)/[^/]+|[^/]+)/`,
])

# Whether the address lies in one of the repositories that the parameter names, by whole segments.
_is_exempt(source) if {
	some repository in input.parameters.exemptRepositories
	named := regex.replace(lower(source.url), `^(git::)?([a-z]+://)?([^/@]*@)?`, "")
	place := regex.replace(named, `^([\w.-]+):([^/\d])`, "$1/$2")
	not regex.match(`\.\.|%`, place)
	prefix := trim_suffix(lower(repository), "/")
	startswith(place, prefix)
	regex.match(`^(\.git)?([/?]|$)`, trim_prefix(place, prefix))
}

_text(holder, key) := holder[key] if {
	is_string(holder[key])
} else := sprintf("%v", [holder[key]]) if {
	is_number(holder[key])
} else := ""

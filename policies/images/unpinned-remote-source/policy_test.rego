package policies.images.unpinned_remote_source_test

import data.policies.images.unpinned_remote_source

test_every_list_of_kustomize_is_read if {
	every field in ["resources", "components", "bases", "generators", "transformers"] {
		every kind in ["Kustomization", "Component"] {
			entries := ["base.yaml", "https://git.example/shop?ref=main"]
			_kustomize(kind, {field: entries}) == {[field, 1]}
		}
	}
}

test_remote_addresses_of_kustomize if {
	every address in [
		"https://git.example/shop", "HTTPS://git.example/shop", "ssh://git@git.example/shop",
		"git@git.example:shop/base", "github.com/shop/base", "github.com:shop/base",
		"git::file:///srv/base",
		"gh:shop/base", "org-1.x@git.example:shop/base.git", "https://git.example/shop/base.yaml.d",
		"git::https://git.example/base.yaml", "https://git.example/shop?path=base.yaml",
		"https://git.example/shop#?ref=v1.4.2",
	] {
		not _rests(address)
	}
}

test_local_paths_of_kustomize_pass if {
	every address in [
		"base.yaml", "../base", "./github.com/shop", "base/https://x", "file:///srv/base",
		"git.example/shop",
		"", null, 5, {}, [], true,
	] {
		_rests(address)
	}
}

test_revisions_that_hold_still if {
	every revision in [
		"4b825dc642cb6eb9a060e54bf8d69288fbee4904", "4b825dc", "v1.4.2", "1.4.2", "v1.4", "1.4",
		"1.4.2-rc.1",
		"v2024.11.05", "chart-1.4.2", "chart_v1.4.2", "app/v1.4.2", "@shop/app@1.4.2", "2026-11-05",
		"build-2026-11-05", "20261105", "refs/tags/anything", "release-1.4.2", "v1.4-stable",
		"v10.14", "chart-10.12.34", "prerelease/1.4.2", "1.4.2.xenial",
	] {
		_rests(concat("?ref=", ["https://git.example/shop", revision]))
		_argo({"repoURL": "https://git.example/shop", "targetRevision": revision}) == set()
		_flux("GitRepository", {"ref": {"name": revision}}) == set()
	}
}

test_revisions_that_move if {
	every revision in [
		"main", "HEAD", "latest", "production", "release-1.4", "release/1.4.2", "releases/1.4.2",
		"hotfix/1.4.2", "feature/1.4.2", "bugfix/1.4.2", "refs/heads/v1.4.2", "refs/heads/1.4.2",
		"heads/v1.4.2",
		"refs/pull/1/head", "v1", "1", "4b825d", "4B825DC", "4b825dcg", "x1.4.2", "1.4.x", "v1.X.2",
		"1.4.*",
		">=1.4.2", "^1.4.2", "~1.4.2", "1.4.2 - 1.5.0", "1.4.2,1.5.0", "1.4.2|1.5.0",
		"build-4b825dc", "x/refs/tags/a",
	] {
		not _rests(concat("?ref=", ["https://git.example/shop", revision]))
		count(_argo({"repoURL": "https://git.example/shop", "targetRevision": revision})) == 1
		_flux("GitRepository", {"ref": {"name": revision}}) == {["spec", "ref", "name"]}
	}
}

test_where_an_address_has_its_revision if {
	every query in [
		"ref=v1.4.2", "timeout=9s&ref=v1.4.2", "ref=v1.4.2&submodules=false", "ref=v1.4.2#x",
		"version=v1.4.2",
	] {
		_rests(concat("?", ["github.com/shop/base", query]))
	}
	every query in [
		"ref=main&x=v1.4.2", "ref=main&version=v1.4.2", "prefix=v1.4.2", "x=?ref=v1.4.2", "ref=",
		"version=main", "ref=main&ref=v1.4.2",
	] {
		not _rests(concat("?", ["github.com/shop/base/v1.4.2", query]))
	}
}

test_files_of_moving_branches if {
	every address in [
		"https://raw.githubusercontent.com/shop/base/main/crd.yaml",
		"https://raw.githubusercontent.com/shop/base/refs/heads/main/crd.yaml",
		"https://github.com/shop/base/raw/HEAD/crd.yaml",
		"https://gitlab.example/shop/base/-/raw/main/crd.yaml",
		"https://github.com/shop/base/releases/latest/download/crd.yaml",
		"https://files.example/crd.yaml?ref=main",
	] {
		not _rests(address)
	}
}

test_files_that_hold_still_or_of_which_nobody_can_tell if {
	every address in [
		"https://raw.githubusercontent.com/shop/base/v1.4.2/main/crd.yaml",
		"https://raw.githubusercontent.com/shop/base/refs/tags/stable/crd.yaml",
		"https://github.com/shop/base/raw/4b825dc642cb/crd.yaml",
		"https://gitlab.example/shop/base/-/raw/v1.4.2/crd.yaml",
		"https://github.com/shop/base/releases/download/v1.4.2/crd.yaml",
		"https://files.example/crd.yaml", "https://files.example/crd.YML",
		"https://files.example/a.json?x=y",
	] {
		_rests(address)
	}
}

test_charts_of_kustomize if {
	every version in ["1.4.2", "v10.12.34", "1.4.2-rc.1", "1.4.2+build.7", "1.4.2-rc.1+build.7"] {
		_charts([{"repo": "https://c.example", "version": version}]) == set()
	}
	every version in [
		null, "", "*", "1", "1.4", 1.4, 1, "1.4.x", ">=1.4.2", "^1.4.2", "1.4.2 - 2.0.0", "latest",
		{},
	] {
		_charts([{"repo": "https://c.example", "version": version}]) == {["helmCharts", 0, "version"]}
	}
	_charts([{"name": "local"}, {"repo": null}, {"repo": ""}]) == set()
}

test_every_source_of_argo_cd_is_read if {
	moving := {"repoURL": "https://git.example/shop", "targetRevision": "main"}
	sources := {"source": moving, "sources": [{"chart": "a", "targetRevision": "1.4.2"}, moving]}
	_found("argoproj.io", "Application", {"spec": sources}) == {
		["spec", "source", "targetRevision"],
		["spec", "sources", 1, "targetRevision"],
	}
	_found("argoproj.io", "ApplicationSet", {"spec": {"template": {"spec": sources}}}) == {
		["spec", "template", "spec", "source", "targetRevision"],
		["spec", "template", "spec", "sources", 1, "targetRevision"],
	}
	_found("argoproj.io", "ApplicationSet", {"spec": sources}) == set()
}

test_no_revision_means_head_to_argo_cd if {
	every revision in [null, ""] {
		count(_argo({"repoURL": "https://git.example/shop", "targetRevision": revision})) == 1
		count(_argo({"repoURL": "https://c.example", "chart": "a", "targetRevision": revision})) == 1
		count(_argo({"repoURL": "oci://r.example/a", "targetRevision": revision})) == 1
	}
	count(_argo({"repoURL": "https://git.example/shop"})) == 1
}

test_a_chart_of_argo_cd_wants_a_version if {
	_argo({"chart": "a", "targetRevision": "1.4.2"}) == set()
	every revision in ["v1.4", "1.*", "4b825dc642cb", "refs/tags/1.4.2"] {
		count(_argo({"chart": "a", "targetRevision": revision})) == 1
	}
}

test_an_artifact_of_argo_cd_wants_a_tag_that_rests if {
	every revision in ["1.4", "v1", "build-7", "sha256:4b825dc642cb"] {
		_argo({"repoURL": "oci://r.example/a", "targetRevision": revision}) == set()
	}
	every revision in ["latest", "stable", "main", "master", "edge", "nightly", "1.*", "1.x", "~1.4"] {
		count(_argo({"repoURL": "oci://r.example/a", "targetRevision": revision})) == 1
	}
}

test_what_a_generator_fills_in_is_not_judged if {
	every revision in ["{{revision}}", "{{ .revision }}", "v{{.version}}"] {
		_argo({"repoURL": "https://git.example/shop", "targetRevision": revision}) == set()
	}
}

test_flux_takes_the_first_reference_it_knows if {
	_flux("GitRepository", {"ref": {"commit": "4b825dc", "name": "main", "branch": "main"}}) == set()
	_flux("GitRepository", {"ref": {"name": "refs/tags/v1", "semver": "*", "tag": "latest"}}) == set()
	_flux("GitRepository", {"ref": {"semver": "*", "tag": "v1.4.2"}}) == {["spec", "ref", "semver"]}
	_flux("GitRepository", {"ref": {"semver": "1.4.2", "branch": "main"}}) == set()
	_flux("GitRepository", {"ref": {"tag": "v1.4.2", "branch": "main"}}) == set()
	_flux("GitRepository", {"ref": {"tag": "latest", "branch": "main"}}) == {["spec", "ref", "tag"]}
	_flux("GitRepository", {"ref": {"branch": "v1.4.2"}}) == {["spec", "ref", "branch"]}
	_flux("GitRepository", {"ref": {"commit": "", "branch": "main"}}) == {["spec", "ref", "branch"]}
	_flux("OCIRepository", {"ref": {"digest": "sha256:4b825dc", "semver": "*"}}) == set()
	_flux("OCIRepository", {"ref": {"semver": ">=1", "tag": "1.4"}}) == {["spec", "ref", "semver"]}
	_flux("OCIRepository", {"ref": {"tag": "latest"}}) == {["spec", "ref", "tag"]}
	_flux("OCIRepository", {"ref": {"tag": "production-7"}}) == set()
}

test_flux_without_a_reference_takes_the_newest if {
	every kind in ["GitRepository", "OCIRepository"] {
		every ref in [null, {}, [], "x", 5, {"branch": null}] {
			_flux(kind, {"ref": ref}) == {["spec", "ref"]}
		}
	}
	_flux("HelmRepository", {}) == set()
}

test_charts_of_flux if {
	every version in [null, "", "*", "1.x", ">=1.0.0", "1.4"] {
		_flux("HelmChart", {"chart": "a", "version": version}) == {["spec", "version"]}
		_flux("HelmRelease", {"chart": {"spec": {"chart": "a", "version": version}}}) == {
			["spec", "chart", "spec", "version"],
		}
	}
	_flux("HelmChart", {"chart": "a", "version": "1.4.2"}) == set()
	_flux("HelmRelease", {"chart": {"spec": {"chart": "a", "version": "1.4.2"}}}) == set()
	_flux("HelmRelease", {"chartRef": {"kind": "OCIRepository"}}) == set()
}

test_flux_ignores_versions_of_charts_in_repositories if {
	every kind in ["GitRepository", "Bucket"] {
		_flux("HelmChart", {"chart": "a", "sourceRef": {"kind": kind}}) == set()
		_flux("HelmRelease", {"chart": {"spec": {"chart": "a", "sourceRef": {"kind": kind}}}}) == set()
	}
	chart := {"chart": "a", "sourceRef": {"kind": "HelmRepository"}}
	_flux("HelmChart", chart) == {["spec", "version"]}
}

test_addresses_without_tls if {
	every scheme in ["http://", "HTTP://", "git://", "git::http://"] {
		url := concat("", [scheme, "x.example/y?ref=v1.4.2"])
		not _rests(url)
		_argo({"repoURL": url, "targetRevision": "v1.4.2"}) == {["spec", "source", "repoURL"]}
		every kind in ["GitRepository", "OCIRepository"] {
			_flux(kind, {"url": url, "ref": {"tag": "v1.4.2"}}) == {["spec", "url"]}
		}
		_flux("HelmRepository", {"url": url}) == {["spec", "url"]}
		_charts([{"repo": url, "version": "1.4.2"}]) == {["helmCharts", 0, "repo"]}
	}
}

test_http_elsewhere_in_an_address_passes if {
	_rests("https://git.example/shop?ref=v1.4.2&from=http://x.example")
}

test_insecure_registries_of_flux if {
	_flux("HelmRepository", {"insecure": true}) == {["spec", "insecure"]}
	_flux("OCIRepository", {"insecure": true, "ref": {"tag": "1"}}) == {["spec", "insecure"]}
	every value in [false, null, "true", 1] { _flux("HelmRepository", {"insecure": value}) == set() }
}

test_exempt_repositories if {
	every exempt in ["git.example/shop", "Git.Example/Shop/"] {
		every address in [
			"https://git.example/shop", "https://git.example/shop/base?ref=main",
			"https://git.example/shop.git",
			"git@git.example:shop/base.git", "ssh://git@git.example/shop//x",
			"git::https://GIT.example/shop",
			"https://ci:x@git.example/shop", "https://git.example/shop.git//x?ref=main",
			"https://git.example/shop?x=y",
		] {
			_exempted(address, exempt)
		}
	}
	_exempted("https://git.example:8443/shop", "git.example:8443/shop")
	_exempted("https://git.example/shop", "git.example")
}

test_exempt_are_whole_segments if {
	every address in [
		"https://git.example/shop2", "https://git.example/a/shop", "https://x.git.example/shop",
		"https://git.example.evil.example/shop", "https://git.example/shop/../a",
		"https://git.example/shop.gits/x",
		"https://evil.example/git.example/shop", "https://git.example:8443/shop",
		"https://git.example@evil.example/shop",
		"ssh:///git.example/shop", "https://git.example/shop/%2e%2e/a", "https:///",
	] {
		not _exempted(address, "git.example/shop")
	}
}

test_exempt_repositories_of_argo_cd_and_flux if {
	exempt := ["git.example/shop"]
	argo := {"repoURL": "https://git.example/shop/base", "targetRevision": "main"}
	_found_with("argoproj.io", "Application", {"spec": {"source": argo}}, exempt) == set()
	flux := {"url": "ssh://git@git.example/shop/base"}
	_found_with("source.toolkit.fluxcd.io", "GitRepository", {"spec": flux}, exempt) == set()
}

test_no_exemption_from_tls if {
	not _exempted("http://git.example/shop", "git.example/shop")
	not _exempted("git://git.example/shop?ref=v1.4.2", "git.example/shop")
}

test_messages if {
	url := "https://ci:password@git.example/shop"
	_told({"repoURL": url, "targetRevision": "main"}) == {
		"path": ["spec", "source", "targetRevision"],
		"msg": `repository follows "main"`,
		"details": {"found": "main"},
	}
	_told({"repoURL": url}) == {
		"path": ["spec", "source", "targetRevision"],
		"msg": "repository names no version, so the newest is taken",
		"details": {},
	}
	_told({"chart": "redis", "targetRevision": "19.*"}) == {
		"path": ["spec", "source", "targetRevision"],
		"msg": `chart "redis" takes any version that fits "19.*"`,
		"details": {"found": "19.*"},
	}
	artifact := {"repoURL": "oci://r.example/a", "targetRevision": "latest"}
	_told(artifact).msg == `artifact follows "latest"`
	_told({"chart": "redis", "repoURL": "http://c.example", "targetRevision": "1.4.2"}) == {
		"path": ["spec", "source", "repoURL"],
		"msg": `chart "redis" is fetched without TLS`,
	}
}

test_other_groups_and_kinds_are_not_read if {
	kustomization := {
		"resources": ["https://git.example/shop"],
		"helmCharts": [{"repo": "http://c.example"}],
	}
	_found("kustomize.toolkit.fluxcd.io", "Kustomization", kustomization) == set()
	source := {"repoURL": "http://x.example"}
	spec := {"url": "http://x.example", "insecure": true, "source": source}
	_kustomize("Kustomization", {"spec": spec}) == set()
}

test_wrong_types_count_as_absent if {
	every wrong in [null, true, 5, "x", [], {}, [null], {"a": null}, [[]]] {
		_kustomize("Kustomization", wrong) == set()
		_kustomize("Kustomization", {"resources": wrong, "helmCharts": wrong}) == set()
		_kustomize("Kustomization", {"resources": [wrong], "helmCharts": [wrong]}) == set()
		_found("argoproj.io", "Application", {"spec": wrong}) == set()
		_found("argoproj.io", "Application", {"spec": {"sources": wrong}}) == set()
		_found("argoproj.io", "ApplicationSet", {"spec": {"template": wrong}}) == set()
		_flux("HelmRelease", wrong) == set()
		_flux("HelmRelease", {"chart": wrong}) == set()
		_flux("HelmRepository", wrong) == set()
		_flux("GitRepository", wrong) == {["spec", "ref"]}
	}
}

_rests(address) if _kustomize("Kustomization", {"resources": [address]}) == set()

_kustomize(kind, object) := _found("kustomize.config.k8s.io", kind, object)

_charts(charts) := _kustomize("Kustomization", {"helmCharts": charts})

_argo(source) := _found("argoproj.io", "Application", {"spec": {"source": source}})

_flux(kind, spec) := _found("source.toolkit.fluxcd.io", kind, {"spec": spec})

_found(group, kind, object) := _found_with(group, kind, object, [])

_found_with(group, kind, object, exempt) := paths if {
	found := unpinned_remote_source.violation
		with input.review.kind as {"group": group, "kind": kind}
		with input.review.object as object
		with input.parameters.exemptRepositories as exempt
	paths := {v.path | some v in found}
}

_exempted(address, repository) if {
	exempt := ["other.example", repository]
	object := {"resources": [address]}
	_found_with("kustomize.config.k8s.io", "Kustomization", object, exempt) == set()
}

_told(source) := told if {
	found := unpinned_remote_source.violation
		with input.review.kind as {"group": "argoproj.io", "kind": "Application"}
		with input.review.object.spec.source as source
		with input.parameters.exemptRepositories as []
	some told in found
}

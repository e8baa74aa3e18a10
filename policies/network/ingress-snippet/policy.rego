# METADATA
# title: Configuration of nginx in an Ingress
# description: >-
#   What a snippet holds becomes configuration of the controller, which reads the Secrets of every
#   namespace: who may write an Ingress reads them too, by an alias or by Lua. So does an annotation
#   for an address or a path whose value ends its directive and begins another. Of nginx.org only
#   snippets are judged.
# related_resources:
# - ref: https://github.com/kubernetes/ingress-nginx/issues/7837
# - ref: https://kubernetes.github.io/ingress-nginx/user-guide/nginx-configuration/annotations-risk/
# custom:
#   severity: high
#   scope:
#     kinds: [networking.k8s.io/Ingress, extensions/Ingress]
#     operations: [CREATE, UPDATE]
#     subresources: [status]
#   remediation: >-
#     Use the annotation that is made for it; its value holds no `;`, brace or line break:
#     `nginx.ingress.kubernetes.io/enable-cors: "true"`.
#   references:
#   - {framework: CVE, id: CVE-2021-25742}
#   - {framework: CVE, id: CVE-2023-5044}
#   - {framework: CVE, id: CVE-2025-1097}
#   - {framework: CVE, id: CVE-2025-1098}
#   - {framework: CVE, id: CVE-2025-24514}
#   since: "0.1.0"
package policies.network.ingress_snippet

import data.policies.lib.pods

violation contains {"path": ["metadata", "annotations", name], "msg": msg} if {
	some name, value in _annotations
	strings.any_suffix_match(name, ["-snippet", "-snippets"])
	msg := sprintf("annotation %q adds configuration to nginx", [name])
}

violation contains {"path": ["metadata", "annotations", name], "msg": msg} if {
	some name, value in _annotations
	trim_prefix(name, "nginx.ingress.kubernetes.io/") in _targets
	some mark in [";", "\n", "\r"]
	contains(trim_space(value), mark)
	msg := sprintf("annotation %q ends nginx's directive and begins another", [name])
}

# Those with a text, which may hold what their messages don't: a header's token, say.
_annotations[name] := value if {
	metadata := input.review.object.metadata
	prefixes := ["nginx.ingress.kubernetes.io/", "nginx.org/"]
	some name, value in pods.annotations(metadata, prefixes)
	is_string(value)
	trim_space(value) != ""
}

# Annotations for addresses, paths and names. Others, such as proxy-cookie-path, may hold a `;`.
_targets := {
	"app-root", "auth-proxy-set-headers", "auth-signin", "auth-tls-error-page",
	"auth-tls-match-cn", "auth-url", "mirror-host", "mirror-target", "permanent-redirect",
	"proxy-redirect-from", "proxy-redirect-to", "proxy-ssl-name", "rewrite-target",
	"server-alias", "temporal-redirect", "upstream-vhost", "x-forwarded-prefix",
}

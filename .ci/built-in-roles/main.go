// Prints the RBAC objects that the API server creates at its start, as compact JSON.
package main

import (
	"encoding/json"
	"os"
	"sort"
	"strings"

	rbacv1 "k8s.io/api/rbac/v1"
	"k8s.io/kubernetes/plugin/pkg/auth/authorizer/rbac/bootstrappolicy"
)

type rule struct {
	Verbs           []string `json:"verbs"`
	APIGroups       []string `json:"apiGroups,omitempty"`
	Resources       []string `json:"resources,omitempty"`
	ResourceNames   []string `json:"resourceNames,omitempty"`
	NonResourceURLs []string `json:"nonResourceURLs,omitempty"`
}

type role struct {
	Kind      string              `json:"kind"`
	Namespace string              `json:"namespace,omitempty"`
	Name      string              `json:"name"`
	Labels    map[string]string   `json:"labels,omitempty"`
	Aggregate []map[string]string `json:"aggregate,omitempty"`
	Rules     []rule              `json:"rules"`
}

type subject struct {
	Kind      string `json:"kind"`
	Namespace string `json:"namespace,omitempty"`
	Name      string `json:"name"`
}

type binding struct {
	Kind      string    `json:"kind"`
	Namespace string    `json:"namespace,omitempty"`
	Name      string    `json:"name"`
	RoleKind  string    `json:"roleKind"`
	RoleName  string    `json:"roleName"`
	Subjects  []subject `json:"subjects"`
}

func rules(in []rbacv1.PolicyRule) []rule {
	out := []rule{}
	for _, r := range in {
		out = append(out, rule{r.Verbs, r.APIGroups, r.Resources, r.ResourceNames, r.NonResourceURLs})
	}
	return out
}

func subjects(in []rbacv1.Subject) []subject {
	out := []subject{}
	for _, s := range in {
		out = append(out, subject{s.Kind, s.Namespace, s.Name})
	}
	return out
}

func labels(in map[string]string) map[string]string {
	out := map[string]string{}
	for k, v := range in {
		if k != "kubernetes.io/bootstrapping" {
			out[k] = v
		}
	}
	return out
}

func main() {
	roles, bindings := []role{}, []binding{}
	clusterRoles := append(bootstrappolicy.ClusterRoles(), bootstrappolicy.ControllerRoles()...)
	for _, r := range clusterRoles {
		one := role{Kind: "ClusterRole", Name: r.Name, Labels: labels(r.Labels), Rules: rules(r.Rules)}
		if r.AggregationRule != nil {
			for _, s := range r.AggregationRule.ClusterRoleSelectors {
				one.Aggregate = append(one.Aggregate, s.MatchLabels)
			}
		}
		roles = append(roles, one)
	}
	for namespace, list := range bootstrappolicy.NamespaceRoles() {
		for _, r := range list {
			roles = append(roles, role{Kind: "Role", Namespace: namespace, Name: r.Name, Labels: labels(r.Labels), Rules: rules(r.Rules)})
		}
	}
	clusterBindings := append(bootstrappolicy.ClusterRoleBindings(), bootstrappolicy.ControllerRoleBindings()...)
	for _, b := range clusterBindings {
		bindings = append(bindings, binding{"ClusterRoleBinding", "", b.Name, b.RoleRef.Kind, b.RoleRef.Name, subjects(b.Subjects)})
	}
	for namespace, list := range bootstrappolicy.NamespaceRoleBindings() {
		for _, b := range list {
			bindings = append(bindings, binding{"RoleBinding", namespace, b.Name, b.RoleRef.Kind, b.RoleRef.Name, subjects(b.Subjects)})
		}
	}
	sort.Slice(roles, func(i, j int) bool {
		return roles[i].Kind+roles[i].Namespace+"/"+roles[i].Name < roles[j].Kind+roles[j].Namespace+"/"+roles[j].Name
	})
	sort.Slice(bindings, func(i, j int) bool {
		return bindings[i].Kind+bindings[i].Namespace+"/"+bindings[i].Name < bindings[j].Kind+bindings[j].Namespace+"/"+bindings[j].Name
	})
	os.Stdout.WriteString("{\"roles\":[\n" + lines(roles) + "\n],\"bindings\":[\n" + lines(bindings) + "\n]}\n")
}

// One object a line, so that a new version shows as a diff.
func lines[T any](items []T) string {
	out := []string{}
	for _, item := range items {
		line, err := json.Marshal(item)
		if err != nil {
			panic(err)
		}
		out = append(out, string(line))
	}
	return strings.Join(out, ",\n")
}

//! scan.md §3: unrendered templates, from tokens.

use super::{object, unreadable, yaml};
use crate::model::SkipReason;
use crate::source::{ReadOptions, read};

#[track_caller]
fn check(text: &str, template: bool) {
    let found = yaml(text);
    let skipped = found
        .skipped
        .iter()
        .any(|skipped| skipped.reason == SkipReason::Template);
    assert_eq!(skipped, template, "{text}");
    assert_eq!(found.reviews.is_empty(), template, "{text}");
    assert_eq!(unreadable(&found), [""; 0], "{text}");
}

#[test]
fn actions_make_a_chunk_a_template() {
    for fields in [
        "a: {{ .x }}\n",
        "a: {{ include \"x\" . | nindent 4 }}\n",
        "a: {{- .x }}\n",
        "{{- if .Values.x }}\na: b\n{{- end }}\n",
        "{{ if .x }}\na: b\n{{ end }}\n",
        "{{- range $i, $x := .Values.list }}\n- name: {{ $x }}\n{{- end }}\n",
        "{{/* note */}}\n",
        "metadata:\n  labels: {{- include \"x\" . | nindent 4 }}\n",
        "metadata:\n  {{- with .Values.y }}\n  labels:\n    {{- toYaml . | nindent 4 }}\n  {{- end }}\n",
        "{{ .k }}: b\n",
        "a:\n- {{ .x }}\n",
        "{% if x %}\na: b\n{% endif %}\n",
        "a: {{ x }}-{{ y }}\n",
        "a: {{ .x }}/b\n",
        "a: [{{ .x }}]\n",
        "{{- define \"x\" -}}\na: b\n{{- end -}}\n",
        "a: {{ printf \"%s: %s\" .a .b }}\n",
        "a: {{ `x` }}\n",
    ] {
        check(&object(fields), true);
    }
}

#[test]
fn what_only_looks_like_an_action_is_judged() {
    for fields in [
        "a: |\n  {{ $labels.instance }} is down\n  {% x %}\n",
        "a: >-\n  {{ .x }}\n",
        "a: \"{{ .x }}\"\n",
        "a: '{{ .x }}'\n",
        "a: b # {{ .x }}\n",
        "# {{ .x }}\na: b\n",
        "a: ${{ x }}\n",
        "a: x{{ y }}\n",
        "a: {b: {c: d}}\n",
        "a: [{b: c}, {d: e}]\n",
        "\"{{ a }}\": b\n",
    ] {
        check(&object(fields), false);
    }
}

#[test]
fn only_the_chunk_is_a_template() {
    let found = yaml(&format!(
        "{}---\na: {{{{ .x }}}}\n---\n{}---\n{{{{ .y }}}}\n",
        object(""),
        object("")
    ));
    assert_eq!(found.reviews.len(), 2);
    let details: Vec<_> = found
        .skipped
        .iter()
        .filter_map(|skipped| skipped.detail.as_deref())
        .collect();
    assert_eq!(details, ["2 documents, at lines 4, 9"]);
}

#[test]
fn a_chart_has_templates_in_quotes_too() {
    let options = ReadOptions {
        name: "chart/templates/x.yaml",
        chart_template: true,
        ..ReadOptions::default()
    };
    let text = format!("{}---\n{}", object("a: \"{{ .x }}\"\n"), object("a: b\n"));
    let found = read(text.as_bytes(), &options);
    assert_eq!(found.reviews.len(), 1);
    assert_eq!(found.skipped.len(), 1);
}

#[test]
fn a_syntax_error_elsewhere_is_no_template() {
    let found = yaml(&object("a: \"{{ .x }}\"\nb: c: d\n"));
    assert_eq!(found.unreadable.len(), 1);
    assert!(found.skipped.is_empty());
}

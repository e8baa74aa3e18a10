{{/*
Names are fixed: the webhook configuration is one per cluster, and with it the installation. A second release is refused by
Helm, since the cluster-wide objects belong to the first.
*/}}

{{/* What Deployment, budget, policies and Services select by. A Deployment's selector can't be changed later. */}}
{{- define "portcullis.selector" -}}
app.kubernetes.io/name: portcullis
app.kubernetes.io/component: webhook
{{- end }}

{{- define "portcullis.labels" -}}
{{ include "portcullis.selector" . }}
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
{{- end }}

{{/* The image: a digest wins over the tag, the tag is the chart's appVersion unless given. */}}
{{- define "portcullis.image" -}}
{{- with .Values.image -}}
{{ .repository }}{{ if .digest }}@{{ .digest }}{{ else }}:{{ .tag | default $.Chart.AppVersion }}{{ end }}
{{- end -}}
{{- end }}

{{/* A document given as text, as by `--set-file`, or as a map. */}}
{{- define "portcullis.document" -}}
{{- if kindIs "string" . }}{{ . }}{{ else }}{{ toYaml . }}{{ end }}
{{- end }}

{{/* An alert's reference to the runbook: its heading is the alert's name in kebab case. */}}
{{- define "portcullis.alert" -}}
labels:
  severity: {{ .severity }}
annotations:
  summary: {{ .summary | quote }}
  runbook_url: {{ printf "%s#%s" .runbook (kebabcase .name) | quote }}
{{- end }}

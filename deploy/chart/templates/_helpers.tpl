{{- define "switchboard.name" -}}
{{- if contains "switchboard" .Release.Name -}}
{{- .Release.Name | trunc 52 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-switchboard" (.Release.Name | trunc 40 | trimSuffix "-") -}}
{{- end -}}
{{- end -}}

{{- define "switchboard.selector" -}}
app.kubernetes.io/name: switchboard
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end -}}

{{- define "switchboard.labels" -}}
{{ include "switchboard.selector" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
{{- end -}}

{{- define "switchboard.image" -}}
{{- $image := .Values.image -}}
{{- if $image.digest -}}
{{ $image.repository }}@{{ $image.digest }}
{{- else -}}
{{ $image.repository }}:{{ $image.tag | default .Chart.AppVersion }}
{{- end -}}
{{- end -}}

{{- /* The Secret that holds the token; fails unless exactly one source is named. */ -}}
{{- define "switchboard.tokenSecret" -}}
{{- $token := .Values.token -}}
{{- $sources := list -}}
{{- if $token.existingSecret }}{{ $sources = append $sources "token.existingSecret" }}{{ end -}}
{{- if $token.value }}{{ $sources = append $sources "token.value" }}{{ end -}}
{{- if $token.externalSecret.enabled }}{{ $sources = append $sources "token.externalSecret" }}{{ end -}}
{{- if not $sources -}}
{{- fail "no token: set token.existingSecret, token.value or token.externalSecret.enabled" -}}
{{- end -}}
{{- if gt (len $sources) 1 -}}
{{- fail (printf "two tokens: keep one of %s" (join ", " $sources)) -}}
{{- end -}}
{{- $token.existingSecret | default (printf "%s-token" (include "switchboard.name" .)) -}}
{{- end -}}

{{- /* The configuration; fails on what the chart sets itself, which would be overridden unseen. */ -}}
{{- define "switchboard.config" -}}
{{- $config := required "no config: set it to the text of a switchboard.toml" .Values.config -}}
{{- range $key := list "token_env" "token_file" -}}
{{- if regexMatch (printf "(?m)^\\s*%s\\s*=" $key) $config -}}
{{- fail (printf "config: %s is the chart's to set; see token in the values" $key) -}}
{{- end -}}
{{- end -}}
{{- range $section := list "store" "ops" -}}
{{- if regexMatch (printf "(?m)^\\s*\\[%s\\]\\s*(#.*)?$\\s*(#.*\\n\\s*)*(url|listen)\\s*=" $section) $config -}}
{{- fail (printf "config: where [%s] is, is the chart's to set" $section) -}}
{{- end -}}
{{- end -}}
{{- $config -}}
{{- end -}}

{{- /* The pod's grace period; fails unless it is longer than what the configuration lets a stop take. */ -}}
{{- define "switchboard.gracePeriod" -}}
{{- $period := int .Values.terminationGracePeriodSeconds -}}
{{- /* What stands before the first section. */ -}}
{{- $top := index (regexSplit "(?m)^\\s*\\[" (default "" .Values.config) 2) 0 -}}
{{- $grace := regexFind "(?m)^\\s*grace\\s*=\\s*[\"'][0-9]+(ms|s|m)" $top -}}
{{- if $grace -}}
{{- $number := int (regexFind "[0-9]+" $grace) -}}
{{- $seconds := $number -}}
{{- if hasSuffix "ms" $grace -}}
{{- $seconds = div $number 1000 -}}
{{- else if hasSuffix "m" $grace -}}
{{- $seconds = mul $number 60 -}}
{{- end -}}
{{- if le $period (int $seconds) -}}
{{- fail (printf "terminationGracePeriodSeconds: %d is not above the grace of the config, %d s: the pod would be killed while it stops" $period (int $seconds)) -}}
{{- end -}}
{{- end -}}
{{- $period -}}
{{- end -}}

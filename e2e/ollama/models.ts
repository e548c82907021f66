/** The models that the tests ask for: one file, three times. */
export const models = {
  /** As Ollama makes it of the file alone. */
  plain: "cloister-test-plain",
  /** With no template: bare words. */
  bare: "cloister-test-bare",
  /** With a template that lists tools. */
  tools: "cloister-test-tools",
} as const;

export const bareTemplate = "{{ .Prompt }}";

/** ChatML with tools, in Ollama's template language. */
export const toolsTemplate = `{{- if or .System .Tools }}<|im_start|>system
{{ .System }}
{{- if .Tools }}

These tools may be called, each described by a line of JSON:
{{- range .Tools }}
{{ .Function }}
{{- end }}

A call is written so:
<tool_call>
{"name": NAME, "arguments": ARGUMENTS}
</tool_call>
{{- end }}<|im_end|>
{{ end }}
{{- range .Messages }}
{{- if eq .Role "user" }}<|im_start|>user
{{ .Content }}<|im_end|>
{{ else if eq .Role "assistant" }}<|im_start|>assistant
{{ .Content }}
{{- range .ToolCalls }}<tool_call>
{"name": "{{ .Function.Name }}", "arguments": {{ .Function.Arguments }}}
</tool_call>
{{- end }}<|im_end|>
{{ else if eq .Role "tool" }}<|im_start|>user
<tool_response>
{{ .Content }}
</tool_response><|im_end|>
{{ end }}
{{- end }}<|im_start|>assistant
`;

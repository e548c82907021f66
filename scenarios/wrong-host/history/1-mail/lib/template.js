/** Splits a template into its subject and its text. */
export function parseTemplate(source) {
  const [head, ...rest] = source.split("\n\n");
  return { subject: head.replace("Subject: ", ""), text: rest.join("\n\n") };
}

/** Puts values in place of `{{name}}`. */
export function fill(text, values) {
  return text.replace(/\{\{(\w+)\}\}/g, (_, name) => String(values[name]));
}

/** Splits a template into its subject and its text. */
export function parseTemplate(source) {
  const [head, ...rest] = source.split("\n\n");
  const subject = /^Subject: (.+)$/m.exec(head)?.[1];
  if (subject === undefined) throw new Error("a template begins with its subject");
  return { subject, text: rest.join("\n\n") };
}

/** Puts values in place of `{{name}}`. A value that is missing is an error: no customer should read "Hello undefined". */
export function fill(text, values) {
  return text.replace(/\{\{(\w+)\}\}/g, (_, name) => {
    if (!(name in values)) throw new Error(`the message has no ${name}`);
    return String(values[name]);
  });
}

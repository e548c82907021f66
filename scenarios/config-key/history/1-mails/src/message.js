/** The text of a mail as it goes to the relay. */
export function composeMail({ from, replyTo, to, subject, text }, date = new Date()) {
  const headers = { From: from, "Reply-To": replyTo, To: to, Subject: subject, Date: date.toUTCString() };
  const head = Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
  return [...head, "", ...text.split("\n").map((line) => (line.startsWith(".") ? `.${line}` : line)), "."].join("\r\n");
}

/** `Hello {name}` with what is known; a gap that nothing fills is an error, never sent. */
export function fill(template, values) {
  return template.replaceAll(/\{(\w+)\}/g, (_, name) => {
    if (values[name] === undefined) throw new RangeError(`nothing fills {${name}}`);
    return String(values[name]);
  });
}

// The fix of command-not-found: the image's node is started with the worker's program, and nothing else changes.
import { checkKept, fieldOf, pathOf, verify } from "../../check-manifests.mjs";

const node = "(?:/usr/local/bin/)?node";
const program = String.raw`(?:\./|/app/)?src/worker\.js`;

verify(import.meta.url, ({ truth, base, head, check }) => {
  const [cause] = truth.causes;
  const args = { ...cause, field: cause.field.with(-1, "args") };
  const words = [...(fieldOf(head, cause) ?? []), ...(fieldOf(head, args) ?? [])].map(String);
  // In a shell or by itself; without `command` the words would be given to the image's own entry point, which runs them.
  const line = /^(?:\/bin\/)?sh$/.test(words[0]) && words[1] === "-c" ? words.slice(2).join(" ") : words.join(" ");
  const right = new RegExp(`^(?:exec )?${node} ${program}$`).test(line);
  check("command", right, `${cause.name} is started with ${line || "the image's own command"}: ${right ? "the image has it" : "it has to be node, as the image has it, with src/worker.js"}`);
  checkKept(check, base, head, (path) => path.startsWith(pathOf(cause)) || path.startsWith(pathOf(args)));
});

// The fix of bad-arguments: a command line that 5.0.0 takes and that means what the one before meant; nothing else changes.
import { parseArgs } from "node:util";
import { checkKept, fieldOf, pathOf, verify } from "../../check-manifests.mjs";

const options = Object.fromEntries(["port", "max-distance-km", "cache-entries", "places"].map((name) => [name, { type: "string" }]));
const wanted = { port: "8080", "max-distance-km": "30", "cache-entries": "50000", places: "/data/places.csv" };

verify(import.meta.url, ({ truth, base, head, check }) => {
  const [cause] = truth.causes;
  const list = { ...cause, field: cause.field.slice(0, -1) };
  const args = fieldOf(head, list);
  check("arguments", wrongWith(args) === undefined, `args of ${cause.name} are ${JSON.stringify(args)}: ${wrongWith(args) ?? "the program takes them, and they mean what they meant"}`);
  checkKept(check, base, head, (path) => path === pathOf(list) || path.startsWith(`${pathOf(list)}[`));
});

function wrongWith(args) {
  if (!Array.isArray(args) || args.some((word) => typeof word !== "string")) return "they are no list of texts";
  const [command, ...rest] = args;
  if (command !== "serve") return "the command is serve";
  try {
    const { values } = parseArgs({ args: rest, options, strict: true });
    const wrong = Object.keys(wanted).find((name) => (values[name] ?? (name === "port" || name === "places" ? wanted[name] : undefined)) !== wanted[name]);
    return wrong === undefined ? undefined : `--${wrong} has to be ${wanted[wrong]}`;
  } catch (thrown) {
    return thrown.message;
  }
}

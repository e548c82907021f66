import { pathToFileURL } from "node:url";

/** Runs one verify script for each checkout that its parent names: the script is loaded anew each time, as it would be by `node verify.mjs CHECKOUT`. */
const script = process.argv[2] ?? "";
const run = { number: 0 };
const print = console.log;
process.on("message", (checkout: string) => {
  void (async () => {
    const lines: string[] = [];
    process.argv[2] = checkout;
    process.exitCode = 0;
    console.log = (line: string) => lines.push(line);
    await import(`${pathToFileURL(script).href}?run=${run.number++}`);
    console.log = print;
    const checks = lines.map((line) => JSON.parse(line) as { readonly check: string; readonly ok: boolean });
    const failed = Number(process.exitCode) === 2 ? undefined : checks.filter(({ ok }) => !ok).map(({ check }) => check);
    process.exitCode = 0;
    process.send?.({ failed });
  })();
});

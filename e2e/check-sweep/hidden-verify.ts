import { fork } from "node:child_process";
import { join } from "node:path";

/** A scenario's hidden checks, asked many times in one process of their own: a start of Node for each of thousands of edits would take hours. */
export interface HiddenVerify {
  /** Which checks fail for a checkout; empty where all pass. */
  ask(checkout: string): Promise<readonly string[]>;
  close(): void;
}

export function openVerify(script: string): HiddenVerify {
  const child = fork(join(import.meta.dirname, "verify-many.js"), [script], { env: {}, stdio: ["ignore", "ignore", "inherit", "ipc"] });
  return {
    ask: (checkout) =>
      new Promise((done, fail) => {
        const failed = (): void => fail(new Error(`${script} ended`));
        child.once("exit", failed);
        child.once("message", (answer: { readonly failed: readonly string[] | undefined }) => {
          child.off("exit", failed);
          done(answer.failed ?? ["could not run"]);
        });
        child.send(checkout);
      }),
    close: () => child.kill(),
  };
}

import { writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { Command } from "commander";
import { gatewayEnvironment } from "../../client/gateway-environment.ts";
import { listen, type Where } from "../../gateway/listen.ts";
import type { CliContext } from "../context.ts";
import { boundedInteger } from "../option-values.ts";
import { loadDiet } from "../load-diet.ts";
import { openRuntime, type RuntimeChoice } from "../open-runtime.ts";
import { addRuntimeOptions } from "../runtime-options.ts";
import { createPainter } from "../show/painter.ts";
import { abilityLines, tokenLines } from "../show/report-view.ts";
import { createSessionView } from "../show/session-view.ts";
import { chooseStyle } from "../show/style.ts";
import { withSession } from "../with-session.ts";

interface Options extends RuntimeChoice {
  readonly diet: string;
  readonly port: number;
  readonly socket?: string;
  readonly maxOutput: number;
  readonly json?: true;
}

/** `cloister serve`: the gateway alone, for any client that speaks the Messages API. It runs until it is stopped. */
export function serveCommand(context: CliContext): Command {
  return addRuntimeOptions(new Command("serve"))
    .description("the gateway alone, for any client; nothing is sealed")
    .option("--diet <name|file>", "what the model is offered: incident, code, full, or a profile of your own (docs/prompt.md)", "code")
    .option("--port <n>", "port on 127.0.0.1; 0 is any free one", boundedInteger(0, 65_535), 0)
    .option("--socket <path>", "a unix socket in place of a port")
    .option("--max-output <tokens>", "longest answer of a turn", boundedInteger(16, 1_000_000), 4096)
    .option("--json", "one line of JSON when it is ready, nothing else on standard output")
    .addHelpText(
      "after",
      `
Examples:
  cloister serve --model qwen2.5-coder-1.5b
  cloister serve --runtime llama-server --url http://127.0.0.1:8080
  cloister serve --runtime openai --url https://models.internal/v1 --model qwen3-coder --api-key-env MODELS_KEY

A client finds the gateway through the file of variables that is named when it is ready:
  set -a; . FILE; set +a; claude`,
    )
    .exitOverride()
    .action(async (options: Options) => {
      const painter = createPainter(context.stderr);
      const style = chooseStyle(context.stderr, context.env);
      const view = createSessionView(style);
      try {
        const diet = await loadDiet(options.diet, context.cwd);
        const { runtime } = await openRuntime(context, options, (text) => painter.status(style.dim(text)));
        const { maxOutput } = options;
        const session = {
          name: "serve",
          runtime,
          diet,
          maxTokens: maxOutput,
          observe: (event: Parameters<typeof view>[0]) => {
            const { lines, status } = view(event);
            for (const line of lines) painter.line(line);
            if (status !== undefined) painter.status(status ?? undefined);
          },
        };
        await withSession(context, session, async ({ gateway, token, folder, summary }) => {
          const where: Where =
            options.socket === undefined ? { host: "127.0.0.1", port: options.port } : { socketPath: resolve(context.cwd, options.socket) };
          const listening = await listen(async (request, node) => gateway(request, node), where);
          try {
            const { facts } = runtime;
            const environment = gatewayEnvironment({
              gatewayUrl: listening.url,
              token,
              model: facts.model,
              window: facts.window,
              maxOutput,
            });
            // The token is in a file that only this user reads, not on the screen.
            const file = join(folder, "client.env");
            await writeFile(file, environmentFile(environment), { mode: 0o600 });
            painter.status(undefined);
            if (options.json === true)
              context.stdout.write(
                `${JSON.stringify({ url: listening.url, socket: listening.socketPath, env: file, session: folder, facts })}\n`,
              );
            else {
              const place = listening.socketPath ?? listening.url;
              for (const line of [
                `${style.bold("Gateway")}  ${place}`,
                `${style.bold("Model")}    ${facts.model}, window ${facts.window} tokens, ${facts.engine}`,
                ...abilityLines(facts, style),
                `${style.bold("Client")}   set -a; . ${file}; set +a; claude`,
                style.dim("Ctrl-C stops it. The client is not sealed: `cloister code` is."),
              ])
                painter.line(line);
            }
            await new Promise<void>((resolve) => context.signal.addEventListener("abort", () => resolve(), { once: true }));
          } finally {
            await listening.close();
          }
          painter.status(undefined);
          for (const line of [...tokenLines(summary(), style), `${style.bold("Record")}   ${folder}`]) painter.line(line);
        });
      } finally {
        painter.close();
      }
    });
}

/** Lines that a POSIX shell reads; every value in single quotes. */
function environmentFile(environment: Readonly<Record<string, string>>): string {
  return Object.entries(environment)
    .map(([name, value]) => `${name}='${value.replaceAll("'", "'\\''")}'\n`)
    .join("");
}

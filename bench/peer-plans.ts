import { dirname, join } from "node:path";
import type { ServerPlan } from "./child-server.ts";

/** The one model's name, with every server. */
export const servedModel = "bench";

const bind = "127.0.0.1";

export interface PlanOptions {
  readonly program: string;
  readonly port: number;
  /** A private folder: the server's HOME, its configuration and its logs. Removed by whoever made it. */
  readonly home: string;
  /** What a server that wants a key takes as its key, `sk-…`. */
  readonly token: string;
}

export interface PeerPlan {
  readonly server: ServerPlan;
  readonly files: readonly { readonly path: string; readonly content: string }[];
}

/** Nothing is inherited: no key of a cloud, no proxy; offline and untracked where a switch for it is known. */
function quiet(home: string): Record<string, string> {
  return { HOME: home, PATH: "/usr/local/bin:/usr/bin:/bin", LANG: "C.UTF-8", NO_PROXY: "*", DO_NOT_TRACK: "1" };
}

/** llama-server as it comes, with one slot that has the whole window, and with its counters. Its own Messages endpoint is `/v1/messages`. */
export function planLlamaServer(options: PlanOptions & { readonly modelPath: string; readonly window: number }): PeerPlan {
  const { program, port, home, modelPath, window } = options;
  return {
    server: {
      name: "llama-server",
      argv: [
        program,
        "-m",
        modelPath,
        "-a",
        servedModel,
        "--host",
        bind,
        "--port",
        String(port),
        "-c",
        String(window),
        "-np",
        "1",
        "--metrics",
        "--no-webui",
        "--offline",
      ],
      env: quiet(home),
      cwd: home,
      port,
      readyPath: "/health",
      patience: 300_000,
    },
    files: [],
  };
}

/** claude-code-router before an OpenAI-compatible server. It listens where `SERVICE_PORT` says and keeps its things in HOME. */
export function planRouter(options: PlanOptions & { readonly node: string; readonly upstream: string }): PeerPlan {
  const { program, port, home, node, upstream } = options;
  const config = {
    LOG: false,
    HOST: bind,
    PORT: port,
    API_TIMEOUT_MS: 3_600_000,
    NON_INTERACTIVE_MODE: true,
    Providers: [{ name: "local", api_base_url: `${upstream}/v1/chat/completions`, api_key: "none", models: [servedModel] }],
    Router: { default: `local,${servedModel}` },
  };
  return {
    server: {
      name: "claude-code-router",
      argv: [node, program, "start"],
      env: { ...quiet(home), PATH: `${dirname(node)}:/usr/local/bin:/usr/bin:/bin`, SERVICE_PORT: String(port) },
      cwd: home,
      port,
      readyPath: "/health",
      patience: 60_000,
    },
    files: [{ path: join(home, ".claude-code-router", "config.json"), content: `${JSON.stringify(config, undefined, 2)}\n` }],
  };
}

/** LiteLLM's proxy before the same server, through its own `/v1/messages`; JSON is YAML too. */
export function planLitellm(options: PlanOptions & { readonly upstream: string }): PeerPlan {
  const { program, port, home, token, upstream } = options;
  const config = {
    model_list: [
      { model_name: servedModel, litellm_params: { model: `openai/${servedModel}`, api_base: `${upstream}/v1`, api_key: "none" } },
    ],
    litellm_settings: { telemetry: false, drop_params: true, request_timeout: 3600, num_retries: 0 },
  };
  const path = join(home, "litellm.yaml");
  return {
    server: {
      name: "litellm",
      argv: [program, "--config", path, "--host", bind, "--port", String(port), "--num_workers", "1", "--telemetry", "False"],
      env: {
        ...quiet(home),
        PATH: `${dirname(program)}:/usr/local/bin:/usr/bin:/bin`,
        // Its table of prices comes with the package; otherwise it is fetched when it starts.
        LITELLM_LOCAL_MODEL_COST_MAP: "True",
        LITELLM_LOG: "ERROR",
        // It does not start without one.
        LITELLM_MASTER_KEY: token,
        // Without it an `openai/` model is asked through the Responses API, which the servers here do not have.
        LITELLM_USE_CHAT_COMPLETIONS_URL_FOR_ANTHROPIC_MESSAGES: "true",
      },
      cwd: home,
      port,
      readyPath: "/health/liveliness",
      patience: 180_000,
    },
    files: [{ path, content: `${JSON.stringify(config, undefined, 2)}\n` }],
  };
}

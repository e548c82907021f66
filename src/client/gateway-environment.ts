import { clientSwitches, promptSwitches } from "./switches.ts";

/** Where a client finds its gateway, and what model it believes to talk to. */
export interface GatewayAddress {
  /** `http://gateway.internal` */
  readonly gatewayUrl: string;
  /** The session's token. */
  readonly token: string;
  /** The model's name as the gateway knows it. It must not start with `claude-`: the client then believes to know its window. */
  readonly model: string;
  /** Context window and the longest answer, in tokens. */
  readonly window: number;
  readonly maxOutput: number;
}

/** What a client's environment must hold so that it talks to our gateway, keeps within the model's window and goes nowhere else. */
export function gatewayEnvironment({ gatewayUrl, token, model, window, maxOutput }: GatewayAddress): Record<string, string> {
  return {
    ...clientSwitches,
    ...promptSwitches,
    ANTHROPIC_BASE_URL: gatewayUrl,
    // Never ANTHROPIC_API_KEY: both versions take this one with `--bare` too, and no variable of a cloud credential is set.
    ANTHROPIC_AUTH_TOKEN: token,
    ANTHROPIC_MODEL: model,
    ANTHROPIC_SMALL_FAST_MODEL: model,
    ANTHROPIC_DEFAULT_HAIKU_MODEL: model,
    ANTHROPIC_DEFAULT_SONNET_MODEL: model,
    ANTHROPIC_DEFAULT_OPUS_MODEL: model,
    CLAUDE_CODE_SUBAGENT_MODEL: model,
    CLAUDE_CODE_MAX_CONTEXT_TOKENS: String(window + maxOutput + clientReserve),
    CLAUDE_CODE_MAX_OUTPUT_TOKENS: String(maxOutput),
    // A turn on a small machine can take minutes of prefill; the gateway sends pings meanwhile, and this ends only what hangs.
    API_TIMEOUT_MS: "3600000",
    // The longest that 2.1.330 takes; its own limit of some minutes would end a turn that is still being read.
    CLAUDE_STREAM_IDLE_TIMEOUT_MS: "1800000",
    // An engine that died is back in seconds: the turn is asked for again.
    CLAUDE_CODE_MAX_RETRIES: "10",
    BASH_MAX_OUTPUT_LENGTH: String(outputLimit(window)),
  };
}

/**
 * Told a window of W tokens and answers of A, client 2.1.330 summarises at W − A − 13,000 and stops by itself at W − A − 3,000 (measured). The gateway
 * makes room later than that, by clearing old results, and asks for a summary with an error when nothing is left to clear; so the client is told
 * what puts its own marks behind the real window. `/context` then shows the larger one.
 */
const clientReserve = 13_000;

/** One command's output in characters: an eighth of the window at about four characters a token, at least 2,000, at most the client's own 30,000. */
function outputLimit(window: number): number {
  return Math.min(30_000, Math.max(2_000, Math.floor(window / 2)));
}

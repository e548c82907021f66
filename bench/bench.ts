import type { CliContext } from "../src/cli/context.ts";
import type { FoundPeer, PeerName } from "./find-peers.ts";
import type { ResultsFolder } from "./results-folder.ts";
import type { RowId, Versions } from "./row.ts";

export interface BenchOptions {
  readonly only: readonly RowId[];
  /** Of the store, by name. */
  readonly model: string;
  readonly rounds: number;
  /** Where everything that is finished is kept, and where the same command goes on. */
  readonly out: string;
  readonly peers: readonly PeerName[];
  /** Where `bench/install-peers.ts` put them. */
  readonly peersFolder: string;
  readonly llamaServer?: string | undefined;
  /** The client that is recorded, `2.1.84`. */
  readonly client: string;
  /** Tokens, for every contender. */
  readonly window: number;
  /** How many turns of the recorded session. */
  readonly turns: number;
  /** Longest answer of a turn, in tokens. */
  readonly answerTokens: number;
  /** For trying the bench itself: the recipe's prompt cut to about so many tokens. */
  readonly recipeTokens?: number | undefined;
  /** Measure finished rows again; recordings are kept. */
  readonly again: boolean;
}

/** Where a bench says what it does. */
export interface BenchView {
  line(text: string): void;
  status(text: string): void;
}

/** What every measurement of one run is given. */
export interface Bench {
  readonly context: CliContext;
  readonly options: BenchOptions;
  readonly view: BenchView;
  readonly results: ResultsFolder;
  readonly peers: readonly FoundPeer[];
  readonly modelPath: string;
  readonly versions: Versions;
}

/** What a row was measured with beside the folder's settings: another number of rounds or other peers is another figure. */
export function settingsOf({ options, peers }: Bench): Readonly<Record<string, unknown>> {
  return { rounds: options.rounds, peers: peerVersions(peers) };
}

export function peerVersions(peers: readonly FoundPeer[]): Versions {
  return Object.fromEntries(peers.flatMap((peer) => (peer.found ? [[peer.name, peer.version]] : [])));
}

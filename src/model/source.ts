/** Somewhere a model's file can be had from. */
export interface Source {
  /** As it stands in messages: "the public hub", "the package mirrors". */
  readonly name: string;
  /** Disk that it needs beside the file itself while it works, in bytes. */
  readonly scratchBytes: number;
  /**
   * The file's bytes from `offset` on, in order. May stop early: what came is kept, and the next call goes on from there. Throws
   * `CloisterError`: `unreachable` (could be different later), `damaged` (not the file it should be), `cancelled`.
   * Whatever it started has ended when the iteration ends, in whichever way.
   */
  read(request: SourceRequest): AsyncIterable<Uint8Array>;
}

export interface SourceRequest {
  /** In bytes from the start of the file. */
  readonly offset: number;
  readonly signal: AbortSignal;
  /** Told now and then how far the source itself has come, in bytes of the file, where that is ahead of what it has handed over. */
  readonly ahead: (bytes: number) => void;
}

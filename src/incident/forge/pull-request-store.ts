import { open, readFile, rename } from "node:fs/promises";
import { join } from "node:path";

import { z } from "zod";

import { CloisterError } from "../../error.ts";

const tip = z.object({ ref: z.string(), sha: z.string() });

const recordSchema = z.object({
  owner: z.string(),
  repository: z.string(),
  number: z.int().positive(),
  title: z.string(),
  body: z.string(),
  head: tip,
  base: tip,
  author: z.string(),
  /** ISO 8601, UTC. */
  createdAt: z.string(),
  draft: z.boolean(),
  /** A person merges and closes, elsewhere: here a pull request is open. */
  state: z.literal("open"),
});

const fileSchema = z.object({ version: z.literal(1), pullRequests: z.array(recordSchema) });

/** A pull request as it is written down. */
export type PullRequestRecord = z.infer<typeof recordSchema>;

/** The forge's pull requests, in memory and in `pulls.json`; every change is on the disk before it is seen. */
export class PullRequestStore {
  readonly #path: string;
  #records: readonly PullRequestRecord[];
  #turn: Promise<unknown> = Promise.resolve();

  private constructor(path: string, records: readonly PullRequestRecord[]) {
    this.#path = path;
    this.#records = records;
  }

  /** @throws CloisterError `damaged` when `pulls.json` is there and cannot be read */
  static async open(root: string): Promise<PullRequestStore> {
    const path = join(root, "pulls.json");
    const text = await readFile(path, "utf8").catch((error: NodeJS.ErrnoException) => {
      if (error.code === "ENOENT") return undefined;
      throw error;
    });
    if (text === undefined) return new PullRequestStore(path, []);
    try {
      return new PullRequestStore(path, fileSchema.parse(JSON.parse(text)).pullRequests);
    } catch (cause) {
      throw new CloisterError("damaged", `${path} is not the forge's list of pull requests.`, {
        cause,
        hint: "move the file away and start again",
      });
    }
  }

  /** In the order they were opened. */
  of(owner: string, repository: string): PullRequestRecord[] {
    return this.#records.filter((record) => record.owner === owner && record.repository === repository);
  }

  /** Replace the records by what `change` makes of them; one change after the other. */
  update<T>(change: (records: readonly PullRequestRecord[]) => Promise<{ records: readonly PullRequestRecord[]; result: T }>): Promise<T> {
    const turn = this.#turn.then(async () => {
      const { records, result } = await change(this.#records);
      if (records !== this.#records) {
        await this.#write(records);
        this.#records = records;
      }
      return result;
    });
    this.#turn = turn.catch(() => undefined);
    return turn;
  }

  async #write(records: readonly PullRequestRecord[]): Promise<void> {
    const partial = `${this.#path}.partial`;
    const file = await open(partial, "w", 0o600);
    try {
      await file.writeFile(`${JSON.stringify({ version: 1, pullRequests: records }, null, 2)}\n`);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(partial, this.#path);
  }
}

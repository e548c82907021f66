import { basename, dirname } from "node:path";
import { CloisterError } from "../error.ts";
import { listScenarios, loadScenario, type Scenario } from "../incident/scenario.ts";
import { nearMisses } from "../triage/near.ts";
import { printable } from "./show/style.ts";

/** Loads a scenario; where its folder is not there, the error names those beside it that may have been meant. */
export async function findScenario(folder: string): Promise<Scenario> {
  try {
    return await loadScenario(folder);
  } catch (thrown) {
    if (!(thrown instanceof CloisterError) || thrown.code !== "not-found") throw thrown;
    const [id, root] = [basename(folder), dirname(folder)];
    const others = await listScenarios(root).catch(() => []);
    const [near] = nearMisses(
      id,
      others.map((other) => other.id),
    );
    throw new CloisterError(
      "not-found",
      `There is no scenario ${printable(id)} in ${root}${near === undefined ? "." : `: is it ${near}?`}`,
      {
        hint: "cloister incident list   (a folder of your own: ./NAME)",
        cause: thrown,
      },
    );
  }
}

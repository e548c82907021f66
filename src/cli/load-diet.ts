import { basename, resolve } from "node:path";
import { CloisterError } from "../error.ts";
import { readYamlFile } from "../incident/yaml-file.ts";
import { type Diet, dietOf, dietProfiles } from "../prompt/diet.ts";
import { dietFile, dietFromFile } from "../prompt/diet-file.ts";

/**
 * The diet that `--diet` names: one of our profiles, or a YAML file. Throws `usage` with the file, the line and what was expected there,
 * `missing` where there is no such file.
 *
 * @param cwd the folder from which a relative path counts
 */
export async function loadDiet(nameOrFile: string, cwd: string): Promise<Diet> {
  const profile = dietProfiles.find((name) => name === nameOrFile);
  if (profile !== undefined) return dietOf(profile);
  try {
    const file = await readYamlFile(resolve(cwd, nameOrFile), nameOrFile, dietFile);
    return dietFromFile(file, basename(nameOrFile).replace(/\.ya?ml$/, ""));
  } catch (thrown) {
    if (!(thrown instanceof CloisterError)) throw thrown;
    const { code, message, field, cause } = thrown;
    const hint =
      code === "missing"
        ? `One of ${dietProfiles.join(", ")}, or a file: docs/prompt.md has an example.`
        : "docs/prompt.md has the format of a profile.";
    const says = code === "missing" ? `There is no diet ${nameOrFile}, and no file of that name.` : message;
    throw new CloisterError(code === "damaged" ? "usage" : code, says, { hint, field, cause });
  }
}

import { type Document, parseAllDocuments as parseYaml, type ParsedNode, type ScalarTag } from "yaml";

/**
 * YAML as kubectl reads it. Its library (sigs.k8s.io/yaml over go-yaml 2) keeps two habits of YAML 1.1 that 1.2 gave up: `on` and `yes` are flags, and
 * `0644` is 420. A file mode or a setting would otherwise be judged by a value that the cluster never sees. For reading: written back, values lose that spelling.
 */
export function parseAllDocuments(text: string): readonly Document.Parsed<ParsedNode>[] {
  return parseYaml(text, { customTags: (tags) => [octal, flag, ...tags], merge: true });
}

const octal: ScalarTag = {
  tag: "tag:yaml.org,2002:int",
  default: true,
  test: /^[-+]?0[0-7]+$/,
  resolve: (written) => Number.parseInt(written, 8),
};

const flag: ScalarTag = {
  tag: "tag:yaml.org,2002:bool",
  default: true,
  test: /^(?:y|Y|yes|Yes|YES|on|On|ON|n|N|no|No|NO|off|Off|OFF)$/,
  resolve: (written) => /^(?:y|yes|on)$/i.test(written),
};

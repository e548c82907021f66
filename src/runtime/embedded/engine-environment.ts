/** Names that the engine's process gets from ours: paths, locale, and the settings of GPU drivers and of the engine itself. */
const passed =
  /^(PATH|HOME|USERPROFILE|SystemRoot|TMPDIR|TEMP|TMP|LANG|LC_\w+|LD_LIBRARY_PATH|DYLD_\w+|CUDA_\w+|HIP_\w+|ROCR_\w+|HSA_\w+|VK_\w+|GGML_\w+|NODE_LLAMA_CPP_\w+)$/;

/**
 * The environment of the engine's process: a short list of names, so that no key or token of ours is in it, and one libuv thread.
 * libuv hands each decode to another of its four threads, and each grows a compute team of its own; with one thread decoding is
 * 1.3 times as fast.
 */
export function engineEnvironment(env: Readonly<Record<string, string | undefined>>): Record<string, string> {
  const result: Record<string, string> = {};
  for (const [name, value] of Object.entries(env)) if (value !== undefined && passed.test(name)) result[name] = value;
  result["UV_THREADPOOL_SIZE"] = "1";
  return result;
}

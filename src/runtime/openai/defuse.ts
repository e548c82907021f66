/**
 * What looks like a control token in most vocabularies. Which ones the model behind the server has is not known, and the server cuts the
 * whole prompt into tokens as one text.
 */
const controlLike =
  /<[|｜][^\s<>|｜]{1,60}[|｜]>|<\/?(?:s|bos|eos|pad|unk|start_of_turn|end_of_turn|think|tools|tool_call|tool_response)>|\[\/?(?:INST|TOOL_CALLS|AVAILABLE_TOOLS|TOOL_RESULTS|SYSTEM_PROMPT)\]|<<\/?SYS>>/gu;

/**
 * Takes the force from control tokens in somebody's words by a blank after the first character. It can be seen, by the model too: a mark
 * that cannot be seen would be copied into files.
 */
export function defuse(text: string): string {
  return text.replace(controlLike, (token) => `${token.slice(0, 1)} ${token.slice(1)}`);
}

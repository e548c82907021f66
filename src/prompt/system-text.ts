/** What stands in the place of the client's own system prompt in the incident profile. Every token of it is prefilled on a cold start. */
export const incidentSystem = "You are a site reliability engineer. You work with the tools, one call at a time.";

/** The same for everyday work on the files of one folder. */
export const codeSystem =
  "You are a software engineer. You work on the files of the current folder with the tools, one call at a time, and say in the end what you did.";

import { CloisterError } from "../../error.ts";

/** Where a server is, taken apart once. */
export interface ServerAddress {
  /** For messages: never holds a credential. */
  readonly shown: string;
  readonly secure: boolean;
  readonly connection: { readonly socketPath: string } | { readonly hostname: string; readonly port: string };
  /** `Host` of each request. */
  readonly host: string;
  /** Put before each request's path; empty or `/v1`, never with a slash at its end. */
  readonly basePath: string;
}

/**
 * Reads `http://host:port/base`, `https://…` or `unix:/path/to/socket`.
 *
 * @throws CloisterError `usage` for anything else, also for a URL that holds a user or a password: it would be shown in messages
 */
export function parseServerAddress(text: string): ServerAddress {
  if (text.startsWith("unix:")) return unixAddress(text);
  const hint = "Give it as http://127.0.0.1:8080, https://host/base or unix:/path/to/socket.";
  let url: URL;
  try {
    url = new URL(text);
  } catch {
    throw new CloisterError("usage", "The server's address is not a URL.", { hint });
  }
  if (url.username !== "" || url.password !== "")
    throw new CloisterError("usage", "The server's address holds a user or a password.", { hint: "Give the key by its own option." });
  if (url.protocol !== "http:" && url.protocol !== "https:")
    throw new CloisterError("usage", `The server's address is neither http nor https, but ${url.protocol}//.`, { hint });
  if (url.search !== "" || url.hash !== "") throw new CloisterError("usage", "The server's address has a query or a fragment.", { hint });
  const secure = url.protocol === "https:";
  const basePath = url.pathname.replace(/\/+$/, "");
  return {
    shown: `${url.origin}${basePath}`,
    secure,
    // An IPv6 address has brackets in a URL, but not where a socket is opened.
    connection: { hostname: url.hostname.replace(/^\[|\]$/g, ""), port: url.port === "" ? (secure ? "443" : "80") : url.port },
    host: url.host,
    basePath,
  };
}

function unixAddress(text: string): ServerAddress {
  const socketPath = text.slice("unix:".length).replace(/^\/\//, "");
  if (!socketPath.startsWith("/"))
    throw new CloisterError("usage", "The path of the server's socket is not absolute.", { hint: "Give it as unix:/path/to/socket." });
  return { shown: `unix:${socketPath}`, secure: false, connection: { socketPath }, host: "localhost", basePath: "" };
}

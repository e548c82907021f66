import type { GraphObject } from "./graphql-execute.ts";
import { account } from "./state.ts";

/** The session's account, or the owner of a repository. */
export function userNode(login: string = account.login): GraphObject {
  const own = login === account.login;
  return {
    __typename: "User",
    id: `U_${Buffer.from(login).toString("base64url")}`,
    login,
    name: own ? account.name : login,
    email: "",
    isViewer: own,
  };
}

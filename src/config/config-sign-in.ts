import * as v from "valibot";
import { isRight } from "../domain/people/rights.ts";
import { list, path, text, whole } from "./config-values.ts";

/** The name of a group and its role; the name may hold `=`. */
const groupRole = /^(.+)=(viewer|runner|deployer|admin)$/;

/** The settings of who may come in, and how. */
export const signInSettings = {
  sessionHours: v.optional(
    v.pipe(whole(1, 8760), v.description("longest time that a browser stays signed in; it ends with its key or token")),
    12,
  ),
  right: v.optional(
    v.pipe(
      list,
      v.everyItem(
        (item) => isRight(item),
        "WHO=VERB:PROCESSES, such as group:hydrology=run:flood-*; WHO is user:, group: or role:NAME, VERB see, run, deploy, or jobs of a group",
      ),
      v.description(
        "who alone may see, run or deploy the processes that a pattern names: group:NAME=run:flood-*; admins always may. group:NAME=jobs:* lets a group see the jobs of its members",
      ),
    ),
    [],
  ),
  requestRate: v.optional(
    v.pipe(
      text,
      v.regex(/^[1-9]\d{0,8}\/[smh]$/, "REQUESTS/s, REQUESTS/m or REQUESTS/h, such as 50/s"),
      v.description(
        "requests of one user, or of one address without a key, that are answered: 50/s, 600/m; any number if not given",
      ),
    ),
  ),
  oidcIssuer: v.optional(
    v.pipe(
      text,
      v.regex(/^https?:\/\/[^/?#@]+[^?#]*$/, "the https URL of a provider of identities"),
      v.url("a URL"),
      v.description("provider of identities (OpenID Connect) that people sign in with; exactly as it calls itself"),
    ),
  ),
  oidcClientId: v.optional(v.pipe(text, v.description("what the provider calls this service"))),
  oidcClientSecretFile: v.optional(
    v.pipe(path, v.description("file of the secret by which the provider knows this service; none if not given")),
  ),
  oidcAudience: v.optional(
    v.pipe(text, v.description("whom tokens of programs must be for; the client id if not given")),
  ),
  oidcScopes: v.optional(
    v.pipe(
      text,
      v.regex(
        /^(?:[\x21\x23-\x5b\x5d-\x7e]+ )*openid(?: [\x21\x23-\x5b\x5d-\x7e]+)*$/,
        "words with blanks between, openid among them",
      ),
      v.description(
        "what is asked of the provider when somebody signs in; offline_access keeps a browser signed in longer",
      ),
    ),
    "openid",
  ),
  oidcUserClaim: v.optional(
    v.pipe(text, v.description("claim with the name of the user, which must be unique and never change")),
    "sub",
  ),
  oidcGroupsClaim: v.optional(
    v.pipe(text, v.description("claim with the groups of the user; dots lead into it")),
    "groups",
  ),
  oidcRole: v.optional(
    v.pipe(
      list,
      v.everyItem((item) => groupRole.test(item), "GROUP=ROLE, such as hydrologists=runner"),
      v.description("roles of groups: GROUP=ROLE; the highest of a user's groups counts"),
    ),
    [],
  ),
  oidcDefaultRole: v.optional(
    v.pipe(
      v.picklist(["none", "viewer", "runner", "deployer"], "none, viewer, runner or deployer"),
      v.description("role of users whose groups have none; none keeps them out"),
    ),
    "none",
  ),
  oidcDeviceClientId: v.optional(
    v.pipe(
      text,
      v.description("what the provider calls heddle login, a client without a secret; no such login if not given"),
    ),
  ),
  oidcAllowHttp: v.optional(
    v.pipe(
      v.union([v.boolean(), v.picklist(["true", "false"])], "true or false"),
      v.transform((value) => value === true || value === "true"),
      v.description("let the provider be reached by http, on this machine only"),
    ),
    false,
  ),
} as const;

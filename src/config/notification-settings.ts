import * as v from "valibot";
import { isMailPattern } from "../domain/people/subscriber.ts";
import { isMailServer, list, path, text, whole } from "./config-values.ts";

/** The settings of callbacks and mails. */
export const notificationSettings = {
  notifySecretFile: v.optional(
    v.pipe(path, v.description("file of the secret that signs callbacks; they are not signed if not given")),
  ),
  notifyTries: v.optional(v.pipe(whole(1, 1000), v.description("how often a callback or a mail is tried")), 30),
  notifyHours: v.optional(v.pipe(whole(1, 8760), v.description("how long a callback or a mail is tried")), 24),
  notifyPauseSeconds: v.optional(
    v.pipe(whole(1, 3600), v.description("pause after the first try; it doubles after each, up to an hour")),
    5,
  ),
  notifySeconds: v.optional(v.pipe(whole(1, 600), v.description("longest time of one try, with its answer")), 15),
  smtpUrl: v.optional(
    v.pipe(
      text,
      v.check(isMailServer, "smtp://[USER@]HOST[:PORT] or smtps://..., without a password"),
      v.description("server that mails are handed to: smtp:// (TLS when it is offered) or smtps://[USER@]HOST[:PORT]"),
    ),
  ),
  smtpPasswordFile: v.optional(v.pipe(path, v.description("file of the password for the server of mails"))),
  mailFrom: v.optional(
    v.pipe(
      text,
      v.regex(/^(?:[^<>@\r\n]*<[^\s<>@]+@[^\s<>@]+>|[^\s<>@]+@[^\s<>@]+)$/, "NAME@HOST or TEXT <NAME@HOST>"),
      v.description("whom mails come from"),
    ),
  ),
  mailTo: v.optional(
    v.pipe(
      list,
      v.everyItem((item) => isMailPattern(item), "ADDRESS or @DOMAIN"),
      v.description("whom mails may go to: ADDRESS or @DOMAIN; anybody if not given"),
    ),
    [],
  ),
};

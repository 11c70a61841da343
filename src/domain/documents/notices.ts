import type { Link } from "../links.ts";
import type { NotificationEvent } from "../people/notification.ts";

/** Where a user is told of the own jobs, unless a run says something else, and whom this server can tell. */
export type NoticesDocument = {
  /** Absent where nothing is kept. */
  readonly address?: string;
  readonly events?: readonly NotificationEvent[];
  readonly sendsMail: boolean;
  /** Whom mails may go to, `ADDRESS` or `@DOMAIN`; anybody when absent. Single addresses only for who sees the settings. */
  readonly mailTo?: readonly string[];
  readonly links: readonly Link[];
};

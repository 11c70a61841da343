import type { Link } from "../links.ts";
import type { NotificationChannel, NotificationEvent, NotificationState } from "../people/notification.ts";

/** What was told of a job, and what is still to be told. Times are RFC 3339. */
export type NotificationsDocument = {
  readonly notifications: readonly ToldNotification[];
  readonly links: readonly Link[];
};

/** One notification, with each try to deliver it. */
export type ToldNotification = {
  readonly id: string;
  readonly event: NotificationEvent;
  readonly channel: NotificationChannel;
  /** As who gave it recognises it, and nobody else. */
  readonly address: string;
  readonly status: NotificationState;
  readonly attempt: number;
  readonly created: string;
  readonly nextTry?: string;
  readonly tries: readonly {
    readonly at: string;
    readonly status?: number | undefined;
    readonly error?: string | undefined;
  }[];
};

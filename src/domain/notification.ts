/** What subscribers are told of a job (OGC 18-062r2, subscriber.yaml). */
export type NotificationEvent = "inProgress" | "success" | "failed";
export type NotificationChannel = "callback" | "mail";

/** `abandoned`: it was tried as often or as long as it may be, or cannot be told any more. */
export type NotificationState = "waiting" | "delivered" | "abandoned";

/** One try to deliver a notification: what the receiver answered, or why there was no answer. */
export type NotificationTry = { readonly at: number; readonly status?: number; readonly error?: string };

CREATE TABLE `notifications` (
	`id` text PRIMARY KEY NOT NULL,
	`job_id` text NOT NULL,
	`event_number` integer NOT NULL,
	`attempt` integer NOT NULL,
	`event` text NOT NULL,
	`channel` text NOT NULL,
	`receiver` text NOT NULL,
	`created_at` integer NOT NULL,
	`due_at` integer,
	`state` text NOT NULL,
	`tries` text NOT NULL
);
--> statement-breakpoint
CREATE INDEX `notifications_due` ON `notifications` (`receiver`,`due_at`,`id`) WHERE due_at is not null;--> statement-breakpoint
CREATE INDEX `notifications_of_job` ON `notifications` (`job_id`);--> statement-breakpoint
CREATE TABLE `subscriptions` (
	`job_id` text PRIMARY KEY NOT NULL,
	`sealed_subscribers` text NOT NULL
) WITHOUT ROWID;

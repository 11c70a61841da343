CREATE TABLE `process_packages` (
	`process_id` text NOT NULL,
	`revision` text NOT NULL,
	`media_type` text NOT NULL,
	`bytes` blob NOT NULL,
	PRIMARY KEY(`process_id`, `revision`)
);
--> statement-breakpoint
ALTER TABLE `process_revisions` ADD `deployment` integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE `process_revisions` ADD `deployed_at` integer;--> statement-breakpoint
ALTER TABLE `process_revisions` ADD `withdrawn_at` integer;--> statement-breakpoint
ALTER TABLE `processes` ADD `undeployed_at` integer;--> statement-breakpoint
UPDATE `process_revisions` SET `deployment` = rowid;

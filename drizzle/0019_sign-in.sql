CREATE TABLE `group_members` (
	`user` text NOT NULL,
	`name` text NOT NULL,
	PRIMARY KEY(`user`, `name`)
);
--> statement-breakpoint
CREATE INDEX `group_members_name` ON `group_members` (`name`,`user`);--> statement-breakpoint
CREATE TABLE `sessions` (
	`token_hash` text PRIMARY KEY NOT NULL,
	`user` text NOT NULL,
	`key_id` text,
	`role` text,
	`groups` text,
	`created_at` integer NOT NULL,
	`expires_at` integer NOT NULL,
	`holds_until` integer,
	`sealed_refresh` text
);
--> statement-breakpoint
CREATE INDEX `sessions_expiry` ON `sessions` (`expires_at`);--> statement-breakpoint
CREATE INDEX `sessions_user` ON `sessions` (`user`,`created_at`);--> statement-breakpoint
ALTER TABLE `keys` ADD `label` text;--> statement-breakpoint
ALTER TABLE `keys` ADD `actions` text;--> statement-breakpoint
ALTER TABLE `keys` ADD `processes` text;--> statement-breakpoint
ALTER TABLE `keys` ADD `is_service` integer DEFAULT false NOT NULL;
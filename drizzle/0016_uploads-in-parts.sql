CREATE TABLE `vault_uploads` (
	`id` text PRIMARY KEY NOT NULL,
	`user` text,
	`client` text NOT NULL,
	`token_hash` text NOT NULL,
	`name` text NOT NULL,
	`media_type` text NOT NULL,
	`size_bytes` integer NOT NULL,
	`created_at` integer NOT NULL,
	`expires_at` integer NOT NULL
);
--> statement-breakpoint
CREATE INDEX `vault_uploads_expiry` ON `vault_uploads` (`expires_at`);--> statement-breakpoint
CREATE INDEX `vault_uploads_of_client` ON `vault_uploads` (`client`);
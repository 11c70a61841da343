ALTER TABLE `keys` ADD `expires_at` integer;--> statement-breakpoint
ALTER TABLE `process_revisions` ADD `deployer_role` text;--> statement-breakpoint
ALTER TABLE `processes` ADD `owner` text;
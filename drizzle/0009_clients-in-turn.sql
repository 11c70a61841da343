CREATE TABLE `client_usage` (
	`client` text PRIMARY KEY NOT NULL,
	`vault_bytes` integer NOT NULL,
	`output_bytes` integer NOT NULL
) WITHOUT ROWID;
--> statement-breakpoint
DROP INDEX `jobs_waiting`;--> statement-breakpoint
ALTER TABLE `jobs` ADD `client` text DEFAULT 'anonymous' NOT NULL;--> statement-breakpoint
ALTER TABLE `jobs` ADD `output_bytes` integer DEFAULT 0 NOT NULL;--> statement-breakpoint
CREATE INDEX `jobs_waiting` ON `jobs` (`client`,"priority" desc,`created_at`,`id`) WHERE status = 'accepted';--> statement-breakpoint
ALTER TABLE `vault_files` ADD `client` text DEFAULT 'anonymous' NOT NULL;--> statement-breakpoint
UPDATE `jobs` SET `client` = 'user:' || `user` WHERE `user` IS NOT NULL;--> statement-breakpoint
UPDATE `vault_files` SET `client` = 'user:' || `user` WHERE `user` IS NOT NULL;--> statement-breakpoint
INSERT INTO `client_usage` (`client`, `vault_bytes`, `output_bytes`) SELECT `client`, sum(`size_bytes`), 0 FROM `vault_files` GROUP BY `client`;--> statement-breakpoint
CREATE TRIGGER `uploads_are_added` AFTER INSERT ON `vault_files` BEGIN
	INSERT INTO client_usage (client, vault_bytes, output_bytes) VALUES (new.client, new.size_bytes, 0)
		ON CONFLICT (client) DO UPDATE SET vault_bytes = vault_bytes + excluded.vault_bytes;
END;--> statement-breakpoint
CREATE TRIGGER `removed_uploads_are_subtracted` AFTER DELETE ON `vault_files` BEGIN
	UPDATE client_usage SET vault_bytes = vault_bytes - old.size_bytes WHERE client = old.client;
END;--> statement-breakpoint
CREATE TRIGGER `outputs_are_added` AFTER UPDATE OF `output_bytes` ON `jobs` WHEN old.output_bytes <> new.output_bytes BEGIN
	INSERT INTO client_usage (client, vault_bytes, output_bytes) VALUES (new.client, 0, new.output_bytes - old.output_bytes)
		ON CONFLICT (client) DO UPDATE SET output_bytes = output_bytes + excluded.output_bytes;
END;--> statement-breakpoint
CREATE TRIGGER `removed_outputs_are_subtracted` AFTER DELETE ON `jobs` WHEN old.output_bytes <> 0 BEGIN
	UPDATE client_usage SET output_bytes = output_bytes - old.output_bytes WHERE client = old.client;
END;

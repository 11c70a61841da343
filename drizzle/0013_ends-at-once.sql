ALTER TABLE `job_events` ADD `earlier` text;--> statement-breakpoint
CREATE TRIGGER `inserted_outputs_are_added` AFTER INSERT ON `jobs` WHEN new.output_bytes <> 0 BEGIN
	INSERT INTO client_usage (client, vault_bytes, output_bytes) VALUES (new.client, 0, new.output_bytes)
		ON CONFLICT (client) DO UPDATE SET output_bytes = output_bytes + excluded.output_bytes;
END;

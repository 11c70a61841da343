ALTER TABLE `audit` ADD `key_id` text;--> statement-breakpoint
ALTER TABLE `audit` ADD `client` text;--> statement-breakpoint
DROP TRIGGER `executions_are_audited`;--> statement-breakpoint
CREATE TRIGGER `executions_are_audited` AFTER INSERT ON `jobs` WHEN new.origin IS NOT NULL BEGIN
	INSERT INTO audit (at, user, role, address, request_id, action, subject, job_id, outcome, key_id, client)
	VALUES (new.created_at, new.user, new.origin ->> '$.role', new.origin ->> '$.address', new.origin ->> '$.requestId', 'execute', CASE WHEN new.provider_id IS NULL THEN new.process_id ELSE new.provider_id || '/' || new.process_id END, new.id, 'done', new.origin ->> '$.keyId', new.origin ->> '$.client');
END;

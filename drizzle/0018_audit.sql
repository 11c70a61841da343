CREATE TABLE `audit` (
	`number` integer PRIMARY KEY NOT NULL,
	`at` integer NOT NULL,
	`user` text,
	`role` text,
	`address` text,
	`request_id` text,
	`action` text NOT NULL,
	`subject` text NOT NULL,
	`job_id` text,
	`outcome` text NOT NULL
);
--> statement-breakpoint
CREATE TABLE `audit_end` (
	`id` integer PRIMARY KEY NOT NULL,
	`before` integer NOT NULL
);
--> statement-breakpoint
ALTER TABLE `jobs` ADD `origin` text;--> statement-breakpoint
CREATE TRIGGER `audit_is_not_changed` BEFORE UPDATE ON `audit` BEGIN
	SELECT raise(ABORT, 'a line of the audit cannot be changed');
END;--> statement-breakpoint
CREATE TRIGGER `audit_is_not_removed` BEFORE DELETE ON `audit` WHEN old.at >= coalesce((SELECT max(before) FROM audit_end), -9007199254740991) BEGIN
	SELECT raise(ABORT, 'a line of the audit cannot be removed');
END;--> statement-breakpoint
CREATE TRIGGER `audit_is_not_replaced` BEFORE INSERT ON `audit` WHEN EXISTS (SELECT 1 FROM audit WHERE number = new.number) BEGIN
	SELECT raise(ABORT, 'a line of the audit cannot be replaced');
END;--> statement-breakpoint
CREATE TRIGGER `executions_are_audited` AFTER INSERT ON `jobs` WHEN new.origin IS NOT NULL BEGIN
	INSERT INTO audit (at, user, role, address, request_id, action, subject, job_id, outcome)
	VALUES (new.created_at, new.user, new.origin ->> '$.role', new.origin ->> '$.address', new.origin ->> '$.requestId', 'execute', CASE WHEN new.provider_id IS NULL THEN new.process_id ELSE new.provider_id || '/' || new.process_id END, new.id, 'done');
END;

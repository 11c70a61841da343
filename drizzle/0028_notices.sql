CREATE TABLE `notices` (
	`user` text PRIMARY KEY NOT NULL,
	`sealed_notices` text NOT NULL
) WITHOUT ROWID;

CREATE VIRTUAL TABLE `job_texts` USING fts5(`words`, `facets`, content='', contentless_delete=1, tokenize='unicode61 remove_diacritics 2');
--> statement-breakpoint
CREATE TRIGGER `job_index_removes` AFTER DELETE ON `job_index` BEGIN
	DELETE FROM job_texts WHERE rowid = -old.number;
END;

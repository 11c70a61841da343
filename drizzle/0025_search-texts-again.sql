-- What a process is found by has the descriptions of its inputs and its outputs, too: the next start writes it anew.
DELETE FROM `process_texts`;

// Loaded by bun test before every test file. What all tests need set up belongs here; nothing does yet.
export {};

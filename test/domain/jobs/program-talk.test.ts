import { expect, test } from "bun:test";
import { partTalk, talkWords } from "../../../src/domain/jobs/program-talk.ts";

test.each(["no daemon", 'Error: "x" (y)', "cannot connect; is it (really) running?", ""])(
  "what a program wrote (%p) is parted from the sentence that quotes it",
  (said) => {
    const text = `found that podman does not work ${talkWords(said)}, wanted one that does`;
    expect(partTalk(text)).toEqual({
      sentence: "found that podman does not work, wanted one that does",
      said: [said.replaceAll('"', "'")],
    });
  },
);

test("several are parted in their order, and a message without any stays as it is", () => {
  const text = `docker does not work ${talkWords("a")}; podman does not work ${talkWords("b")}`;
  expect(partTalk(text)).toEqual({ sentence: "docker does not work; podman does not work", said: ["a", "b"] });
  expect(partTalk("found (it) in x")).toEqual({ sentence: "found (it) in x", said: [] });
});

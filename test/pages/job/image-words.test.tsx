import { describe, expect, test } from "bun:test";
import { talkWords } from "../../../src/domain/jobs/program-talk.ts";
import { imageSentence } from "../../../src/pages/job/image-words.ts";
import { Told } from "../../../src/pages/job/program-talk.tsx";

const unfetched = (said: string, engine = "podman") =>
  `one: found DockerRequirement (image r.example/a/b:1) under requirements and nothing that runs it: found that ${engine} cannot pull "r.example/a/b:1" ${talkWords(said)}, wanted the image there, or imported by "heddle images import"; or the requirement under hints (then the program of this machine runs)`;

describe("an image that cannot be had is told in one plain sentence", () => {
  test.each([
    ["manifest for r.example/a/b:1 not found: manifest unknown: manifest unknown", "its registry has no such image"],
    [
      "Error: initializing source docker://r.example/a/b:1: reading manifest 1 in r.example/a/b: name unknown",
      "its registry has no such image",
    ],
    [
      "Error response from daemon: pull access denied for a/b, repository does not exist or may require 'docker login': denied: requested access to the resource is denied",
      "its registry does not give it",
    ],
    ["unauthorized: authentication required", "its registry does not give it"],
    [
      "Error response from daemon: Get 'https://r.example/v2/': dial tcp: lookup r.example on 1.1.1.1:53: no such host",
      "its registry cannot be reached from here",
    ],
    [
      "pinging container registry r.example: Get 'https://r.example/v2/': dial tcp 10.0.0.1:443: i/o timeout",
      "reached",
    ],
    ["dial tcp 10.0.0.1:443: connect: network is unreachable", "its registry cannot be reached from here"],
    ["dial tcp 127.0.0.1:5000: connect: connection refused", "its registry cannot be reached from here"],
    [
      "tls: failed to verify certificate: x509: certificate signed by unknown authority",
      "not one that is trusted here",
    ],
    ["toomanyrequests: You have reached your pull rate limit", "it was asked too often"],
    ["no matching manifest for linux/arm64/v8 in the manifest list entries", "not made for machines of this kind"],
    ["write /var/tmp/storage1: no space left on device", "a disk of this machine is full"],
    ["Cannot connect to the Docker daemon at unix:///var/run/docker.sock", "the container engine does not work here"],
    ["something that nobody has seen before", "the container engine did not get it"],
  ])("by what an engine said: %s", (said, why) => {
    const sentence = imageSentence(unfetched(said));
    expect(sentence).toStartWith("one: the image r.example/a/b:1 cannot be had here: ");
    expect(sentence).toContain(why);
    expect(sentence).not.toContain(said);
  });

  test.each([
    [
      'found image "a:1" not imported and no container engine is used, wanted the image imported by "heddle images import", or a container engine',
      "The image a:1 cannot be had here: it was not imported, and this service uses no container engine.",
    ],
    [
      'found image "a:1" not imported and none of docker, podman is installed, wanted the image imported by "heddle images import", or a container engine',
      "The image a:1 cannot be had here: it was not imported, and no container engine is installed here.",
    ],
    [
      `found image "a:1" not imported and docker does not work ${talkWords("no daemon")}, wanted the image imported by "heddle images import", or a container engine`,
      "The image a:1 cannot be had here: it was not imported, and the container engine does not work here.",
    ],
    [
      'found the image name "A B", wanted a name, or an image that was imported under it',
      "The image A B cannot be had here: its name is not one that an image can have.",
    ],
    [
      'found no image "a:1" in docker, wanted it there, or imported by "heddle images import"',
      "The image a:1 cannot be had here: the container engine does not have it.",
    ],
    [
      'found dockerFile, wanted an image that was built before: only "heddle run" builds images',
      "The image that it runs in cannot be had here: it is built of a text, and this service builds none.",
    ],
    [
      `found that it cannot be pulled ${talkWords("FATAL: manifest unknown")}, wanted the image "a:1"`,
      "The image a:1 cannot be had here: its registry has no such image.",
    ],
  ])("by what was found: %s", (text, sentence) => {
    expect(imageSentence(text)).toBe(sentence);
  });

  test("and nothing else is taken for one", () => {
    for (const text of [
      "tool: found no version",
      `Cannot run the tool: found exit code 1 ${talkWords("manifest unknown")}`,
      "found 3 images, wanted one",
      "",
    ])
      expect(imageSentence(text)).toBeUndefined();
  });

  test("with all that was found, wanted and said folded up behind, as text and bounded", () => {
    const html = String(<Told text={unfetched(`<b>${"x".repeat(9000)}`)} />);
    const [before = "", inside = ""] = html.split("<details>");
    expect(before).toBe("one: the image r.example/a/b:1 cannot be had here: the container engine did not get it. ");
    expect(inside).toContain("or the requirement under hints");
    expect(inside).toContain("&lt;b&gt;xxx");
    expect(inside.length).toBeLessThan(3000);
  });
});

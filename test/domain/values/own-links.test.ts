import { expect, test } from "bun:test";
import { readOwnLink } from "../../../src/domain/values/own-links.ts";

const id = "0d1ffc3a-1111-4222-8333-0123456789ab";
const places = {
  sites: ["https://maps.example/heddle", "http://127.0.0.1:8080"],
  outputsPath: "/outputs",
  outputsUrl: "https://files.example/made",
};
const upload = { kind: "upload", reference: `vault://${id}` } as const;
const output = { kind: "output", path: [id, "out", "a b.tif"] } as const;

test.each([
  [`https://maps.example/heddle/vault/${id}`, upload],
  [`https://maps.example/heddle/vault/${id}/?f=html#x`, upload],
  [`https://maps.example/vault/${id}`, upload],
  [`  /vault/${id}?a=b `, upload],
  [`/heddle/vault/${id}`, upload],
  [`http://localhost:8080/vault/${id}`, upload],
  [`https://maps.example/heddle/vault/${id}/s3cret`, { kind: "upload", reference: `vault://${id}/s3cret` }],
  [`https://maps.example/heddle/outputs/${id}/out/a%20b.tif`, output],
  [`https://files.example/made/${id}/out/a%20b.tif?download`, output],
  [`/outputs/${id}/out/folder/`, { kind: "output", path: [id, "out", "folder"] }],
  [`https://maps.example/heddle/jobs/${id}/results/a%20b`, { kind: "result", jobId: id, outputId: "a b" }],
] as const)("%s is one of this service's own", (href, wanted) => {
  expect(readOwnLink(href, places)).toEqual(wanted);
});

test.each([
  `https://elsewhere.example/vault/${id}`,
  `https://elsewhere.example/outputs/${id}/out/a.tif`,
  `http://localhost:9090/vault/${id}`,
  `https://maps.example/heddle/vault/secret`,
  `https://maps.example/heddle/vault/${id}/a/b`,
  `https://maps.example/heddle/outputs/${id}`,
  `https://maps.example/heddle/outputs/${id}/out/folder/?f=zip`,
  `https://maps.example/heddle/outputs/${id}/out/%2Fetc`,
  `https://maps.example/heddle/outputs/${id}/out/%zz`,
  `https://maps.example/heddle/jobs/${id}/results`,
  `https://maps.example/heddle/jobs/${id}/results/out/0`,
  `//maps.example/vault/${id}`,
  `vault://${id}`,
  `data:,/vault/${id}`,
  "https://[",
])("%s is any address", (href) => {
  expect(readOwnLink(href, places)).toBeUndefined();
});

import type { ApiOperation, ApiOperations } from "./operation.ts";

/** Uploads. */
export const fileOperations: ApiOperations = {
  "POST /vault": {
    summary: "Upload a file",
    tag: "files",
    answers: { 201: { about: "Its id, and the token that its use needs", content: { document: "UploadedFile" } } },
    problems: [413, 415],
  },
};

/** The published files lie below a path that is a setting. */
export const outputsOperation: ApiOperation = {
  summary: "A published output or log",
  tag: "files",
  answers: {
    200: { about: "The bytes", content: { mediaType: "*/*" } },
    206: { about: "A part of them", content: { mediaType: "*/*" } },
    304: { about: "Not changed" },
  },
  problems: [416],
};

import { expect, test } from "bun:test";
import { tellingLine } from "../../../src/domain/jobs/telling-line.ts";

const cases: readonly (readonly [program: string, stderr: string, line: string | undefined])[] = [
  [
    "python",
    'Traceback (most recent call last):\n  File "a.py", line 3, in <module>\n    main()\n    ~~~~^^\n  File "a.py", line 2, in main\n    raise ValueError("no band 9")\nValueError: no band 9\n',
    "ValueError: no band 9",
  ],
  [
    "python, an exception while another one is handled",
    "Traceback (most recent call last):\nKeyError: 'b'\n\nDuring handling of the above exception, another exception occurred:\n\nTraceback (most recent call last):\nrasterio.errors.RasterioIOError: in.tif: No such file or directory\n",
    "rasterio.errors.RasterioIOError: in.tif: No such file or directory",
  ],
  [
    "python, wrong syntax",
    "  File \"a.py\", line 1\n    print(\n         ^\nSyntaxError: '(' was never closed",
    "SyntaxError: '(' was never closed",
  ],
  [
    "python, wrong arguments",
    "usage: a.py [-h] --size SIZE\na.py: error: argument --size: invalid int value: 'x'",
    "a.py: error: argument --size: invalid int value: 'x'",
  ],
  [
    "R",
    "Loading required package: sp\nError in readRaster(path) : \n  cannot open file 'in.tif'\nCalls: main -> readRaster\nExecution halted\n",
    "Error in readRaster(path) : cannot open file 'in.tif'",
  ],
  [
    "R, a package",
    "Error in library(terra) : there is no package called ‘terra’\nExecution halted",
    "Error in library(terra) : there is no package called ‘terra’",
  ],
  [
    "awk, wrong syntax",
    "awk: cmd. line:1: { print $1 + }\nawk: cmd. line:1:              ^ syntax error\n",
    "awk: cmd. line:1: syntax error: { print $1 + }",
  ],
  [
    "awk, a file",
    "awk: fatal: cannot open file `in.csv' for reading: No such file or directory",
    "awk: fatal: cannot open file `in.csv' for reading: No such file or directory",
  ],
  [
    "gdal",
    "Warning 1: No nodata\nERROR 4: in.tif: No such file or directory\nERROR 1: Cannot translate in.tif\nUsage: gdal_translate [--help]",
    "ERROR 4: in.tif: No such file or directory",
  ],
  [
    "java",
    'Exception in thread "main" java.lang.RuntimeException: step failed\n\tat Main.main(Main.java:5)\nCaused by: java.io.IOException: disk is gone\n\tat Main.read(Main.java:9)\n\t... 1 more\n',
    "Caused by: java.io.IOException: disk is gone",
  ],
  [
    "java, no cause",
    'Exception in thread "main" java.lang.NullPointerException: name\n\tat Main.main(Main.java:5)\n',
    'Exception in thread "main" java.lang.NullPointerException: name',
  ],
  [
    "node",
    "/srv/app/a.js:1\nthrow new TypeError('no such band')\n^\n\nTypeError: no such band\n    at Object.<anonymous> (/srv/app/a.js:1:7)\n\nNode.js v22.1.0\n",
    "TypeError: no such band",
  ],
  ["bash", "reading\nbash: line 3: gdalinfo: command not found\n", "bash: line 3: gdalinfo: command not found"],
  ["sh", "sh: 1: cannot open in.csv: No such file", "sh: 1: cannot open in.csv: No such file"],
  [
    "make",
    "main.c:3:5: error: expected ';' before '}' token\n    3 |     x\n      |     ^\nmake[1]: *** [Makefile:2: main.o] Error 1\nmake: *** [Makefile:9: all] Error 2\n",
    "main.c:3:5: error: expected ';' before '}' token",
  ],
  [
    "make, nothing else",
    "make: *** No rule to make target 'all'.  Stop.",
    "make: *** No rule to make target 'all'.  Stop.",
  ],
  [
    "SNAP",
    "INFO: org.esa.snap.core.gpf.operators: Initializing\nWARNING: org.esa.snap: error tolerance is low\nError: [NodeId: Calibration] Operator 'CalibrationOp': Source product is required\n-- org.jblas INFO Deleting /tmp/jblas\n",
    "Error: [NodeId: Calibration] Operator 'CalibrationOp': Source product is required",
  ],
  [
    "ffmpeg",
    "ffmpeg version 6.1 Copyright (c) 2000-2023\n[mov @ 0x1] moov atom not found\nin.mp4: Invalid data found when processing input\nConversion failed!\n",
    "in.mp4: Invalid data found when processing input",
  ],
  [
    "ls",
    "ls: cannot access 'x': No such file\nTry 'ls --help' for more information.",
    "ls: cannot access 'x': No such file",
  ],
  ["colours", "\u001b[31mERROR\u001b[0m: bad\n", "ERROR: bad"],
  ["letters that turn a line around", "Error: \u202etxt.exe \u2066b\u2069\n", "Error: txt.exe b"],
  ["words without a known one", "first\nthe river is dry\n", "the river is dry"],
  ["a line that counts errors", "0 errors, no error\nthe river is dry", "the river is dry"],
  ["nothing but a traceback", "Traceback (most recent call last):", "Traceback (most recent call last):"],
  ["a caret alone", "^\n  ^~~\n---", undefined],
  ["nothing", "", undefined],
];

for (const [program, stderr, line] of cases) {
  test(`what tells most of what ${program} wrote`, () => {
    expect(tellingLine(stderr)).toBe(line);
  });
}

const hostile = [
  ["carets between blanks", `a${` ^${" ".repeat(20)}`.repeat(4500)}`],
  ["carets with letters at the end", `a${` ^${" ".repeat(20)}`.repeat(4500)}b`],
  ["carets", `a${"^ ".repeat(50_000)}`],
  ["blanks", `a${" ".repeat(100_000)}b`],
  ["tildes", `a${" ".repeat(50_000)}${"~".repeat(50_000)}b`],
  ["tildes and carets", `a${"~^".repeat(50_000)} b`],
  ["dots", "a.".repeat(50_000)],
  ["escapes", "\u001b[0;".repeat(25_000)],
  ["words of errors", "Error ".repeat(16_000)],
  ["lines of carets", "a\n ^ b\n".repeat(14_000)],
] as const;

for (const [what, stderr] of hostile) {
  test(`100,000 letters of ${what} are gone through in a moment`, () => {
    const started = performance.now();
    tellingLine(stderr);
    expect(performance.now() - started).toBeLessThan(1000);
  });
}

/** The name of the exported counter of a metered module: an `i32` that is set to the steps that may follow. */
export const stepsName = "steps";

/**
 * Rewrites a WebAssembly module so that it counts down at each turn of each loop, and traps below zero: without it, a
 * loop that calls nothing outside can be ended by nobody, not even with its thread. Throws for instructions that
 * are not known here (vectors, exceptions).
 */
export function meterModule(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const sections = readSections(bytes);
  const imported = sections.find((section) => section.id === sectionIds.imports);
  const globals = requireSection(sections, sectionIds.globals);
  const index = (imported === undefined ? 0 : countImportedGlobals(imported.body)) + countItems(globals.body);
  const look = lookAtSteps(index);
  const parts = sections.map(({ id, body }) => {
    if (id === sectionIds.globals) return section(id, append(body, globalOfSteps));
    if (id === sectionIds.exports) return section(id, append(body, exportOfGlobal(index)));
    return section(id, id === sectionIds.code ? meterCode(body, look) : body);
  });
  return concat([bytes.subarray(0, headerBytes), ...parts]);
}

const headerBytes = 8;

/** WebAssembly Core 1.0, 5.5.2. */
const sectionIds = { imports: 2, globals: 6, exports: 7, code: 10 } as const;

type Section = { readonly id: number; readonly body: Uint8Array };

/** Reads numbers and lists at a place that moves on. */
class Reader {
  at = 0;
  readonly bytes: Uint8Array;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
  }

  byte(): number {
    const byte = this.bytes[this.at];
    if (byte === undefined) throw new Error("Cannot meter a module: found its end, wanted more of it");
    this.at += 1;
    return byte;
  }

  /** An unsigned LEB128 number. */
  number(): number {
    let value = 0;
    for (let shift = 1; ; shift *= 128) {
      const byte = this.byte();
      value += (byte & 127) * shift;
      if (byte < 128) return value;
    }
  }

  /** Goes over so many LEB128 numbers, signed or not. */
  skipNumbers(count: number): void {
    for (let left = count; left > 0; ) if (this.byte() < 128) left -= 1;
  }

  take(length: number): Uint8Array {
    this.at += length;
    return this.bytes.subarray(this.at - length, this.at);
  }

  isDone(): boolean {
    return this.at >= this.bytes.length;
  }
}

function readSections(bytes: Uint8Array): readonly Section[] {
  const reader = new Reader(bytes);
  reader.take(headerBytes);
  const sections: Section[] = [];
  while (!reader.isDone()) {
    const id = reader.byte();
    sections.push({ id, body: reader.take(reader.number()) });
  }
  return sections;
}

function requireSection(sections: readonly Section[], id: number): Section {
  const found = sections.find((section) => section.id === id);
  if (found === undefined) throw new Error(`Cannot meter a module: found no section ${id}, wanted one`);
  return found;
}

function countItems(body: Uint8Array): number {
  return new Reader(body).number();
}

function countImportedGlobals(body: Uint8Array): number {
  const reader = new Reader(body);
  let globals = 0;
  for (let left = reader.number(); left > 0; left -= 1) {
    reader.take(reader.number());
    reader.take(reader.number());
    const kind = reader.byte();
    if (kind === 0) reader.skipNumbers(1);
    else if (kind === 1) skipLimits(reader, 1);
    else if (kind === 2) skipLimits(reader, 0);
    else if (kind === 3) {
      reader.take(2);
      globals += 1;
    } else throw new Error(`Cannot meter a module: found an import of kind ${kind}, wanted 0 to 3`);
  }
  return globals;
}

function skipLimits(reader: Reader, before: number): void {
  reader.take(before);
  const flags = reader.byte();
  reader.skipNumbers((flags & 1) === 1 ? 2 : 1);
}

/** Puts one more item at the end of a section that is a list. */
function append(body: Uint8Array, item: readonly number[]): Uint8Array {
  const reader = new Reader(body);
  const count = reader.number();
  return concat([leb(count + 1), body.subarray(reader.at), item]);
}

const i32 = 0x7f;
const isVariable = 1;
const opcodes = {
  unreachable: 0x00,
  loop: 0x03,
  if: 0x04,
  end: 0x0b,
  globalGet: 0x23,
  globalSet: 0x24,
  constant: 0x41,
  isLess: 0x48,
  subtract: 0x6b,
} as const;
const noResult = 0x40;

/** Without a limit it is the largest number: what begins before anyone set it is our own. */
const globalOfSteps = [i32, isVariable, opcodes.constant, 0xff, 0xff, 0xff, 0xff, 0x07, opcodes.end];

function exportOfGlobal(index: number): readonly number[] {
  const name = [...new TextEncoder().encode(stepsName)];
  return [...leb(name.length), ...name, 3, ...leb(index)];
}

function lookAtSteps(index: number): readonly number[] {
  const { globalGet, globalSet, constant, subtract, isLess, unreachable, end } = opcodes;
  const place = leb(index);
  const take = [globalGet, ...place, constant, 1, subtract, globalSet, ...place];
  return [...take, globalGet, ...place, constant, 0, isLess, opcodes.if, noResult, unreachable, end];
}

function meterCode(body: Uint8Array, look: readonly number[]): Uint8Array {
  const reader = new Reader(body);
  const count = reader.number();
  const functions = Array.from({ length: count }, () => {
    const metered = meterFunction(reader.take(reader.number()), look);
    return concat([leb(metered.length), metered]);
  });
  return concat([leb(count), ...functions]);
}

function meterFunction(body: Uint8Array, look: readonly number[]): Uint8Array {
  const reader = new Reader(body);
  for (let groups = reader.number(); groups > 0; groups -= 1) reader.skipNumbers(2);
  const parts: (Uint8Array | readonly number[])[] = [];
  let copied = 0;
  while (!reader.isDone()) {
    const opcode = reader.byte();
    skipImmediates(reader, opcode);
    if (opcode !== opcodes.loop) continue;
    parts.push(body.subarray(copied, reader.at), look);
    copied = reader.at;
  }
  return parts.length === 0 ? body : concat([...parts, body.subarray(copied)]);
}

/** Goes over what follows an opcode (WebAssembly Core 2.0, 5.4). */
function skipImmediates(reader: Reader, opcode: number): void {
  if (opcode === 0x0e) reader.skipNumbers(reader.number() + 1);
  else if (opcode === 0x1c) reader.take(reader.number());
  else if (opcode === 0x43) reader.take(4);
  else if (opcode === 0x44) reader.take(8);
  else if (opcode === 0xfc) reader.skipNumbers(numbersOfBulk(reader.number()));
  else reader.skipNumbers(numbersOf(opcode));
}

function numbersOf(opcode: number): number {
  if (opcode === 0x00 || opcode === 0x01 || opcode === 0x05 || opcode === 0x0b || opcode === 0x0f) return 0;
  if (opcode >= 0x02 && opcode <= 0x04) return 1;
  if (opcode === 0x0c || opcode === 0x0d || opcode === 0x10) return 1;
  if (opcode === 0x11) return 2;
  if (opcode === 0x1a || opcode === 0x1b) return 0;
  if (opcode >= 0x20 && opcode <= 0x26) return 1;
  if (opcode >= 0x28 && opcode <= 0x3e) return 2;
  if (opcode >= 0x3f && opcode <= 0x42) return 1;
  if (opcode >= 0x45 && opcode <= 0xc4) return 0;
  if (opcode === 0xd0 || opcode === 0xd2) return 1;
  if (opcode === 0xd1) return 0;
  throw new Error(`Cannot meter a module: found opcode ${opcode}, wanted one that is known here`);
}

function numbersOfBulk(opcode: number): number {
  if (opcode <= 7) return 0;
  if (opcode === 8 || opcode === 10 || opcode === 12 || opcode === 14) return 2;
  if (opcode <= 17) return 1;
  throw new Error(`Cannot meter a module: found opcode 252 ${opcode}, wanted one that is known here`);
}

function section(id: number, body: Uint8Array): Uint8Array {
  return concat([[id], leb(body.length), body]);
}

function leb(value: number): number[] {
  const bytes: number[] = [];
  let left = value;
  for (; left >= 128; left = Math.floor(left / 128)) bytes.push((left & 127) | 128);
  return [...bytes, left];
}

function concat(parts: readonly (Uint8Array | readonly number[])[]): Uint8Array<ArrayBuffer> {
  const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

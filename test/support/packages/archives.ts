import { crc32, deflateRawSync } from "node:zlib";

/** A file of an archive that a test writes, with what makes it a bad one. */
export type ArchiveEntry = {
  readonly name: string;
  readonly content?: string | Uint8Array;
  /** The mode that Unix keeps: its upper bits say what it is. */
  readonly mode?: number;
  /** The kind of a tar. */
  readonly kind?: string;
  /** The size that is told, where it is not the real one. */
  readonly toldBytes?: number;
  readonly isEncrypted?: boolean;
  /** The checksum of a zip is that of other bytes. */
  readonly isDamaged?: boolean;
};

function bytesOf({ content = "" }: ArchiveEntry): Buffer {
  return Buffer.from(content);
}

/** Builds a zip whose files are deflated. */
export function zipOf(entries: readonly ArchiveEntry[]): Buffer {
  const files: Buffer[] = [];
  const central: Buffer[] = [];
  let offset = 0;
  for (const entry of entries) {
    const plain = bytesOf(entry);
    const packed = deflateRawSync(plain);
    const name = Buffer.from(entry.name);
    const facts = Buffer.alloc(26);
    facts.writeUInt16LE(20, 0);
    facts.writeUInt16LE(entry.isEncrypted === true ? 1 : 0, 2);
    facts.writeUInt16LE(8, 4);
    facts.writeUInt32LE(entry.isDamaged === true ? 1 : crc32(plain), 10);
    facts.writeUInt32LE(packed.length, 14);
    facts.writeUInt32LE(entry.toldBytes ?? plain.length, 18);
    facts.writeUInt16LE(name.length, 22);
    const file = Buffer.concat([Buffer.from("PK\u0003\u0004"), facts, name, packed]);
    const more = Buffer.alloc(14);
    more.writeUInt32LE(((entry.mode ?? 0o100644) << 16) >>> 0, 6);
    more.writeUInt32LE(offset, 10);
    central.push(Buffer.concat([Buffer.from("PK\u0001\u0002"), Buffer.from([20, 3]), facts, more, name]));
    files.push(file);
    offset += file.length;
  }
  const list = Buffer.concat(central);
  const end = Buffer.alloc(22);
  end.write("PK\u0005\u0006", "latin1");
  end.writeUInt16LE(entries.length, 8);
  end.writeUInt16LE(entries.length, 10);
  end.writeUInt32LE(list.length, 12);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...files, list, end]);
}

/** Builds a tar. */
export function tarOf(entries: readonly ArchiveEntry[]): Buffer {
  const blocks = entries.flatMap((entry) => {
    const content = bytesOf(entry);
    const header = Buffer.alloc(512);
    header.write(entry.name, 0, 100);
    header.write("0000644\0", 100);
    header.write(`${(entry.toldBytes ?? content.length).toString(8).padStart(11, "0")}\0`, 124);
    header.write(entry.kind ?? "0", 156);
    header.write("ustar\u000000", 257, "latin1");
    header.write(" ".repeat(8), 148);
    const sum = header.reduce((total, byte) => total + byte, 0);
    header.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148);
    return [header, content, Buffer.alloc((512 - (content.length % 512)) % 512)];
  });
  return Buffer.concat([...blocks, Buffer.alloc(1024)]);
}

// The job index knows jobs by their numbers. Numbers fall into blocks; of a block a set is stored as one bit for each of its
// numbers, or, where that is shorter, as the list of its members, 16 bits each. Both are little-endian, as is every
// platform that the server is built for.

/**
 * The bits of a block, 868 bytes, fit a page of the database beside their term and three other sets: a row of a quarter of
 * a page or more would spill onto a page of its own, and take twice as long to read.
 */
export const blockSize = 6944;
export const wordsOfBlock = blockSize / 32;
const bytesOfBits = blockSize / 8;
const mostListed = bytesOfBits / 2 - 1;

/**
 * Numbers of consecutive blocks, one bit each, from the first number of the first block on. Changed in place: large ones are
 * costly to copy. Gone through by index: iterators of typed arrays take several times as long.
 */
export type NumberSet = { readonly first: number; readonly bits: Uint32Array };

export function blockOf(number: number): number {
  return Math.floor(number / blockSize);
}

/** Makes a set without members of so many blocks. */
export function emptySet(firstBlock: number, blocks = 1): NumberSet {
  return { first: firstBlock * blockSize, bits: new Uint32Array(blocks * wordsOfBlock) };
}

/** The last number that a set can have. */
export function lastOf({ first, bits }: NumberSet): number {
  return first + bits.length * 32 - 1;
}

/** Adds what is stored of a block, of which the set has no members yet. */
export function addStored({ first, bits }: NumberSet, block: number, stored: ArrayBuffer): void {
  const at = (block * blockSize - first) >>> 5;
  if (stored.byteLength === bytesOfBits) {
    bits.set(new Uint32Array(stored), at);
    return;
  }
  const list = new Uint16Array(stored);
  for (let place = 0; place < list.length; place += 1) {
    const member = list[place] ?? 0;
    const word = at + (member >>> 5);
    bits[word] = (bits[word] ?? 0) | (1 << (member & 31));
  }
}

/** Makes the set of one block of what is stored of it; without members where nothing is. */
export function setOfBlock(block: number, stored: unknown): NumberSet {
  const set = emptySet(block);
  if (stored instanceof ArrayBuffer) addStored(set, block, stored);
  return set;
}

/** Words the members of a set of one block as they are stored; undefined when there are none. */
export function storedForm({ bits }: NumberSet): Uint8Array | undefined {
  const members = sizeOf(bits);
  if (members === 0) return undefined;
  if (members > mostListed) return new Uint8Array(bits.slice().buffer);
  const list = new Uint16Array(members);
  let at = 0;
  eachMember({ first: 0, bits }, (member) => {
    list[at] = member;
    at += 1;
  });
  return new Uint8Array(list.buffer);
}

/** Adds numbers, which must lie within the blocks of the set. */
export function addNumbers({ first, bits }: NumberSet, numbers: Iterable<number>): void {
  for (const number of numbers) {
    const word = (number - first) >>> 5;
    bits[word] = (bits[word] ?? 0) | (1 << ((number - first) & 31));
  }
}

/** Takes numbers out; those beyond the set's blocks are no members anyway. */
export function removeNumbers(set: NumberSet, numbers: Iterable<number>): void {
  const { first, bits } = set;
  const last = lastOf(set);
  for (const number of numbers) {
    if (number < first || number > last) continue;
    const word = (number - first) >>> 5;
    bits[word] = (bits[word] ?? 0) & ~(1 << ((number - first) & 31));
  }
}

/** Takes all numbers of a range out, both ends included. */
export function removeRange(set: NumberSet, least: number, most: number): void {
  const { first, bits } = set;
  let number = Math.max(least, first);
  const last = Math.min(most, lastOf(set));
  while (number <= last) {
    const at = number - first;
    if ((at & 31) === 0 && number + 31 <= last) {
      bits[at >>> 5] = 0;
      number += 32;
    } else {
      removeNumbers(set, [number]);
      number += 1;
    }
  }
}

export function has({ first, bits }: NumberSet, number: number): boolean {
  return (((bits[(number - first) >>> 5] ?? 0) >>> ((number - first) & 31)) & 1) === 1;
}

/** Keeps what is also in another set of the same blocks. */
export function keepCommon({ bits }: NumberSet, other: NumberSet): void {
  for (let word = 0; word < bits.length; word += 1) bits[word] = (bits[word] ?? 0) & (other.bits[word] ?? 0);
}

/** Adds what is in another set of the same blocks. */
export function addAll({ bits }: NumberSet, other: NumberSet): void {
  for (let word = 0; word < bits.length; word += 1) bits[word] = (bits[word] ?? 0) | (other.bits[word] ?? 0);
}

export function isEmpty({ bits }: NumberSet): boolean {
  for (let word = 0; word < bits.length; word += 1) if (bits[word] !== 0) return false;
  return true;
}

/** Tells whether a set has a member in a range of numbers, whose ends are multiples of 32. */
export function hasAny({ first, bits }: NumberSet, least: number, end: number): boolean {
  const endWord = (end - first) >>> 5;
  for (let word = (least - first) >>> 5; word < endWord; word += 1) {
    if ((bits[word] ?? 0) !== 0) return true;
  }
  return false;
}

/** Calls with each member, rising; of a part of the set where it is named by multiples of 32, the end left out. */
export function eachMember(
  set: NumberSet,
  visit: (number: number) => void,
  least: number = set.first,
  end: number = lastOf(set) + 1,
): void {
  const { first, bits } = set;
  const endWord = (end - first) >>> 5;
  for (let word = (least - first) >>> 5; word < endWord; word += 1) {
    let left = bits[word] ?? 0;
    while (left !== 0) {
      const lowest = left & -left;
      visit(first + word * 32 + 31 - Math.clz32(lowest));
      left ^= lowest;
    }
  }
}

/** Keeps the members of a part of the set of which something holds; the part is named by multiples of 32, its end left out. */
export function keepWhere(
  { first, bits }: NumberSet,
  holds: (number: number) => boolean,
  least: number,
  end: number,
): void {
  const endWord = (end - first) >>> 5;
  for (let word = (least - first) >>> 5; word < endWord; word += 1) {
    let left = bits[word] ?? 0;
    let kept = left;
    while (left !== 0) {
      const lowest = left & -left;
      if (!holds(first + word * 32 + 31 - Math.clz32(lowest))) kept ^= lowest;
      left ^= lowest;
    }
    bits[word] = kept;
  }
}

/** Lists so many members, the least or the greatest first. */
export function membersInOrder(set: NumberSet, isDescending: boolean, most: number): readonly number[] {
  const { first, bits } = set;
  const found: number[] = [];
  for (let step = 0; step < bits.length && found.length < most; step += 1) {
    const word = isDescending ? bits.length - 1 - step : step;
    if (bits[word] === 0) continue;
    const ofWord: number[] = [];
    eachMember(set, (number) => ofWord.push(number), first + word * 32, first + word * 32 + 32);
    found.push(...(isDescending ? ofWord.reverse() : ofWord));
  }
  return found.slice(0, most);
}

function sizeOf(bits: Uint32Array): number {
  let size = 0;
  for (let at = 0; at < bits.length; at += 1) {
    const word = bits[at] ?? 0;
    let left = word - ((word >>> 1) & 0x55555555);
    left = (left & 0x33333333) + ((left >>> 2) & 0x33333333);
    size += (((left + (left >>> 4)) & 0x0f0f0f0f) * 0x01010101) >>> 24;
  }
  return size;
}

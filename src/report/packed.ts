/**
 * A packing for long lists of small records: every text once, in a list of words, and a row of whole numbers that point
 * into it. JSON reads that twice as fast as objects, and it is a third of their size.
 */

/** What a file says that was not packed like this. */
export class NotPacked extends Error {}

export interface Packed {
  words: string[];
  numbers: number[];
}

export class Packer {
  readonly #places = new Map<string, number>();
  readonly #numbers: number[] = [];

  number(value: number): void {
    this.#numbers.push(value);
  }

  word(text: string): void {
    const place = this.#places.get(text) ?? this.#places.size;
    this.#places.set(text, place);
    this.#numbers.push(place);
  }

  /** An absent text takes one number as well. */
  wordOrNull(text: string | null): void {
    if (text === null) this.#numbers.push(-1);
    else this.word(text);
  }

  list<Entry>(entries: readonly Entry[], pack: (entry: Entry) => void): void {
    this.#numbers.push(entries.length);
    for (const entry of entries) pack(entry);
  }

  packed(): Packed {
    return { words: [...this.#places.keys()], numbers: this.#numbers };
  }
}

/** Reads in the order of packing; anything that does not fit throws `NotPacked`. */
export class Unpacker {
  readonly #words: readonly unknown[];
  readonly #numbers: readonly unknown[];
  #at = 0;

  constructor(value: unknown) {
    if (typeof value !== 'object' || value === null) throw new NotPacked('no words and no numbers');
    if (!('words' in value) || !Array.isArray(value.words)) throw new NotPacked('no words');
    if (!('numbers' in value) || !Array.isArray(value.numbers)) throw new NotPacked('no numbers');
    this.#words = value.words;
    this.#numbers = value.numbers;
  }

  number(): number {
    const value = this.#numbers[this.#at++];
    if (typeof value !== 'number') throw new NotPacked(`no number at ${this.#at - 1}`);
    return value;
  }

  word(): string {
    const word = this.#words[this.number()];
    if (typeof word !== 'string') throw new NotPacked(`no word at ${this.#at - 1}`);
    return word;
  }

  wordOrNull(): string | null {
    if (this.#numbers[this.#at] !== -1) return this.word();
    this.#at++;
    return null;
  }

  list<Entry>(unpack: () => Entry): Entry[] {
    const entries: Entry[] = [];
    for (let left = this.number(); left > 0; left--) entries.push(unpack());
    return entries;
  }

  /** One of these words and no other. */
  choice<Word extends string>(known: readonly Word[]): Word {
    const word = this.word();
    const found = known.find(choice => choice === word);
    if (found === undefined) throw new NotPacked(`"${word}" stands at ${this.#at - 1}`);
    return found;
  }
}

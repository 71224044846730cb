/** Where a text stops being JSON. */
export interface JsonSyntaxError {
  /** UTF-16 code units from the start of the text. */
  readonly offset: number;
  readonly message: string;
}

export interface JsonScan {
  readonly syntaxError?: JsonSyntaxError;
  /** Paths of the members that repeat a key of their object; at most one for an item of an outermost array. */
  readonly duplicates: readonly (readonly (string | number)[])[];
}

interface Container {
  /** undefined: an array. */
  readonly keys: Set<string> | undefined;
  /** The key or index of the value being read. */
  step: string | number;
}

const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const ESCAPE = /\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})/y;
const WORD = /true|false|null/y;
const WHITE_SPACE = /[ \t\n\r]*/y;
const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const FIRST_PRINTABLE = 0x20;

/**
 * Reads a text by the grammar of RFC 8259 and reports what `JSON.parse` does not: the exact place of an error, in every
 * engine, and repeated keys. Without recursion, so that no depth of nesting breaks it. Only used once something is
 * known to be wrong.
 */
export function scanJson(text: string): JsonScan {
  return new JsonScanner(text).scan();
}

class JsonScanner {
  private readonly text: string;
  private readonly containers: Container[] = [];
  private readonly duplicates: (string | number)[][] = [];
  private offset = 0;
  private error: JsonSyntaxError | undefined;

  constructor(text: string) {
    this.text = text;
  }

  scan(): JsonScan {
    this.skip(WHITE_SPACE);
    let more = this.value();
    while (more && this.containers.length > 0) more = this.next();
    if (more) {
      this.skip(WHITE_SPACE);
      if (this.offset < this.text.length) this.fail('Expected the end of the text');
    }
    return this.error === undefined
      ? { duplicates: this.duplicates }
      : { syntaxError: this.error, duplicates: this.duplicates };
  }

  /** Reads a scalar whole, or opens a container. */
  private value(): boolean {
    const character = this.text[this.offset];
    if (character === '{' || character === '[') {
      this.offset++;
      this.containers.push({ keys: character === '{' ? new Set() : undefined, step: -1 });
      return true;
    }
    if (character === '"') return this.string();
    if (this.skip(NUMBER) || this.skip(WORD)) return true;
    return this.fail('Expected a value');
  }

  /** One member or item of the innermost container, or its end. */
  private next(): boolean {
    const container = this.containers.at(-1) as Container;
    const first = container.step === -1;
    this.skip(WHITE_SPACE);
    if (this.text[this.offset] === (container.keys === undefined ? ']' : '}')) {
      this.offset++;
      this.containers.pop();
      return true;
    }
    if (!first) {
      if (this.text[this.offset] !== ',')
        return this.fail(`Expected "," or "${container.keys === undefined ? ']' : '}'}"`);
      this.offset++;
      this.skip(WHITE_SPACE);
    }
    if (container.keys !== undefined) return this.key(container, container.keys) && this.value();
    container.step = (container.step as number) + 1;
    return this.value();
  }

  private key(container: Container, keys: Set<string>): boolean {
    const start = this.offset;
    if (this.text[start] !== '"') return this.fail('Expected a key in double quotes');
    if (!this.string()) return false;
    const key = JSON.parse(this.text.slice(start, this.offset)) as string;
    container.step = key;
    if (keys.has(key)) this.addDuplicate();
    keys.add(key);
    this.skip(WHITE_SPACE);
    if (this.text[this.offset] !== ':') return this.fail('Expected ":"');
    this.offset++;
    this.skip(WHITE_SPACE);
    return true;
  }

  private addDuplicate(): void {
    const path = this.containers.map((container) => container.step);
    const last = this.duplicates.at(-1);
    // One for an item suffices, and keeps the work linear: a path is as long as the nesting is deep.
    if (last !== undefined && (typeof path[0] === 'string' || last[0] === path[0])) return;
    this.duplicates.push(path);
  }

  private skip(pattern: RegExp): boolean {
    pattern.lastIndex = this.offset;
    const match = pattern.exec(this.text);
    if (match === null) return false;
    this.offset += match[0].length;
    return true;
  }

  /** By hand, not by a pattern: a pattern's engine runs out of stack on a string of megabytes. */
  private string(): boolean {
    for (this.offset++; this.offset < this.text.length; ) {
      const code = this.text.charCodeAt(this.offset);
      if (code === QUOTE) {
        this.offset++;
        return true;
      }
      if (code === BACKSLASH) {
        if (!this.skip(ESCAPE)) return this.fail('Bad escape in a string');
      } else if (code < FIRST_PRINTABLE) {
        return this.fail('Control character in a string');
      } else {
        this.offset++;
      }
    }
    return this.fail('The text ends inside a string');
  }

  private fail(message: string): false {
    const ended = this.offset >= this.text.length && !message.startsWith('The text ends');
    this.error = { offset: this.offset, message: ended ? 'The text ends too early' : message };
    return false;
  }
}

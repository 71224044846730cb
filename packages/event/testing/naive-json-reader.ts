// biome-ignore lint/suspicious/noControlCharactersInRegex: JSON forbids exactly these inside a string
const STRING = /^"([^"\\\u0000-\u001f]|\\["\\/bfnrt]|\\u[0-9a-fA-F]{4})*"/;
const SCALAR = /^(?:true|false|null|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?)/;

/** Whether our rules accept a text: recursive descent with no thought of speed, to hold the real reader against. */
export function naivelyAcceptable(text: string): boolean {
  try {
    return skipSpace(readValue(text, 0)) === '';
  } catch {
    return false;
  }
}

/** Each function takes the text that is left and returns what is left after it. */
function readValue(text: string, depth: number): string {
  if (depth > 64) throw new SyntaxError('too deep');
  const left = skipSpace(text);
  if (left[0] === '{') return readMembers(left.slice(1), '}', depth, new Set());
  if (left[0] === '[') return readMembers(left.slice(1), ']', depth);
  if (left[0] === '"') return readString(left).left;
  const scalar = SCALAR.exec(left)?.[0];
  if (scalar === undefined) throw new SyntaxError('no value');
  if (Math.abs(Number(scalar)) > Number.MAX_SAFE_INTEGER) throw new SyntaxError('number');
  return left.slice(scalar.length);
}

function readMembers(text: string, close: string, depth: number, keys?: Set<string>): string {
  // The container itself is a level, so that 64 of them are the most.
  if (depth >= 64) throw new SyntaxError('too deep');
  let left = skipSpace(text);
  if (left.startsWith(close)) return left.slice(1);
  for (;;) {
    if (keys !== undefined) left = readKey(skipSpace(left), keys);
    left = skipSpace(readValue(left, depth + 1));
    if (left.startsWith(close)) return left.slice(1);
    left = readToken(left, ',');
  }
}

function readKey(text: string, keys: Set<string>): string {
  const { value, left } = readString(text);
  if (keys.has(value)) throw new SyntaxError('duplicate');
  keys.add(value);
  return readToken(skipSpace(left), ':');
}

function readString(text: string): { value: string; left: string } {
  const token = STRING.exec(text)?.[0];
  if (token === undefined) throw new SyntaxError('no string');
  const value = JSON.parse(token) as string;
  if (!value.isWellFormed() || value.includes('\0')) throw new SyntaxError('bad text');
  return { value, left: text.slice(token.length) };
}

function readToken(text: string, token: string): string {
  if (!text.startsWith(token)) throw new SyntaxError(`no ${token}`);
  return text.slice(token.length);
}

function skipSpace(text: string): string {
  return text.replace(/^[ \t\n\r]*/, '');
}

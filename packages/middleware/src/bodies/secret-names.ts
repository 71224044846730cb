/**
 * Words that make a name the name of a secret, compared without case and signs: `X-Api-Key` and `apiKey` are `apikey`. A
 * name that ends with one is a secret too (`newPassword`, `stripe_secret_key`).
 */
const SECRET_WORDS: readonly string[] = [
  ...['password', 'passwd', 'pwd', 'passphrase', 'secret', 'token', 'jwt', 'apikey', 'accesskey', 'secretkey'],
  ...['privatekey', 'signingkey', 'encryptionkey', 'authorization', 'cookie', 'credential', 'credentials', 'otp'],
  ...['totp', 'pincode', 'cvv', 'cvc', 'signature', 'sessionid', 'sessionkey', 'recoverycode', 'verificationcode'],
  ...['passwordhash', 'clientsecret', 'magiclink', 'secrets', 'tokens', 'passwords', 'nonce', 'csrf', 'assertion'],
];
/** Names that are secrets by themselves, and part of too many harmless ones to count at the end. */
const WHOLE_NAMES: readonly string[] = ['pin', 'auth', 'sig', 'hash', 'invite', 'invitation', 'ticket', 'bearer'];

/** Names whose values are not recorded. */
export class SecretNames {
  readonly #whole: ReadonlySet<string>;
  readonly #known = new Map<string, boolean>();

  constructor(more: readonly string[] = []) {
    this.#whole = new Set([...WHOLE_NAMES, ...SECRET_WORDS, ...more.map(folded)]);
  }

  has(name: string): boolean {
    const known = this.#known.get(name);
    if (known !== undefined) return known;
    const word = folded(name);
    const isSecret = this.#whole.has(word) || SECRET_WORDS.some((secret) => word.endsWith(secret));
    if (this.#known.size < KNOWN_MAX_ITEMS && name.length <= KNOWN_MAX_CHARS) this.#known.set(name, isSecret);
    return isSecret;
  }
}

/** Keys of bodies are the client's: what is remembered of them has a bound. */
const KNOWN_MAX_ITEMS = 1_000;
const KNOWN_MAX_CHARS = 64;
const NAME_MAX_CHARS = 256;

function folded(name: string): string {
  return name
    .slice(0, NAME_MAX_CHARS)
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]/gu, '');
}

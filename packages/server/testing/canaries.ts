/** Secrets that a test plants, and the search for them in places where none may be. */
export class Canaries {
  readonly #secrets = new Map<string, string>();

  /** @param what says in the test's outcome which secret it is */
  plant(what: string, secret: string): string {
    if (secret.length < 12) throw new Error(`${what}: too short to be told from other texts`);
    this.#secrets.set(what, secret);
    return secret;
  }

  get planted(): string[] {
    return [...this.#secrets.keys()];
  }

  /**
   * Which secrets stand where, in clear or in an encoding that hides nothing.
   * @param places their contents by name
   * @param allowed secrets that one place may show: the answer that hands out a new one
   */
  foundIn(places: ReadonlyMap<string, string>, allowed: readonly string[] = []): string[] {
    return [...places].flatMap(([place, content]) =>
      [...this.#secrets]
        .filter(([what]) => !allowed.includes(what))
        .filter(([, secret]) => formsOf(secret).some((form) => content.includes(form)))
        .map(([what]) => `${what} in ${place}`),
    );
  }
}

function formsOf(secret: string): string[] {
  const bytes = Buffer.from(secret);
  const inJson = JSON.stringify(secret).slice(1, -1);
  // The end of an encoding depends on what follows.
  const base64 = bytes.toString('base64').replace(/=+$/, '').slice(0, -1);
  const base64url = bytes.toString('base64url').slice(0, -1);
  return [secret, inJson, encodeURIComponent(secret), base64, base64url, bytes.toString('hex')];
}

import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  cosignatureVerifier,
  cosigner,
  formatTreeSize,
  type NoteVerifier,
  openCheckpoint,
  parseAddCheckpoint,
  TREE_SIZE_CONTENT_TYPE,
  verifyConsistency,
} from '@attestlog/tlog';
import type { Witness } from '../src/log/witness-client.js';
import { signingKey } from './memory-signing-keys.js';

type Answer = (response: ServerResponse) => void;

/** A witness of C2SP tlog-witness on a port of this machine, which can be told to misbehave. */
export class WitnessDouble {
  readonly name: string;
  /** The size of each origin's log that it has cosigned last. */
  readonly known = new Map<string, { size: number; root: Uint8Array }>();
  /** What it was asked: the old size of each request. */
  readonly asked: number[] = [];
  /** In the place of its proper answer. */
  misbehave: Answer | undefined;
  /** The number of the key that it signs with. */
  seed = 99;
  #verifiersOf: (origin: string) => Promise<NoteVerifier[]>;
  #server: Server | undefined;

  /** @param verifiersOf the keys of a log, by its name */
  constructor(name: string, verifiersOf: (origin: string) => Promise<NoteVerifier[]>) {
    this.name = name;
    this.#verifiersOf = verifiersOf;
  }

  async listen(): Promise<Witness> {
    this.#server = createServer((request, response) => {
      this.#answer(request, response).catch((error: unknown) => response.writeHead(400).end(String(error)));
    });
    await new Promise<void>((resolve) => this.#server!.listen(0, '127.0.0.1', resolve));
    const { port } = this.#server!.address() as AddressInfo;
    const { verifierKey } = cosigner(this.name, signingKey(this.seed));
    return { url: `http://127.0.0.1:${port}/`, verifier: cosignatureVerifier(verifierKey) };
  }

  async close(): Promise<void> {
    this.#server?.closeAllConnections();
    await new Promise((resolve) => this.#server?.close(resolve));
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part as Buffer);
    const { old, proof, checkpoint } = parseAddCheckpoint(Buffer.concat(parts).toString('utf8'));
    this.asked.push(old);
    if (this.misbehave !== undefined) return this.misbehave(response);
    const opened = openCheckpoint(checkpoint, await this.#verifiersOf(checkpoint.split('\n', 1)[0]!));
    const known = this.known.get(opened.origin) ?? { size: 0, root: new Uint8Array(32) };
    if (known.size !== old) {
      response.writeHead(409, { 'content-type': TREE_SIZE_CONTENT_TYPE }).end(formatTreeSize(known.size));
    } else if (old > 0 && !verifyConsistency(old, opened.size, proof, known.root, opened.root)) {
      response.writeHead(422).end();
    } else {
      this.known.set(opened.origin, opened);
      response.end(cosigner(this.name, signingKey(this.seed)).cosign(opened.body, 1_760_000_000));
    }
  }
}

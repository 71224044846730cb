import type { AuditTrail } from '../audit/audit-trail.js';
import type { WatchedDocuments } from '../documents/watched-documents.js';
import { Problem } from '../errors.js';
import { asProblem, from } from '../failures.js';
import type { Clock } from '../ports/clock.js';
import { isPortFailure } from '../ports/failure.js';
import type { Registry, RegistryDocument } from '../ports/registry.js';
import { recordAct } from './audited-act.js';
import type { Caller } from './caller.js';
import { userPrincipal } from './credential-principals.js';
import { type Administrator, filterFor, mayHold, type Scope } from './delegation.js';
import { type PasswordHasher, passwordProblem } from './password.js';
import { type RandomBytes, randomText } from './random-text.js';
import { nowMs, timeText } from './unix-time.js';
import { type LoginDocument, loginKey, loginPrefix, type UserDocument, userKey } from './user-document.js';
import type { NewUser, UserChange } from './user-input.js';

export interface UsersParts {
  registry: Registry;
  documents: Pick<WatchedDocuments<UserDocument>, 'changed'>;
  passwords: PasswordHasher;
  random: RandomBytes;
  clock: Clock;
  audit: AuditTrail;
  /** What is wrong with a filter in the search syntax, in words; undefined if nothing. */
  filterProblem: (text: string) => string | undefined;
}

export interface UserPage {
  users: UserDocument[];
  /** Where the next page goes on; null at the end. */
  next: string | null;
}

const USER_ID_LENGTH = 16;

type FoundUser = RegistryDocument<UserDocument>;

/** The users of installations without an identity provider. A tenant that is undefined is the deployment. */
export class Users {
  readonly #parts: UsersParts;

  constructor(parts: UsersParts) {
    this.#parts = parts;
  }

  /**
   * Makes a user who can do no more than the administrator.
   * @throws Problem `login-taken`, `password-refused`, `delegation-refused`, `filter-invalid`, `registry-unavailable`
   */
  async create(tenant: string | undefined, input: NewUser, by: Administrator): Promise<UserDocument> {
    const { clock, random, passwords } = this.#parts;
    const { login, name, permissions, roles } = input;
    const filter = this.#filter(by, input.filter);
    if (!(await mayHold(by, { tenant, permissions, roles, filter }))) throw new Problem('delegation-refused');
    refuseWeak(input.password, login);
    const now = timeText(nowMs(clock));
    const user = {
      id: randomText(random, USER_ID_LENGTH),
      tenant: tenant ?? null,
      login,
      ...(name === undefined ? {} : { name }),
      subject: input.subject ?? login,
      ...(input.password === undefined ? {} : { password: await passwords.hash(input.password) }),
      permissions,
      roles,
      ...(filter === undefined ? {} : { filter }),
      session_epoch: 0,
      created_at: now,
      created_by: by.principal.id,
      updated_at: now,
    } satisfies UserDocument;
    const made = { ...user, id: await this.#claimLogin(user) };
    await this.#write(made, 0).catch((error: unknown) => {
      // Somebody else completed the same claim at the same moment.
      throw error instanceof Problem && error.code === 'revision-lost' ? new Problem('login-taken') : error;
    });
    await this.#record('user.create', 'create', made, by, { roles, permissions });
    return made;
  }

  /** @throws Problem `user-unknown` when there is none in this tenant, `registry-unavailable` */
  async get(tenant: string | undefined, id: string): Promise<UserDocument> {
    return (await this.#find(tenant, id)).value;
  }

  /** Users in an order that stays. Fails with `registry-unavailable`. */
  async list(tenant: string | undefined, page: { after?: string | undefined; limit: number }): Promise<UserPage> {
    const { registry } = this.#parts;
    const prefix = loginPrefix(tenant ?? null);
    const after = page.after === undefined ? {} : { afterKey: prefix + page.after };
    const logins = await from('registry', registry.list<LoginDocument>(prefix, { limit: page.limit, ...after }));
    const keys = logins.map(({ value }) => userKey(value.user));
    const found = await from('registry', registry.getMany<UserDocument>(keys));
    return {
      users: found.flatMap((document) => (document === undefined ? [] : [document.value])),
      next: logins.length < page.limit ? null : (logins.at(-1)?.key.slice(prefix.length) ?? null),
    };
  }

  /** The user with a login name; undefined when there is none. Fails with `registry-unavailable`. */
  async findByLogin(tenant: string | null, login: string): Promise<FoundUser | undefined> {
    const { registry } = this.#parts;
    const found = await from('registry', registry.get<LoginDocument>(loginKey(tenant, login)));
    // One more read for an unknown name too, so that it takes as long.
    return from('registry', registry.get<UserDocument>(userKey(found?.value.user ?? 'none')));
  }

  /** @throws Problem `user-unknown`, `delegation-refused`, `filter-invalid`, `revision-lost`, `registry-unavailable` */
  async update(tenant: string | undefined, id: string, change: UserChange, by: Administrator): Promise<UserDocument> {
    const { value, revision } = await this.#find(tenant, id);
    const filter = change.filter === undefined ? value.filter : this.#filter(by, change.filter ?? undefined);
    const document = changed(value, { ...change, filter }, timeText(nowMs(this.#parts.clock)));
    // Nobody gives more than they have, or takes from those who have more. Enabling gives back what the user had.
    if (changesScope(change)) {
      const may = (await mayHold(by, scopeOf(value))) && (await mayHold(by, scopeOf(document)));
      if (!may) throw new Problem('delegation-refused');
    }
    await this.#write(document, revision);
    const { roles, permissions } = document;
    await this.#record('user.update', 'update', document, by, { changed: Object.keys(change), roles, permissions });
    return document;
  }

  /**
   * Sets a password for somebody; their sessions are over.
   * @throws Problem `user-unknown`, `password-refused`, `delegation-refused`, `registry-unavailable`
   */
  async setPassword(tenant: string | undefined, id: string, password: string, by: Administrator): Promise<void> {
    const found = await this.#find(tenant, id);
    // Whoever sets a password can log in with it.
    if (!(await mayHold(by, scopeOf(found.value)))) throw new Problem('delegation-refused');
    const document = await this.#putPassword(found, password);
    await this.#record('user.password', 'update', document, by);
  }

  /**
   * Changes the password of the user who asks, whom the password until now has proved; the sessions are over.
   * @throws Problem `password-refused`, `revision-lost`, `registry-unavailable`
   */
  async changeOwnPassword(found: FoundUser, password: string, caller: Caller): Promise<void> {
    const document = await this.#putPassword(found, password);
    const principal = userPrincipal(document, { id: document.id });
    const by = { principal, ...caller, mayDelegate: () => false };
    await this.#record('user.password', 'update', document, by);
  }

  async #putPassword({ value, revision }: FoundUser, password: string): Promise<UserDocument> {
    const { passwords, clock } = this.#parts;
    refuseWeak(password, value.login);
    const now = timeText(nowMs(clock));
    const document: UserDocument = {
      ...value,
      password: await passwords.hash(password),
      session_epoch: value.session_epoch + 1,
      updated_at: now,
    };
    await this.#write(document, revision);
    return document;
  }

  /** Hashes a password anew that was found right, where its hash is of an earlier cost. Never fails: it can wait. */
  async renewHash({ value, revision }: FoundUser, password: string): Promise<void> {
    const { passwords } = this.#parts;
    if (value.password === undefined || !passwords.isOutdated(value.password)) return;
    const renewed = await passwords.hash(password).catch(() => undefined);
    if (renewed === undefined) return;
    await this.#write({ ...value, password: renewed }, revision).catch(() => undefined);
  }

  /** Ends all sessions of a user at once. @throws Problem `user-unknown`, `registry-unavailable` */
  async endSessions(tenant: string | undefined, id: string, by: Administrator): Promise<void> {
    const { value, revision } = await this.#find(tenant, id);
    const document = { ...value, session_epoch: value.session_epoch + 1 };
    await this.#write(document, revision);
    await this.#record('session.revoke', 'delete', document, by);
  }

  /**
   * Takes the login name for the user. A name that was taken by a making that went no further is completed: the id that
   * stands there is the one to use.
   * @returns the id for the user's document @throws Problem `login-taken`, `registry-unavailable`
   */
  async #claimLogin({ tenant, login, id }: UserDocument): Promise<string> {
    const { registry } = this.#parts;
    const key = loginKey(tenant, login);
    const document: LoginDocument = { user: id };
    try {
      await registry.put(key, document, 0);
      return id;
    } catch (error) {
      if (!isPortFailure(error, 'conflict')) throw asProblem(error, 'registry');
    }
    const claimed = (await from('registry', registry.get<LoginDocument>(key)))?.value.user;
    const user = claimed && (await from('registry', registry.get(userKey(claimed))));
    if (claimed === undefined || user !== undefined) throw new Problem('login-taken');
    return claimed;
  }

  #filter(by: Administrator, wanted: string | undefined): string | undefined {
    return filterFor(by, wanted, this.#parts.filterProblem);
  }

  async #find(tenant: string | undefined, id: string): Promise<FoundUser> {
    const key = /^[0-9A-Za-z]{1,32}$/.test(id) ? userKey(id) : undefined;
    const found = key && (await from('registry', this.#parts.registry.get<UserDocument>(key)));
    if (!found || found.value.tenant !== (tenant ?? null)) throw new Problem('user-unknown');
    return found;
  }

  async #write(document: UserDocument, revision: number): Promise<void> {
    const { registry, documents } = this.#parts;
    const key = userKey(document.id);
    try {
      await registry.put(key, document, revision);
    } catch (error) {
      if (isPortFailure(error, 'conflict')) throw new Problem('revision-lost');
      throw asProblem(error, 'registry');
    } finally {
      documents.changed(key);
    }
  }

  #record(
    action: string,
    operation: 'create' | 'update' | 'delete',
    { tenant, id }: UserDocument,
    by: Administrator,
    metadata: Record<string, unknown> = {},
  ): Promise<void> {
    const targets = [{ type: 'user', id }];
    return recordAct(this.#parts.audit, by, { tenant, action, operation, targets, metadata });
  }
}

function scopeOf({ tenant, permissions, roles, filter }: UserDocument): Scope {
  return { tenant: tenant ?? undefined, permissions, roles, filter };
}

/** True for a change that gives or takes powers. */
function changesScope({ permissions, roles, filter, disabled }: UserChange): boolean {
  return permissions !== undefined || roles !== undefined || filter !== undefined || disabled === false;
}

/** The user as the change makes it. */
function changed(user: UserDocument, change: Omit<UserChange, 'filter'> & { filter: string | undefined }, now: string) {
  const { name: _name, filter: _filter, disabled_at, ...rest } = user;
  const { name = user.name, permissions = user.permissions, roles = user.roles, filter, disabled } = change;
  const disabledAt = disabled === undefined ? disabled_at : disabled ? (disabled_at ?? now) : undefined;
  return {
    ...rest,
    ...(name === null || name === undefined ? {} : { name }),
    permissions,
    roles,
    ...(filter === undefined ? {} : { filter }),
    ...(disabledAt === undefined ? {} : { disabled_at: disabledAt }),
    // A user who is disabled and enabled again has to log in again.
    session_epoch: user.session_epoch + (disabled === true ? 1 : 0),
    updated_at: now,
  } satisfies UserDocument;
}

function refuseWeak(password: string | undefined, login: string): void {
  const problem = password === undefined ? undefined : passwordProblem(password, login);
  if (problem !== undefined) throw new Problem('password-refused', { detail: problem });
}

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { exitCodeMeanings } from '../../packages/cli/src/exit-codes.js';
import { problemCatalogue } from '../../packages/event/src/problem.js';
import { catalogue } from '../../packages/server/src/errors.js';
import { settings } from '../../packages/server/src/settings.js';
import { startHttp } from '../../packages/server/testing/http-service.js';
import { configurationPage, environmentExample, errorsPage } from '../../scripts/documents.mjs';
import { postmanCollection } from '../../scripts/postman-collection.mjs';
import { manifests, repositoryFiles, root } from './repository.js';

const text = (path: string) => readFileSync(join(root, path), 'utf8');

describe('documents made from the code (npm run generate)', () => {
  it.each([
    ['.env.example', environmentExample(settings)],
    ['docs/configuration.md', configurationPage(settings)],
    ['docs/errors.md', errorsPage(catalogue, problemCatalogue, exitCodeMeanings)],
  ])('%s is up to date', (path, generated) => {
    expect(text(path)).toBe(generated);
  });

  it('docs/attestlog.postman_collection.json is up to date', async () => {
    const http = await startHttp();
    const document = (await http.app.inject('/openapi.json')).json();
    await http.close();
    expect(text('docs/attestlog.postman_collection.json')).toBe(postmanCollection(document));
  });

  it('show the bounds and the choices of a setting, and hold their lines short', () => {
    const [example, page] = [environmentExample, configurationPage].map((make) =>
      make([
        {
          name: 'wait',
          env: 'ATTESTLOG_WAIT',
          type: 'duration',
          default: '1s',
          help: 'Wait.',
          min: 500,
          max: 3_600_000,
        },
        { name: 'room', env: 'ATTESTLOG_ROOM', type: 'bytes', help: 'Room a|b.', min: 65_536, secret: true },
        { name: 'how', env: 'ATTESTLOG_HOW', type: 'string', default: 'a b', help: 'H '.repeat(99), choices: ['a b'] },
      ]),
    );
    expect(example).toContain('# Wait.\n# From 500ms to 1h.\n#ATTESTLOG_WAIT=1s\n');
    expect(example).toContain('# At least 64KiB. Secret:');
    expect(example).toContain('#ATTESTLOG_HOW="a b"\n');
    expect(Math.max(...example!.split('\n').map((line) => line.length))).toBeLessThanOrEqual(120);
    expect(page).toMatch(/^\| `--room` +\| `ATTESTLOG_ROOM` \| – {7}\| Room a\\\|b\. At least 64KiB\./m);
  });
});

describe('docs/dependencies.md', () => {
  const rows = [...text('docs/dependencies.md').matchAll(/^\| `([^`]+)` +\| ([^ |]+) +\|/gm)];
  const listed = rows.map(([, name, version]) => `${name} ${version}`).sort();

  it('lists exactly what the packages depend on', () => {
    const declared = manifests().flatMap(({ dependencies, devDependencies }) =>
      Object.entries({ ...dependencies, ...devDependencies }),
    );
    const foreign = declared.filter(([name]) => !isOurs(name)).map(([name, version]) => `${name} ${version}`);
    expect(listed).toEqual([...new Set(foreign)].sort());
  });
});

describe('the package.json files', () => {
  it('agree on the version, and depend on each other in that version', () => {
    const all = manifests();
    const { version } = all[0]!;
    expect(all.filter((manifest) => manifest.version !== version).map(({ name }) => name)).toEqual([]);
    for (const { name, dependencies = {} } of all) {
      const others = Object.entries(dependencies).filter(([other]) => isOurs(other));
      expect(
        others.filter(([, wanted]) => wanted !== version),
        name,
      ).toEqual([]);
    }
  });

  it('name scripts that are there', () => {
    const scripts = Object.values(manifests()[0]!.scripts ?? {});
    const files = scripts.flatMap((script) => /^node (\S+)/.exec(script)?.[1] ?? []);
    expect(files.filter((file) => !existsSync(join(root, file)))).toEqual([]);
  });
});

describe('markdown', () => {
  const pages = repositoryFiles().filter((path) => path.endsWith('.md'));

  it.each(pages)('%s links to files that are there', (page) => {
    const prose = text(page).replaceAll(/```[\s\S]*?```/g, '');
    const targets = [...prose.matchAll(/\]\(([^)\s]+)\)/g)].map(([, target]) => target!);
    const files = targets.filter((target) => !/^(?:[a-z]+:|#)/.test(target)).map((target) => target.split('#')[0]!);
    expect(files.filter((file) => !existsSync(join(root, dirname(page), file)))).toEqual([]);
  });

  it('speaks only of npm scripts that there are', () => {
    const scripts = Object.keys(manifests()[0]!.scripts ?? {});
    for (const page of pages) {
      const named = [...text(page).matchAll(/\bnpm run ([\w:]+)/g)].map(([, script]) => script!);
      expect(
        named.filter((script) => !scripts.includes(script)),
        page,
      ).toEqual([]);
    }
  });

  it('numbers the decisions without gaps, and lists each', () => {
    const files = readdirSync(join(root, 'docs/decisions')).filter((name) => /^\d{4}-/.test(name));
    const index = text('docs/decisions/README.md');
    files.sort().forEach((name, place) => {
      const number = String(place + 1).padStart(4, '0');
      expect(name.slice(0, 4)).toBe(number);
      expect(index).toContain(`[${number}](${name})`);
      expect(text(`docs/decisions/${name}`)).toMatch(new RegExp(`^# ${number}: `));
    });
  });
});

describe('the sources', () => {
  /** What must not stay in a file, and why. Written in parts, so that this file does not find itself. */
  const unwanted: [RegExp, string][] = [
    [/\/(?:work|home|Users)\/[\w.-]/, 'a path of somebody’s machine'],
    [new RegExp(`\\b(?:${['TO', 'DO'].join('')}|FIX${'ME'}|X${'XX'})\\b`), 'a note to oneself'],
    [/\b(?:describe|it|test)\.only\(/, 'a test that keeps others from running'],
    [/^\s*debugger;/m, 'a breakpoint'],
    [/^<{7} |^>{7} /m, 'a conflict of a merge'],
  ];

  it.each(unwanted)('nowhere match %s: %s', (pattern) => {
    const own = 'test/house/documents.test.ts';
    const found = repositoryFiles().filter((path) => path !== own && pattern.test(text(path)));
    expect(found).toEqual([]);
  });

  it('cite only decisions that there are', () => {
    const known = readdirSync(join(root, 'docs/decisions')).map((name) => name.slice(0, 4));
    const cited = repositoryFiles().flatMap((path) =>
      [...text(path).matchAll(/docs\/decisions\/(\d{4})/g)].map(([, number]) => ({ path, number: number! })),
    );
    expect(cited.filter(({ number }) => !known.includes(number))).toEqual([]);
  });
});

function isOurs(name: string): boolean {
  return name === 'attestlog' || name.startsWith('@attestlog/');
}

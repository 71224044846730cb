// npm run generate: writes the documents that are made from the code.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { configurationPage, environmentExample, errorsPage } from './documents.mjs';
import { openApiDocument } from './openapi-document.mjs';
import { postmanCollection } from './postman-collection.mjs';
import { root, setUp } from './setup.mjs';

setUp();
const { settings } = await import('../packages/server/dist/settings.js');
const { catalogue } = await import('../packages/server/dist/errors.js');
const { problemCatalogue } = await import('../packages/event/dist/problem.js');
const { exitCodeMeanings } = await import('../packages/cli/dist/exit-codes.js');

const documents = {
  '.env.example': environmentExample(settings),
  'docs/configuration.md': configurationPage(settings),
  'docs/errors.md': errorsPage(catalogue, problemCatalogue, exitCodeMeanings),
  'docs/attestlog.postman_collection.json': postmanCollection(await openApiDocument()),
};

mkdirSync(join(root, 'docs'), { recursive: true });
for (const [path, text] of Object.entries(documents)) {
  writeFileSync(join(root, path), text);
  console.log(path);
}

#!/usr/bin/env node
'use strict';

// CommonJS on purpose: the size of libuv's thread pool is read when the pool first works, and an ES module entry is
// itself read through the pool. The engine holds a thread for the length of a query, so the default of 4 is too few.
process.env.UV_THREADPOOL_SIZE ||= '16';

const { existsSync } = require('node:fs');
const { join } = require('node:path');
const { pathToFileURL } = require('node:url');

const EXIT_UNEXPECTED = 1;

function tooOld(version) {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return major < 20 || (major === 20 && minor < 19);
}

function start() {
  if (tooOld(process.versions.node)) {
    process.stderr.write(`attestlog needs Node.js 20.19 or newer; this is ${process.version}.\n`);
    process.exitCode = EXIT_UNEXPECTED;
    return;
  }
  const main = join(__dirname, '..', 'dist', 'main.js');
  if (!existsSync(main)) {
    process.stderr.write('attestlog is not built yet: run `npm run build` in the repository first.\n');
    process.exitCode = EXIT_UNEXPECTED;
    return;
  }
  import(pathToFileURL(main).href).catch((error) => {
    process.stderr.write(`attestlog could not start: ${error instanceof Error ? error.stack : String(error)}\n`);
    process.exitCode = EXIT_UNEXPECTED;
  });
}

start();

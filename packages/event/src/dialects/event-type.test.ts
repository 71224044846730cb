import { expect, it } from 'vitest';
import { actionOfType, operationOfType } from './event-type.js';

it.each([
  ['com.github.pull_request.opened', 'com.github.pull_request.opened', undefined],
  ['Microsoft.Storage.BlobCreated', 'microsoft.storage.blob_created', 'create'],
  ['google.cloud.storage.object.v1.deleted', 'google.cloud.storage.object.v1.deleted', 'delete'],
  ['com.example.object.deleted.v2', 'com.example.object.deleted.v2', 'delete'],
  ['https://example.com/user/login', 'https.example.com.user.login', 'login'],
  ['Ping', 'cloudevent.ping', undefined],
  ['...', 'cloudevent.unknown', undefined],
])('%s is %s, which is %s', (type, action, operation) => {
  expect(actionOfType(type, 'cloudevent')).toBe(action);
  expect(operationOfType(type)).toBe(operation);
});

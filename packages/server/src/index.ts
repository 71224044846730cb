export { type Configuration, type ConfigurationResult, readConfiguration } from './configuration.js';
export { StartError } from './deployment.js';
export { type CatalogueEntry, catalogue, type ErrorCode } from './errors.js';
export { addSigningKey, type RunOptions, removeSigningKey, runServer, type ServerReady } from './main.js';
export { type Setting, type SettingName, type SettingType, settings } from './settings.js';

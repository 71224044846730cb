export { type Configuration, type ConfigurationResult, readConfiguration } from './configuration.js';
export { StartError } from './deployment.js';
export { type CatalogueEntry, catalogue, type ErrorCode } from './errors.js';
export { type RunOptions, retireSigningKey, rotateSigningKey, runServer, type ServerReady } from './main.js';
export { type Setting, type SettingName, type SettingType, settings } from './settings.js';

export { EXIT, type ExitCode, exitCodeMeanings } from './exit-codes.js';

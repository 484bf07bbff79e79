export { programHandler } from './program-handler';
export { checkProgram, programFiles } from './program-files';
export { usageWithPrograms } from './usage';

import { createHash } from 'node:crypto';
import { accessSync, constants, existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { delimiter, isAbsolute, join, relative, resolve, sep } from 'node:path';
import type { Command } from '../../../core';
import { perennialError } from '../../../core/errors';

/** The folder that a command's program runs in. */
export function folderOf(command: Command, project: string): string {
  return resolve(project, command.cwd);
}

/**
 * The files that a command's program is made of, as far as anyone can tell: what it declares, the arguments that name a
 * file, and the program itself where it is a relative path. SHA-256 in hex by their paths from the project's folder.
 *
 * @throws PER_RUN_067 for a declared file that is not there
 */
export function programFiles(command: Command, project: string): Readonly<Record<string, string>> {
  const folder = folderOf(command, project);
  const declared = command.files.flatMap((name) => {
    const path = resolve(folder, name);
    if (existsSync(path)) return below(path);
    throw perennialError('PER_RUN_067', `The program '${command.program}' lacks its file ${name} in ${folder}.`);
  });
  const own = isPath(command.program) && !isAbsolute(command.program) ? [command.program] : [];
  const named = [...own, ...command.arguments].map((name) => resolve(folder, name)).filter(isFile);
  const paths = [...new Set([...named, ...declared])].map((path) => [pathFrom(project, path), digestOf(path)] as const);
  return Object.fromEntries(paths.sort(([a], [b]) => (a < b ? -1 : 1)));
}

/**
 * Refuses a command that this host cannot run.
 *
 * @throws PER_RUN_067
 */
export function checkProgram(command: Command, project: string, path = process.env['PATH'] ?? ''): void {
  const { program } = command;
  const folder = folderOf(command, project);
  programFiles(command, project);
  if (isPath(program)) {
    if (isProgram(resolve(folder, program))) return;
    throw perennialError('PER_RUN_067', `There is no program ${resolve(folder, program)}.`);
  }
  const search = command.environment['PATH'] ?? path;
  if (search.split(delimiter).some((one) => isProgram(resolve(folder, one, program)))) return;
  throw perennialError('PER_RUN_067', `There is no program '${program}' on the PATH (${search}).`);
}

function isPath(program: string): boolean {
  return program.includes('/');
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return isFile(path);
  } catch {
    return false;
  }
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() === true;
}

/** A file, or the files of a folder without what is hidden, installed, compiled, or a link. */
function below(path: string): string[] {
  if (isFile(path)) return [path];
  return readdirSync(path, { withFileTypes: true }).flatMap((entry) => {
    if (/^\.|^(node_modules|__pycache__)$|\.pyc$/.test(entry.name)) return [];
    if (entry.isDirectory()) return below(join(path, entry.name));
    return entry.isFile() ? [join(path, entry.name)] : [];
  });
}

function pathFrom(project: string, path: string): string {
  const from = relative(project, path);
  return from.startsWith('..') || isAbsolute(from) ? path : from.split(sep).join('/');
}

function digestOf(path: string): string {
  return createHash('sha256').update(readFileSync(path)).digest('hex');
}

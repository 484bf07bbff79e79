import { userInfo } from 'node:os';

/**
 * Who acts, for the records: the user of the operating system. A container may run under a number that has no name there:
 * then it is the number, `uid 1234`.
 */
export function actingUser(name: () => string = () => userInfo().username): string {
  try {
    return name();
  } catch {
    return `uid ${process.getuid?.() ?? 'unknown'}`;
  }
}

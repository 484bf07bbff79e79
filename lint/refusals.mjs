import { LAW, ROOMS } from './import-law.mjs';

/** Where the law is written down for people. */
const PAGE = 'docs/ARCHITECTURE.md, the import law';

/**
 * What the files of one row of the law may not import: patterns of what stands after `from`, why, and whether types may all the
 * same be imported from there.
 */
function refusalsOf({ rooms, packages, types = [], not = [] }) {
  const relative = (names) => new RegExp(`^(\\.\\.?/)+(${names.join('|')})(/|$)`);
  const own = packages.map((name) => (name.endsWith(':') ? name : `${name}(/|$)`));
  return [
    {
      regex: relative(ROOMS.filter((room) => !rooms.includes(room) && !types.includes(room))),
      message: `This room is closed to these files (${PAGE}).`,
    },
    ...(types.length === 0
      ? []
      : [{ regex: relative(types), allowTypeImports: true, message: `Only types of this room (${PAGE}).` }]),
    {
      regex: new RegExp(['^(?!', ['\\.', ...own].join('|'), ')'].join('')),
      message: `This package is closed to these files (${PAGE}).`,
    },
    ...not.map(({ why, regex, allowTypeImports }) => ({
      regex: new RegExp(regex),
      allowTypeImports,
      message: `${why} (${PAGE}).`,
    })),
  ];
}

/** A glob of the law as a pattern of paths: a star stands for no slash, two stars for any folders, a dot for itself. */
function pathsOf(glob) {
  const parts = glob.split(/(\*\*\/|\*)/);
  const known = { '**/': '(?:.*/)?', '*': '[^/]*' };
  return new RegExp(`^${parts.map((part) => known[part] ?? part.replaceAll('.', '\\.')).join('')}$`);
}

const rows = LAW.map(({ files, ignores = [], ...may }) => ({
  files: files.map(pathsOf),
  ignores: ignores.map(pathsOf),
  refusals: refusalsOf(may),
}));

/** What the file at a path from the root may not import; where more rows name it, the last one holds. */
export function refusalsFor(path) {
  const named = (patterns) => patterns.some((pattern) => pattern.test(path));
  return rows.findLast(({ files, ignores }) => named(files) && !named(ignores))?.refusals ?? [];
}

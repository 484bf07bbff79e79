// The rules of the house that no linter has: a plugin of oxlint, whose rules have the form of ESLint's.
import { relative, sep } from 'node:path';
import { refusalsFor } from './refusals.mjs';

/** Where the file that is linted lies, from the root, with slashes. */
const pathOf = ({ cwd, filename }) => relative(cwd, filename).replaceAll(sep, '/');

/** A rule that refuses whatever matches one of these selectors. */
const refusing = (selectors, message, concerns = () => true) => ({
  meta: { type: 'problem', schema: [] },
  create: (context) => {
    if (!concerns(pathOf(context))) return {};
    return Object.fromEntries(selectors.map((one) => [one, (node) => context.report({ node, message })]));
  },
});

/** Whether an import or an export from elsewhere is gone once the file is compiled. */
function isOfTypes({ importKind, exportKind, specifiers = [] }) {
  if (importKind === 'type' || exportKind === 'type') return true;
  return specifiers.length > 0 && specifiers.every((one) => one.importKind === 'type' || one.exportKind === 'type');
}

/** What stands after `from`, or null where that is not known before it runs. */
function textOf(source) {
  if (typeof source?.value === 'string') return source.value;
  return source?.type === 'TemplateLiteral' && source.expressions.length === 0 ? source.quasis[0].value.cooked : null;
}

/** The import law, for `import`, `export ... from`, `import()`, as a value or in a type, and `import x = require()`. */
const importLaw = {
  meta: { type: 'problem', schema: [] },
  create: (context) => {
    const refusals = refusalsFor(pathOf(context));
    if (refusals.length === 0) return {};
    const judge = (node, source, ofTypes) => {
      const from = textOf(source);
      if (from === null) return;
      const broken = refusals.filter(
        ({ regex, allowTypeImports }) => regex.test(from) && !(allowTypeImports && ofTypes),
      );
      for (const { message } of broken) context.report({ node, message: `'${from}': ${message}` });
    };
    const fixed = (node) => judge(node, node.source, isOfTypes(node));
    return {
      ImportDeclaration: fixed,
      ExportNamedDeclaration: fixed,
      ExportAllDeclaration: fixed,
      ImportExpression: (node) => judge(node, node.source, false),
      TSImportType: (node) => judge(node, node.source ?? node.argument?.literal, true),
      TSExternalModuleReference: (node) => judge(node, node.expression, node.parent.importKind === 'type'),
    };
  },
};

/** What a module keeps is shared by all workflows of a worker's thread, whose replays would then depend on each other. */
const noModuleMemory = refusing(
  [
    'Program > VariableDeclaration[kind="let"]',
    'Program > ExportNamedDeclaration > VariableDeclaration[kind="let"]',
    ':matches(Program, ExportNamedDeclaration) > VariableDeclaration > VariableDeclarator > NewExpression[callee.name=/^(Weak)?(Map|Set)$/][arguments.length=0]',
  ],
  'A module of these rooms keeps nothing: all workflows of a thread share it (docs/decisions, 11).',
  (path) => path.startsWith('core/') || path.startsWith('workflows/'),
);

/** A cast over `unknown` is a claim that nobody checks. */
const noDoubtfulCast = refusing(
  ["TSAsExpression > TSAsExpression[typeAnnotation.type='TSUnknownKeyword']"],
  'Parse or narrow the value: `as unknown as` switches the compiler off.',
);

/** Whether only a class of this very declaration has the member. */
const isOwn = ({ key, accessibility, params }) =>
  key?.type === 'PrivateIdentifier' ||
  isClosed(accessibility) ||
  (params ?? []).some((one) => isClosed(one.accessibility));
const isClosed = (accessibility) => accessibility === 'private' || accessibility === 'protected';

/**
 * A class without a private member is to the compiler nothing but its shape: an object literal passes for one. The rule of
 * typescript-eslint for that, no-unsafe-class-instance-assignment, needs types and oxlint has it not; with a private member the
 * compiler refuses by itself. What extends another class is left alone: errors are told by `instanceof`.
 */
const nominalClass = {
  meta: { type: 'problem', schema: [] },
  create: (context) => ({
    ClassBody: (node) => {
      if (node.parent.superClass !== null) return;
      const members = node.body.flatMap((one) => (one.kind === 'constructor' ? [one, one.value] : [one]));
      if (members.some(isOwn)) return;
      context.report({
        node: node.parent,
        message: 'Give the class a private member: any object of its shape passes for it.',
      });
    },
  }),
};

export default {
  meta: { name: 'house' },
  rules: {
    'import-law': importLaw,
    'no-module-memory': noModuleMemory,
    'no-doubtful-cast': noDoubtfulCast,
    'nominal-class': nominalClass,
  },
};

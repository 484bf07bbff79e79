import ts from 'typescript';

/** Kinds of a plan's expressions that mean a decision, not a place: who tells several of them apart, computes them. */
const OPS = new Set(['eq', 'ne', 'gt', 'gte', 'lt', 'lte', 'and', 'or', 'not', 'coalesce', 'output', 'item', 'config']);

/** What the interpreter commands an execution by. */
const COMMANDS = new Set(['run-step', 'run-call', 'run-shard', 'await-answer', 'tell-time', 'sleep']);

/** How many ops a file has to tell apart before it counts as computing them. */
const SEVERAL = 4;

/**
 * What in a source file is done by the interpreter, and by nobody else: computing expressions of a plan, making commands,
 * carrying out commands, and reaching into the interpreter.
 */
export function interpretersIn(name: string, text: string): string[] {
  // Parsing every file takes seconds; what is looked for has words of its own.
  if (!/\.op\b|expr\/evaluate|interpret\/|run-step|run-call|run-shard|await-answer|tell-time|'sleep'/.test(text))
    return [];
  const source = ts.createSourceFile(name, text, ts.ScriptTarget.Latest, true);
  const found = new Set<string>();
  const ops = new Set<string>();
  const visit = (node: ts.Node): void => {
    if (ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) {
      const from = node.moduleSpecifier && ts.isStringLiteral(node.moduleSpecifier) ? node.moduleSpecifier.text : '';
      if (/(^|\/)expr\/evaluate$/.test(from)) found.add('computes expressions');
      if (
        /(^|\/)interpret\/(arms|draft|finish|interpret|open-units|scopes|settle|skip|start-node|tolerance|until|wait)$/.test(
          from,
        )
      )
        found.add('reaches into the interpreter');
    }
    for (const { subject, value } of comparedIn(node)) {
      if (/\.op$/.test(subject) && OPS.has(value)) ops.add(value);
      if (/\.type$/.test(subject) && COMMANDS.has(value)) found.add('carries out commands');
    }
    if (isCommand(node)) found.add('makes commands');
    ts.forEachChild(node, visit);
  };
  visit(source);
  if (ops.size >= SEVERAL) found.add('computes expressions');
  return [...found].sort();
}

/** What is compared with which texts: by `===`, `!==`, or the cases of a switch. */
function comparedIn(node: ts.Node): { readonly subject: string; readonly value: string }[] {
  if (ts.isSwitchStatement(node)) {
    const subject = node.expression.getText();
    return node.caseBlock.clauses.flatMap((clause) =>
      ts.isCaseClause(clause) && ts.isStringLiteral(clause.expression)
        ? [{ subject, value: clause.expression.text }]
        : [],
    );
  }
  if (!ts.isBinaryExpression(node) || !node.operatorToken.getText().endsWith('==')) return [];
  return ts.isStringLiteral(node.right) ? [{ subject: node.left.getText(), value: node.right.text }] : [];
}

/** `{ type: 'run-step', ... }` */
function isCommand(node: ts.Node): boolean {
  return (
    ts.isPropertyAssignment(node) &&
    node.name.getText() === 'type' &&
    ts.isStringLiteral(node.initializer) &&
    COMMANDS.has(node.initializer.text)
  );
}

/** Names that a file imports from core/interpret. */
export function takenFromInterpreter(name: string, text: string): string[] {
  const source = ts.createSourceFile(name, text, ts.ScriptTarget.Latest, true);
  return source.statements.flatMap((statement) => {
    if (!ts.isImportDeclaration(statement) || !ts.isStringLiteral(statement.moduleSpecifier)) return [];
    const bindings = statement.importClause?.namedBindings;
    if (!statement.moduleSpecifier.text.endsWith('core/interpret') || !bindings || !ts.isNamedImports(bindings))
      return [];
    return bindings.elements.map((element) => element.name.text);
  });
}

import { command, implement } from 'perennial-ml';
import { draw, fit } from './pipeline';

const inPython = (script: string) =>
  command({ program: 'python3', arguments: [script], cwd: 'python', files: ['execution.py'] });

export const cpuSteps = implement({ draw, fit }, { draw: inPython('draw.py'), fit: inPython('fit.py') });

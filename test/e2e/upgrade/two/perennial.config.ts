import { edition } from '../pipelines';

export default edition('two');

import { bare } from '../pipelines';

export default bare;

export { type Mask, NO_MASK } from './mask';
export { outputHolds } from './output-holds';
export { maskError } from './mask-error';
export { maskOf, NO_RESOURCES, type OpenedResources, openResources } from './open';
